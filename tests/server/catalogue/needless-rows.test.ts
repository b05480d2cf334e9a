import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entryTypes } from '../../../server/catalogue/catalogue.ts'
import { NeedlessRows, type RowKey, type RowToJudge } from '../../../server/catalogue/needless-rows.ts'

const path = (name: number) => Buffer.alloc(16, name)

/** A history of each of a few paths: at each number the path is changed, or ends. */
const histories = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }), { maxLength: 4 }).chain((numbers) =>
  fc
    .tuple(...numbers.map((ofPath) => fc.array(fc.boolean(), { minLength: ofPath.length, maxLength: ofPath.length })))
    .map((ends) =>
      numbers.flatMap((ofPath, name) =>
        ofPath
          .toSorted((a, b) => a - b)
          .map((fromVersion, index): RowToJudge => {
            const type = ends[name]?.[index] ? entryTypes.gone : entryTypes.file
            return { pathHash: path(name), fromVersion, type }
          }),
      ),
    ),
)
const shownNumbers = fc
  .uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 6 })
  .map((some) => some.toSorted((a, b) => a - b))

/** What a version holds at a path: the row with the greatest number up to it. */
function held(rows: readonly RowToJudge[], name: number, version: number): number | undefined {
  const row = rows.findLast(({ pathHash, fromVersion }) => pathHash.equals(path(name)) && fromVersion <= version)
  return row === undefined || row.type === entryTypes.gone ? undefined : row.fromVersion
}

function left(rows: readonly RowToJudge[], shown: readonly number[], perPage: number): readonly RowToJudge[] {
  const needless = new NeedlessRows(shown)
  const found: RowKey[] = []
  for (let at = 0; at < rows.length; at += perPage) found.push(...needless.add(rows.slice(at, at + perPage)))
  found.push(...needless.end())
  return rows.filter((row) => !found.some((key) => key.fromVersion === row.fromVersion && key.pathHash.equals(row.pathHash)))
}

describe('rows that no version shows', () => {
  test('every shown version holds after the sweep what it held before', () => {
    fc.assert(
      fc.property(histories, shownNumbers, fc.integer({ min: 1, max: 5 }), (rows, shown, perPage) => {
        const swept = left(rows, shown, perPage)
        for (const version of shown)
          for (const name of [0, 1, 2, 3]) expect(held(swept, name, version)).toBe(held(rows, name, version))
      }),
    )
  })

  test('each row that stays is shown, or ends a path that was', () => {
    fc.assert(
      fc.property(histories, shownNumbers, (rows, shown) => {
        const swept = left(rows, shown, 3)
        for (const [index, row] of swept.entries()) {
          const before = swept[index - 1]
          if (row.type === entryTypes.gone) expect(before?.pathHash.equals(row.pathHash)).toBe(true)
          const next = rows.find(({ pathHash, fromVersion }) => pathHash.equals(row.pathHash) && fromVersion > row.fromVersion)
          const isShown = shown.some((version) => version >= row.fromVersion && version < (next?.fromVersion ?? Infinity))
          expect(isShown).toBe(true)
        }
      }),
    )
  })

  test('with no version left, none stays', () => {
    fc.assert(
      fc.property(histories, (rows) => {
        expect(left(rows, [], 2)).toEqual([])
      }),
    )
  })
})
