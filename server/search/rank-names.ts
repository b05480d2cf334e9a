/** How well each name of a job's index matches. One pass over one buffer; the work is bounded by its length. Pure. */
import { type JobIndex, none } from './job-index.ts'
import { matchesGlob, type NameGlob } from './name-glob.ts'
import { type NameQuery, nameRanks } from './name-query.ts'

/** By path: a rank of `nameRanks`, 0 where nothing matches. */
export function rankNames(index: JobIndex, query: NameQuery): Uint8Array {
  switch (query.kind) {
    case 'any':
      return new Uint8Array(index.count).fill(nameRanks.exact)
    case 'glob':
      return rankByGlob(index, query)
    case 'text':
      return query.words.length > 0 ? rankByWords(index, query.text, query.words) : rankByText(index, query.text, query.least)
    default:
      return query satisfies never
  }
}

/** Short texts are found at every other place: a loop over the bytes is quicker than a call for each hit. */
const shortText = 2

function rankByText(index: JobIndex, text: Buffer, least: number): Uint8Array {
  if (text.length <= shortText) return rankByShortText(index, text, least)
  const ranks = new Uint8Array(index.count)
  eachHit(index, text, (id, at) => {
    const rank = rankOfHit(index, id, at, text.length)
    if (rank <= least && (ranks[id] === 0 || rank < ranks[id]!)) ranks[id] = rank
    // A better place may follow in the same name; not after the best that can still come.
    return rank === nameRanks.part
  })
  return ranks
}

function rankOfHit({ names, starts }: JobIndex, id: number, at: number, length: number): number {
  if (at === starts[id]) return at + length === starts[id + 1]! - 1 ? nameRanks.exact : nameRanks.prefix
  return isInWord(names[at - 1]!) ? nameRanks.part : nameRanks.word
}

/** The same for one or two bytes, without a call for each of a million hits. */
function rankByShortText({ names, starts, count }: JobIndex, text: Buffer, least: number): Uint8Array {
  const ranks = new Uint8Array(count)
  const [first, second] = text
  const { length } = text
  for (let id = 0; id < count; id += 1) {
    const start = starts[id]!
    const end = starts[id + 1]! - length
    let best: number = none
    for (let at = start; at < end; at += 1) {
      if (names[at] !== first || (second !== undefined && names[at + 1] !== second)) continue
      if (at === start) best = at + 1 === end ? nameRanks.exact : nameRanks.prefix
      else best = isInWord(names[at - 1]!) ? nameRanks.part : nameRanks.word
      if (best !== nameRanks.part) break
    }
    if (best <= least) ranks[id] = best
  }
  return ranks
}

/** A letter or a digit; every byte of a character beyond ASCII counts as one. */
function isInWord(byte: number): boolean {
  return byte >= 0x80 || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39)
}

/** Calls with the path and the place of each occurrence; the answer says whether further ones in the same name are wanted. */
function eachHit(index: JobIndex, text: Buffer, onHit: (id: number, at: number) => boolean): void {
  if (text.length <= shortText) {
    eachShortHit(index, text, onHit)
    return
  }
  const { names, starts, count } = index
  const end = starts[count]!
  let id = 0
  for (let at = names.indexOf(text, 1); at >= 0 && at < end; ) {
    id = idAt(starts, count, id, at)
    at = names.indexOf(text, onHit(id, at) ? at + 1 : starts[id + 1]!)
  }
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

function eachShortHit({ names, starts, count }: JobIndex, text: Buffer, onHit: (id: number, at: number) => boolean): void {
  const [first, second] = text
  for (let id = 0; id < count; id += 1) {
    const end = starts[id + 1]! - text.length
    for (let at = starts[id]!; at < end; at += 1) {
      if (names[at] !== first || (second !== undefined && names[at + 1] !== second)) continue
      if (!onHit(id, at)) break
    }
  }
}

function rankByGlob(index: JobIndex, glob: NameGlob): Uint8Array {
  const ranks = new Uint8Array(index.count)
  const { names, starts, count } = index
  const look = (id: number) => {
    if (matchesGlob(glob, names, starts[id]!, starts[id + 1]! - 1)) ranks[id] = nameRanks.exact
    return false
  }
  if (glob.literal.length > 0) eachHit(index, glob.literal, look)
  else for (let id = 0; id < count; id += 1) look(id)
  return ranks
}

/** Names that have every word, the better where they stand as they were typed; and names that have some while the folders above have the others. */
function rankByWords(index: JobIndex, text: Buffer, words: readonly Buffer[]): Uint8Array {
  const { count, parents } = index
  const ranks = new Uint8Array(count)
  const masks = new Uint8Array(count)
  for (const [place, word] of words.entries()) {
    eachHit(index, word, (id) => {
      masks[id]! |= 1 << place
      return false
    })
  }
  const all = (1 << words.length) - 1
  const above = new FolderMasks(parents, masks)
  for (let id = 0; id < count; id += 1) {
    const own = masks[id]!
    if (own === 0) continue
    if (own === all) ranks[id] = rankOfPhrase(index, id, text)
    else if ((own | above.of(parents[id]!)) === all) ranks[id] = nameRanks.folders
  }
  return ranks
}

/** A name that has all the words: the best place of the whole text, if it has one. */
function rankOfPhrase(index: JobIndex, id: number, text: Buffer): number {
  const { names, starts } = index
  const end = starts[id + 1]! - text.length
  let best: number = nameRanks.words
  for (let at = starts[id]!; at < end; at += 1) {
    if (names[at] !== text[0] || names.compare(text, 0, text.length, at, at + text.length) !== 0) continue
    best = Math.min(best, rankOfHit(index, id, at, text.length))
  }
  return best
}

const unknown = -1

/** Which words the names of a folder and of those above it hold; each folder is looked at once. */
class FolderMasks {
  private readonly parents: Uint32Array
  private readonly own: Uint8Array
  private readonly known: Int16Array

  constructor(parents: Uint32Array, own: Uint8Array) {
    this.parents = parents
    this.own = own
    this.known = new Int16Array(own.length).fill(unknown)
  }

  of(folder: number): number {
    if (folder === none) return 0
    const known = this.known[folder]!
    if (known !== unknown) return known
    const mask = this.own[folder]! | this.of(this.parents[folder]!)
    this.known[folder] = mask
    return mask
  }
}
