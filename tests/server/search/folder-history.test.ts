/** A folder's history in pages, against what its versions plainly hold. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ChunkId, parseChunkId } from '../../../engine/index.ts'
import { entryTypes } from '../../../server/catalogue/catalogue.ts'
import { type HistoryRow, historyPieces } from '../../../server/search/file-history.ts'
import { groupVersions, heldVersions } from '../../../server/search/folder-history.ts'
import type { SeenIn } from '../../../server/search/search.ts'

/** What the path was in a version: a folder whose content a letter stands for, a file, or nothing. */
type Was = 'a' | 'b' | 'file' | undefined

const hourMs = 3_600_000
const treeOf = (was: Was): ChunkId | undefined => (was === 'a' || was === 'b' ? parseChunkId(Buffer.alloc(32, was)) : undefined)

/** Every page of the history of these versions, given from the oldest on. */
function readPages(history: readonly Was[], limit: number): readonly (readonly HistoryRow[])[] {
  const numbers = Uint32Array.from(history, (_, index) => index + 1)
  const receivedAt = Float64Array.from(numbers, (number) => number * hourMs)
  const live = { numbers, receivedAt, checkpoints: new Uint8Array(numbers.length) }
  const changes = history.flatMap((was, index) => {
    if (index > 0 && was === history[index - 1]) return []
    const type = was === undefined ? entryTypes.gone : was === 'file' ? entryTypes.file : entryTypes.directory
    return [{ fromVersion: index + 1, type, size: was === 'file' ? 7 : 0, mtimeNs: BigInt(index) }]
  })
  const held = heldVersions(historyPieces(changes.toReversed(), { version: history.length, live }), live)
  const pages: (readonly HistoryRow[])[] = []
  for (let skip: number | undefined = 0; skip !== undefined; ) {
    const end: number = skip + limit
    const seen = held.slice(skip, end + 1).map((one, index) => ({
      ...one,
      place: skip! + index,
      seen: { id: `snap_${one.number}`, receivedAt: one.number * hourMs } as SeenIn,
      tree: treeOf(history[one.number - 1]),
    }))
    const page = groupVersions(seen, { end: end < held.length ? end : undefined })
    pages.push(page.rows)
    skip = page.next
  }
  return pages
}

const words = (rows: readonly HistoryRow[]) =>
  rows.map((row) =>
    row.kind === 'gap'
      ? `gone ${row.firstAt / hourMs} to ${row.lastAt / hourMs}${row.isNow ? ' and now' : ''}`
      : `${row.type} ${row.first.receivedAt / hourMs} to ${row.last.receivedAt / hourMs}, ${row.versions}`,
  )

test('a folder that was deleted more versions ago than a page has: when, and what can still be had', () => {
  const history: Was[] = ['a', 'a', 'b', ...Array<Was>(40).fill(undefined)]
  expect(readPages(history, 30).map(words)).toEqual([['gone 4 to 43 and now', 'directory 3 to 3, 1', 'directory 1 to 2, 2']])
})

test('a gap between two pages stands whole above what came before it; what was a file is no gap', () => {
  const history: Was[] = ['a', 'file', 'file', undefined, undefined, 'b', 'a']
  expect(readPages(history, 2).map(words)).toEqual([
    ['directory 7 to 7, 1', 'directory 6 to 6, 1'],
    ['gone 4 to 5', 'file 2 to 3, 2'],
    ['directory 1 to 1, 1'],
  ])
})

test('a row that goes on behind a page is left to the next one, unless it is all there is', () => {
  expect(readPages(['a', 'a', 'a', 'b'], 3).map(words)).toEqual([['directory 4 to 4, 1'], ['directory 1 to 3, 3']])
  expect(readPages(['a', 'a', 'a', 'a'], 3).map(words)).toEqual([['directory 2 to 4, 3'], ['directory 1 to 1, 1']])
})

/** What the rows of all pages tell, version by version. */
function toldBy(rows: readonly HistoryRow[], length: number): readonly string[] {
  const told = Array.from({ length }, () => 'not yet')
  for (const row of rows) {
    const [from, to] = row.kind === 'gap' ? [row.firstAt, row.lastAt] : [row.first.receivedAt, row.last.receivedAt]
    for (let at = from / hourMs; at <= to / hourMs; at += 1) told[at - 1] = row.kind === 'gap' ? 'gone' : row.type
  }
  return told
}

test('whatever became of it, the pages tell each version once, and as it was', () => {
  const arbitrary = fc.array(fc.constantFrom<Was>('a', 'b', 'file', undefined), { minLength: 1, maxLength: 25 })
  fc.assert(
    fc.property(arbitrary, fc.integer({ min: 1, max: 6 }), (history, limit) => {
      const rows = readPages(history, limit).flat()
      const first = history.findIndex((was) => was !== undefined)
      const expected = history.map((was, index) =>
        was === undefined ? (first === -1 || index < first ? 'not yet' : 'gone') : was === 'file' ? 'file' : 'directory',
      )
      expect(toldBy(rows, history.length)).toEqual(expected)
      const versions = rows.reduce((sum, row) => sum + (row.kind === 'state' ? row.versions : 0), 0)
      expect(versions).toBe(history.filter((was) => was !== undefined).length)
    }),
  )
})
