import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileEntry } from '../../../engine/index.ts'
import {
  createFilePicker,
  drillMaxBytes,
  isReadFar,
  randomFiles,
  readBytes,
  wholeMaxBytes,
} from '../../../server/drills/pick-files.ts'

const MiB = 1024 ** 2

function file(name: string, size: number, mtimeNs = 0n): FileEntry {
  return {
    type: 'file',
    name: Buffer.from(name),
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeNs,
    extensions: [],
    size,
    content: { kind: 'empty' },
  }
}

function pick(files: readonly FileEntry[], { seed = 1, budgetBytes = drillMaxBytes, again = [] as readonly string[] } = {}) {
  const picker = createFilePicker({ seed, again: new Set(again.map((name) => `home/${name}`)) })
  for (const entry of files) picker.see({ path: Buffer.concat([Buffer.from('home/'), entry.name]), entry })
  return picker.picked(budgetBytes)
}
const names = (picked: ReturnType<typeof pick>) => picked.map(({ entry }) => entry.name.toString())

describe('the files of a drill', () => {
  const many = Array.from({ length: 5000 }, (_, index) => file(`file ${index}`, index === 77 ? 50 * MiB : 100, BigInt(index)))

  test('are some by chance, the one that changed last, and the largest', () => {
    const picked = pick(many)
    const by = (cause: 'random' | 'newest' | 'largest') => picked.filter(({ why }) => why.includes(cause))
    expect(by('random')).toHaveLength(randomFiles)
    expect(by('newest').map(({ entry }) => entry.name.toString())).toEqual(['file 4999'])
    expect(by('largest').map(({ entry }) => entry.name.toString())).toEqual(['file 77'])
    expect(new Set(names(picked)).size).toBe(picked.length)
  })

  test('are the same for the same seed, and others for another', () => {
    expect(names(pick(many, { seed: 7 }))).toEqual(names(pick(many, { seed: 7 })))
    expect(names(pick(many, { seed: 8 }))).not.toEqual(names(pick(many, { seed: 7 })))
  })

  test('are all there are, of few; one file may be all three', () => {
    expect(pick([file('only', 3)])).toMatchObject([{ why: ['random', 'newest', 'largest'], ranges: undefined }])
    expect(pick([])).toEqual([])
  })

  test('are, before all others, those that were damaged before and are still there', () => {
    const picked = pick(many, { again: ['file 4711', 'file 4999', 'gone'] })
    expect(picked.slice(0, 2).map(({ entry, why }) => [entry.name.toString(), why])).toEqual([
      ['file 4711', ['again']],
      ['file 4999', ['again', 'newest']],
    ])
  })

  test('that were damaged are believed when they were read as far as any drill reads', () => {
    const image = [file('image.vhdx', 100_000 * MiB)]
    const [full] = pick(image, { again: ['image.vhdx'] })
    const [little] = pick(image, { again: ['image.vhdx'], budgetBytes: 64 * MiB })
    expect([full, little, pick([file('only', 3)], { again: ['only'] })[0]].map((one) => isReadFar(one!))).toEqual([
      true,
      false,
      true,
    ])
    // Wherever a lesser reading found it, the full one looks, too.
    for (const [index, { start, end }] of little!.ranges!.entries()) {
      expect(full!.ranges![index]!.start).toBeLessThanOrEqual(start)
      expect(full!.ranges![index]!.end).toBeGreaterThanOrEqual(end)
    }
  })

  test('come from everywhere: each file is drawn about as often as any other', () => {
    const few = Array.from({ length: 60 }, (_, index) => file(`file ${index}`, 100))
    const drawn = new Map<string, number>()
    const seeds = 2000
    for (let seed = 0; seed < seeds; seed += 1)
      for (const { entry, why } of pick(few, { seed }))
        if (why.includes('random')) drawn.set(entry.name.toString(), (drawn.get(entry.name.toString()) ?? 0) + 1)
    const expected = (seeds * randomFiles) / few.length
    for (const { name } of few) {
      expect(drawn.get(name.toString()), name.toString()).toBeGreaterThan(expected * 0.7)
      expect(drawn.get(name.toString()), name.toString()).toBeLessThan(expected * 1.3)
    }
  })

  test('are read in ranges where they are too large: from the first byte to the last', () => {
    const [largest] = pick([file('image.vhdx', 100_000 * MiB)])
    expect(largest?.ranges).toHaveLength(8)
    expect(largest?.ranges?.[0]?.start).toBe(0)
    expect(largest?.ranges?.at(-1)?.end).toBe(100_000 * MiB)
    expect(readBytes(largest!)).toBe(wholeMaxBytes.largest)
  })

  test('whatever there is, no more is read than may be, no range twice, and something of each', () => {
    const sizes = fc.array(fc.oneof(fc.nat(3 * MiB), fc.integer({ min: 0, max: 2 ** 43 })), { maxLength: 60 })
    fc.assert(
      fc.property(sizes, fc.nat(), fc.integer({ min: 0, max: drillMaxBytes }), (all, seed, budgetBytes) => {
        const picked = pick(
          all.map((size, index) => file(String(index), size, BigInt(index % 7))),
          { seed, budgetBytes },
        )
        const read = picked.reduce((sum, one) => sum + readBytes(one), 0)
        expect(read).toBeLessThanOrEqual(Math.max(budgetBytes, 0) + picked.length * MiB)
        for (const { entry, ranges } of picked) {
          if (ranges === undefined) continue
          let at = 0
          for (const { start, end } of ranges) {
            expect(start).toBeGreaterThanOrEqual(at)
            expect(end).toBeGreaterThan(start)
            at = end
          }
          expect(at).toBe(entry.size)
        }
      }),
    )
  })
})
