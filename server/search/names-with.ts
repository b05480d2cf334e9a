/**
 * Which names of a job's index may hold a text. Letters rule out most; the rest is looked through byte by byte, or the whole buffer at once
 * where that is quicker: a few names decide which.
 */
import type { JobIndex } from './job-index.ts'
import { isLetter, lettersIn } from './name-letters.ts'

export interface Wanted {
  readonly text: Buffer
  /** Names that lack one of these are not looked at (name-letters.ts). */
  readonly letters: number
}

/** Longer ones are looked for with tables of jumps: byte by byte, names like `aaaa…` would cost their length times the text's. */
const longText = 8
const sampledNames = 2048
/** Nanoseconds, measured: a name that is passed over, looked through, passed by a search over all; a call for one that is found. */
const costs = { passed: 1, lookedThrough: 40, searched: 5, called: 80 } as const

export function wantedText(text: Buffer): Wanted {
  return { text, letters: lettersIn(text, 0, text.length) }
}

/** Overwritten by the next question. */
export interface NamesLike {
  readonly ids: Uint32Array
  /** Where the text is first in each. Undefined: they have its letters, and may not hold it. */
  readonly places: Uint32Array | undefined
}

/** Of a few names, how many have the letters of a text. */
export function commonness({ letters, count }: JobIndex, wanted: Wanted): number {
  const end = Math.min(count, sampledNames)
  let common = 0
  // Ids are in the order of hashes: the first ones are as good as any.
  for (let id = 0; id < end; id += 1) if ((letters[id]! & wanted.letters) === wanted.letters) common += 1
  return common
}

/** In the order of the ids; none that holds the text is missing. */
export function namesLike(index: JobIndex, wanted: Wanted): NamesLike {
  return isSearchQuicker(index, wanted) ? searchAll(index, wanted) : { ids: listLike(index, wanted), places: undefined }
}

/** As large as the largest job: new lists for each question would be megabytes for the collector. */
let lists = { ids: new Uint32Array(0), places: new Uint32Array(0) }

function listsFor(count: number): typeof lists {
  if (lists.ids.length < count) lists = { ids: new Uint32Array(count), places: new Uint32Array(count) }
  return lists
}

function listLike({ letters, count }: JobIndex, wanted: Wanted): Uint32Array {
  const { ids } = listsFor(count)
  let listed = 0
  for (let id = 0; id < count; id += 1) {
    // Written first and counted then: nothing to guess for the processor.
    ids[listed] = id
    listed += Number((letters[id]! & wanted.letters) === wanted.letters)
  }
  return ids.subarray(0, listed)
}

export function holds({ names, starts, letters }: JobIndex, id: number, wanted: Wanted): boolean {
  if ((letters[id]! & wanted.letters) !== wanted.letters) return false
  const { text } = wanted
  if (text.length === 1 && isLetter(text[0]!)) return true
  return placeIn(names, text, starts[id]!, starts[id + 1]! - 1) >= 0
}

/** The first place of a text within some bytes; -1: it is not there. */
export function placeIn(names: Buffer, text: Buffer, start: number, end: number): number {
  return text.length > longText ? placeOfLong(names, text, start, end) : placeOfShort(names, text, start, end)
}

function placeOfLong(names: Buffer, text: Buffer, start: number, end: number): number {
  const place = names.subarray(start, end).indexOf(text)
  return place < 0 ? -1 : start + place
}

function placeOfShort(names: Buffer, text: Buffer, start: number, end: number): number {
  const first = text[0]
  const last = end - text.length
  for (let at = start; at <= last; at += 1) if (names[at] === first && isAt(names, text, at)) return at
  return -1
}

/** From its second byte on, if its first is there. */
export function isAt(names: Buffer, text: Buffer, at: number): boolean {
  const { length } = text
  for (let place = 1; place < length; place += 1) if (names[at + place] !== text[place]) return false
  return true
}

function isSearchQuicker(index: JobIndex, wanted: Wanted): boolean {
  const { text } = wanted
  if (text.length > longText) return true
  if (text.length <= 2 || index.count <= sampledNames) return false
  let found = 0
  for (let id = 0; id < sampledNames; id += 1) if (holds(index, id, wanted)) found += 1
  const looking = sampledNames * costs.passed + commonness(index, wanted) * costs.lookedThrough
  return sampledNames * costs.searched + found * costs.called < looking
}

function searchAll({ names, starts, count }: JobIndex, { text }: Wanted): NamesLike {
  const { ids, places } = listsFor(count)
  const end = starts[count]!
  let listed = 0
  let id = 0
  for (let at = names.indexOf(text, 1); at >= 0 && at < end; at = names.indexOf(text, starts[id + 1])) {
    id = idAt(starts, count, id, at)
    ids[listed] = id
    places[listed] = at
    listed += 1
  }
  return { ids: ids.subarray(0, listed), places: places.subarray(0, listed) }
}

/** The name in which a place lies, at or after a known one. */
function idAt(starts: Uint32Array, count: number, from: number, at: number): number {
  let step = 1
  let low = from
  while (low + step < count && starts[low + step]! <= at) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, count)
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (starts[middle]! <= at) low = middle
    else high = middle
  }
  return low
}
