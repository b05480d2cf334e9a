import { describe, expect, test } from 'vitest'
import type { Id } from '../../../server/runtime/ids.ts'
import { cursorOf, entryProps, filterAsked, nameFilter, parseCursor } from '../../../server/snapshots/folder-page.ts'

const version = 'snap_aaaaaaaaaaaaaaaaaaaa' as Id<'snap'>
const latin = Buffer.from('caf\xe9', 'latin1')
const shared = { mode: 0o644, changedAtMs: 5, changedAtNs: 5_000_000n, owner: { uid: 0, gid: 0 } }

describe('a page of a folder', () => {
  test('a cursor is any name', () => {
    expect(parseCursor(cursorOf(latin))).toEqual(latin)
    expect(parseCursor(undefined)).toBeUndefined()
    expect(parseCursor('')).toBeUndefined()
    expect(parseCursor('a'.repeat(5000))).toBeUndefined()
  })

  test.each([
    { filter: 'MARCH', name: Buffer.from('03 March.xlsx'), expect: true },
    { filter: 'april', name: Buffer.from('03 March.xlsx'), expect: false },
    { filter: 'müller', name: Buffer.from('Mu\u0308ller.pdf'), expect: true },
    { filter: '\\xe9', name: latin, expect: true },
    { filter: '.*', name: Buffer.from('anything'), expect: false },
  ])('"$filter" finds by what people see ($expect)', ({ filter, name, expect: isFound }) => {
    expect(nameFilter(filter)?.(name)).toBe(isFound)
  })

  test('no filter finds all', () => {
    expect(nameFilter(filterAsked('  '))).toBeUndefined()
    expect(filterAsked(undefined)).toBe('')
    expect(filterAsked('x'.repeat(500))).toHaveLength(200)
  })

  test('entries lead to where their bytes say, whatever their text', () => {
    const folder = [Buffer.from('home'), latin]
    expect(entryProps(version, folder, { ...shared, name: latin, type: 'directory' })).toEqual({
      kind: 'folder',
      name: 'caf\\xE9',
      changedAtMs: 5,
      path: `/versions/${version}/browse/home/caf%E9/caf%E9`,
      zipPath: `/versions/${version}/zip/home/caf%E9/caf%E9`,
    })
    expect(
      entryProps(version, [], { ...shared, name: Buffer.from('a\nb'), type: 'symlink', target: Buffer.from('../x') }),
    ).toMatchObject({
      kind: 'link',
      name: 'a\\x0Ab',
      target: '../x',
    })
  })
})
