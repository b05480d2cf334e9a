import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutFolder, type FolderPart, type NameRange } from '../../../server/catalogue/folder-pieces.ts'

/** Names are numbers in four digits; a part holds those from its first name up to the next part's. */
const name = (number: number) => Buffer.from(String(number).padStart(4, '0'))
const anything: NameRange = { from: undefined, before: undefined }

function partsOf(starts: readonly number[], side: string, shared: ReadonlySet<number>): readonly FolderPart[] {
  return starts.map((start) => ({
    firstName: name(start),
    id: Buffer.from(shared.has(start) ? `shared ${start}` : `${side} ${start}`),
    level: 0,
  }))
}

/** The part of a side that may hold a name. */
function partOf(parts: readonly FolderPart[], wanted: Buffer): FolderPart | undefined {
  return parts.findLast(({ firstName }) => Buffer.compare(firstName!, wanted) <= 0) ?? parts[0]
}

const isIn = ({ from, before }: NameRange, wanted: Buffer) =>
  (from === undefined || Buffer.compare(wanted, from) >= 0) && (before === undefined || Buffer.compare(wanted, before) < 0)

const starts = fc.uniqueArray(fc.nat(999), { maxLength: 120 }).map((numbers) => numbers.sort((a, b) => a - b))

test('every name that may differ lies in exactly one piece, with the parts of both sides that may hold it', () => {
  fc.assert(
    fc.property(starts, starts, fc.uniqueArray(fc.nat(999), { maxLength: 40 }), (oldStarts, newStarts, wantShared) => {
      // A part that both sides share begins and ends alike in both.
      const shared = new Set(
        wantShared.filter((start) => {
          const nextOf = (list: readonly number[]) => list[list.indexOf(start) + 1]
          return oldStarts.includes(start) && newStarts.includes(start) && nextOf(oldStarts) === nextOf(newStarts)
        }),
      )
      const old = partsOf(oldStarts, 'old', shared)
      const now = partsOf(newStarts, 'new', shared)
      const pieces = cutFolder(old, now, anything)
      for (let number = 0; number < 1000; number += 7) {
        const wanted = name(number)
        const holders = { old: partOf(old, wanted), new: partOf(now, wanted) }
        const isShared =
          holders.old !== undefined && holders.new !== undefined && Buffer.from(holders.old.id).equals(holders.new.id)
        const covering = pieces.filter((piece) => isIn(piece, wanted))
        if (isShared || (holders.old === undefined && holders.new === undefined)) continue
        expect(covering).toHaveLength(1)
        for (const side of ['old', 'new'] as const) {
          const holder = holders[side]
          const wasLeftOut = holder !== undefined && Buffer.from(holder.id).toString().startsWith('shared')
          if (holder !== undefined && !wasLeftOut) expect(covering[0]![side]).toContain(holder)
        }
      }
    }),
  )
})

test('pieces follow each other within the range that was asked', () => {
  const old = partsOf(
    Array.from({ length: 200 }, (_, index) => index * 5),
    'old',
    new Set(),
  )
  const range = { from: name(100), before: name(700) }
  const pieces = cutFolder(old, [], range)
  expect(pieces.length).toBeGreaterThan(3)
  expect(pieces[0]?.from).toEqual(range.from)
  expect(pieces.at(-1)?.before).toEqual(range.before)
  for (const [index, piece] of pieces.slice(1).entries()) expect(piece.from).toEqual(pieces[index]?.before)
})

test('two folders with the same parts have nothing to compare', () => {
  const parts = partsOf([1, 2, 3], 'same', new Set([1, 2, 3]))
  expect(cutFolder(parts, parts, anything)).toEqual([])
})
