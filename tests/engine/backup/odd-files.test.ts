// Files that no sane program makes and every disk has: none of them may end a backup.

import { mkdirSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { filePrint } from '../../../engine/backup/cache-format.ts'
import { sourceTree } from '../../../engine/backup/source-tree.ts'
import { type WalkEvent, walk } from '../../../engine/backup/walk.ts'
import { treeMaxDepth } from '../../../engine/model/limits.ts'
import { commonOf, encodeEntry, fileEntry } from '../../../engine/repository/encode-entry.ts'
import { openFixture } from './backup-fixture.ts'

const walked = (source: string, isExcluded: (path: string) => boolean = () => false): WalkEvent[] => [
  ...walk({ sources: sourceTree([Buffer.from(source)]), isExcluded }),
]

function folderIn(parent: string): string {
  const folder = mkdtempSync(join(parent, 'holdfast-odd-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('a backup', () => {
  test('takes a file of the year 2400 as one of 2262, and reads it once', async () => {
    await using fixture = await openFixture()
    writeFileSync(join(fixture.folder, 'from the future'), 'x'.repeat(1_000))
    const year2400 = 13_569_465_600
    utimesSync(join(fixture.folder, 'from the future'), year2400, year2400)
    await fixture.settled()
    const first = await fixture.run()
    expect(first).toMatchObject({ verdict: 'ok', counts: { files: 1 } })
    expect((await fixture.contents(first.root)).size).toBeGreaterThan(0)
    await fixture.settled()
    expect(await fixture.run()).toMatchObject({ verdict: 'ok', counts: { unchangedFiles: 1 } })
  })

  test('leaves out a file of 4 PiB, and says so', () => {
    const folder = folderIn('/dev/shm')
    const path = join(folder, 'huge')
    writeFileSync(path, '')
    truncateSync(path, 2 ** 52 - 1)
    expect(walked(folder).filter(({ kind }) => kind === 'file' || kind === 'skip')).toMatchObject([{ kind: 'file' }])
    truncateSync(path, 2 ** 52)
    expect(walked(folder).filter(({ kind }) => kind === 'file' || kind === 'skip')).toMatchObject([
      { kind: 'skip', path, reason: 'unsupported', detail: 'a file of 4503599627370496 bytes' },
    ])
  })

  test('counts folders from the root, as restores do', () => {
    const folder = folderIn(tmpdir())
    const above = folder.split('/').length - 1
    const deep = join(folder, ...Array<string>(treeMaxDepth - above + 1).fill('d'))
    mkdirSync(deep, { recursive: true })
    const events = walked(folder)
    expect(events.filter(({ kind }) => kind === 'enter').length).toBe(treeMaxDepth)
    expect(events.filter(({ kind }) => kind === 'skip')).toMatchObject([{ reason: 'unsupported' }])
  })

  test('never excludes a source, but what is in it', () => {
    const folder = folderIn(tmpdir())
    writeFileSync(join(folder, 'a'), '')
    const isExcluded = vi.fn(() => true)
    expect(walked(folder, isExcluded).filter(({ kind }) => kind === 'file')).toEqual([])
    expect(isExcluded.mock.calls).toEqual([[join(folder, 'a'), false]])
  })
})

describe('numbers that Node gives a sign', () => {
  const stat = { mode: 0o100644n, uid: 0n, gid: 0n, nlink: 2n, dev: -1n, ino: -2n, mtimeNs: -(2n ** 70n) }

  test('are the 64 bits they are', () => {
    const file = { size: 0, mtimeNs: stat.mtimeNs, content: { kind: 'empty' as const }, extensions: [] }
    const entry = fileEntry(Buffer.from('a'), stat as never, file)
    expect(entry).toMatchObject({ type: 'hardlink', device: 2n ** 64n - 1n, inode: 2n ** 64n - 2n, mtimeNs: -(2n ** 63n) })
    expect(encodeEntry(entry).length).toBeGreaterThan(0)
    expect(commonOf(Buffer.from('a'), stat as never, []).mtimeNs).toBe(-(2n ** 63n))
    expect(filePrint({ mtimeNs: 2n ** 70n, ctimeNs: 0n, inode: -2n, size: 1n })).toEqual({
      mtimeNs: 2n ** 63n - 1n,
      ctimeNs: 0n,
      inode: 2n ** 64n - 2n,
      size: 1n,
    })
  })
})
