/** Which files of a version a drill brings back, and how much of them: drawn while the version is walked, in little memory. Pure. */
import type { FileEntry, HardlinkEntry, TreeEntry, WalkedEntry } from '../../engine/index.ts'
import type { FileCause } from './drill.ts'

export type DrillableEntry = FileEntry | HardlinkEntry

export interface PickedFile {
  readonly path: Buffer
  readonly entry: DrillableEntry
  readonly why: readonly FileCause[]
  /** Undefined: all of it. */
  readonly ranges: readonly ByteRange[] | undefined
}

export interface ByteRange {
  readonly start: number
  readonly end: number
}

const MiB = 1024 ** 2
export const randomFiles = 12
/** What is larger is read in ranges that make up so much. */
export const wholeMaxBytes: Readonly<Record<FileCause, number>> = {
  random: 64 * MiB,
  newest: 256 * MiB,
  largest: 2048 * MiB,
  again: 2048 * MiB,
}
/** Of a drill, whatever it draws. */
export const drillMaxBytes = 4096 * MiB
const rangesPerFile = 8
/** When nothing is left to spend, a little of each is still read. */
const leastBytes = MiB

interface Found {
  readonly path: Buffer
  readonly entry: DrillableEntry
}

export interface FilePicker {
  readonly see: (walked: WalkedEntry) => void
  readonly entries: () => number
  readonly files: () => number
  /** `budgetBytes`: what the drill may still read. */
  readonly picked: (budgetBytes: number) => readonly PickedFile[]
}

/** `again`: paths, as latin1, that are to be read whatever is drawn. */
export function createFilePicker({ seed, again }: { readonly seed: number; readonly again: ReadonlySet<string> }): FilePicker {
  const draw = randomNumbers(seed)
  const sample: Found[] = []
  let [entries, files] = [0, 0]
  let newest: Found | undefined
  let largest: Found | undefined
  const foundAgain: Found[] = []

  return {
    entries: () => entries,
    files: () => files,
    see: ({ path, entry }) => {
      entries += 1
      if (!isDrillable(entry)) return
      files += 1
      const found = { path, entry }
      if (again.size > 0 && again.has(path.toString('latin1'))) foundAgain.push(found)
      if (newest === undefined || entry.mtimeNs > newest.entry.mtimeNs) newest = found
      if (largest === undefined || entry.size > largest.entry.size) largest = found
      // Each file of a version is as likely as any other, however many there are (Vitter's algorithm R).
      if (sample.length < randomFiles) sample.push(found)
      else {
        const place = Math.floor(draw() * files)
        if (place < randomFiles) sample[place] = found
      }
    },
    picked: (budgetBytes) => {
      const chosen = new Map<string, { readonly found: Found; readonly why: FileCause[] }>()
      const choose = (found: Found | undefined, why: FileCause) => {
        if (found === undefined) return
        const key = found.path.toString('latin1')
        const known = chosen.get(key)
        if (known === undefined) chosen.set(key, { found, why: [why] })
        else known.why.push(why)
      }
      // First, while there is most to spend.
      for (const found of foundAgain) choose(found, 'again')
      for (const found of sample) choose(found, 'random')
      choose(newest, 'newest')
      choose(largest, 'largest')
      let left = budgetBytes
      return [...chosen.values()].map(({ found, why }) => {
        const file = { ...found, why, ranges: rangesOf(found.entry.size, why, left) }
        left = Math.max(0, left - readBytes(file))
        return file
      })
    },
  }
}

/** How much of it is read. */
export function readBytes({ entry, ranges }: Pick<PickedFile, 'entry' | 'ranges'>): number {
  return ranges?.reduce((sum, { start, end }) => sum + end - start, 0) ?? entry.size
}

/** As far as a damaged file must be read to be believed again: the ranges of a lesser reading lie within these. */
export function isReadFar(file: Pick<PickedFile, 'entry' | 'ranges'>): boolean {
  return readBytes(file) >= Math.min(file.entry.size, wholeMaxBytes.again)
}

function rangesOf(sizeBytes: number, why: readonly FileCause[], leftBytes: number): readonly ByteRange[] | undefined {
  const most = Math.min(Math.max(...why.map((cause) => wholeMaxBytes[cause])), Math.max(leftBytes, leastBytes))
  return sizeBytes <= most ? undefined : spread(sizeBytes, most)
}

/** The first bytes, the last ones, and some at equal distances between them. */
function spread(sizeBytes: number, wantedBytes: number): readonly ByteRange[] {
  const each = Math.floor(wantedBytes / rangesPerFile)
  return Array.from({ length: rangesPerFile }, (_, index) => {
    const start = Math.floor(((sizeBytes - each) * index) / (rangesPerFile - 1))
    return { start, end: start + each }
  })
}

function isDrillable(entry: TreeEntry): entry is DrillableEntry {
  return entry.type === 'file' || entry.type === 'hardlink'
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). Nothing secret hangs on them. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
