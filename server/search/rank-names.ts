/** How well each name of a job's index matches. Pure. */
import { entryTypes } from '../catalogue/catalogue.ts'
import { type JobIndex, none } from './job-index.ts'
import { endsLikeGlob, type GlobSteps, matchesGlob, type NameGlob } from './name-glob.ts'
import { isInWord, isLetter, lettersIn } from './name-letters.ts'
import { type NameQuery, nameRanks } from './name-query.ts'
import { commonness, holds, isAt, namesLike, placeIn, type Wanted, wantedText } from './names-with.ts'

/** By path: a rank of `nameRanks`, 0 where nothing matches. @throws SearchError `too-hard` */
export function rankNames(index: JobIndex, query: NameQuery, steps: GlobSteps): Uint8Array {
  switch (query.kind) {
    case 'any':
      return new Uint8Array(index.count).fill(nameRanks.exact)
    case 'glob':
      return rankByGlob(index, query, steps)
    case 'text':
      return query.words.length > 0 ? rankByWords(index, query.text, query.words) : rankByText(index, query.text, query.least)
    default:
      return query satisfies never
  }
}

function rankByText(index: JobIndex, text: Buffer, least: number): Uint8Array {
  if (text.length === 1 && isLetter(text[0]!)) return rankByLetter(index, text[0]!, least)
  const ranks = new Uint8Array(index.count)
  const { ids, places } = namesLike(index, wantedText(text))
  for (let listed = 0; listed < ids.length; listed += 1) {
    const id = ids[listed]!
    const rank = rankInName(index, id, text, places?.[listed] ?? index.starts[id]!)
    if (rank <= least) ranks[id] = rank
  }
  return ranks
}

/**
 * The best place of a text in a name, looked for from a place before which it is not; 0: it is not there. Only the beginning of a word
 * is better than what was found before it.
 */
function rankInName({ names, starts, wordStarts }: JobIndex, id: number, text: Buffer, from: number): number {
  const { length } = text
  const [first, second] = text
  const start = starts[id]!
  const end = starts[id + 1]! - 1
  const letter = lettersIn(text, 0, 1)
  const mayBeginWord = letter === 0 || (wordStarts[id]! & letter) !== 0
  let isFound = false
  for (let at = from; at <= end - length; at += 1) {
    if (names[at] !== first || (length > 1 && names[at + 1] !== second)) continue
    const isInside = at > start && isInWord(names[at - 1]!)
    if ((isInside && isFound) || (length > 2 && !isAt(names, text, at))) continue
    if (at === start) return at + length === end ? nameRanks.exact : nameRanks.prefix
    if (!isInside) return nameRanks.word
    if (!mayBeginWord) return nameRanks.part
    isFound = true
  }
  return isFound ? nameRanks.part : 0
}

/** One letter is in most names: which ones, and where, is known without looking at them. */
function rankByLetter({ names, starts, letters, wordStarts, count }: JobIndex, letter: number, least: number): Uint8Array {
  const ranks = new Uint8Array(count)
  const bit = lettersIn(Uint8Array.of(letter), 0, 1)
  for (let id = 0; id < count; id += 1) {
    if ((letters[id]! & bit) === 0) continue
    const start = starts[id]!
    let rank: number = (wordStarts[id]! & bit) === 0 ? nameRanks.part : nameRanks.word
    // The letter and a NUL.
    if (names[start] === letter) rank = starts[id + 1]! - start === 2 ? nameRanks.exact : nameRanks.prefix
    if (rank <= least) ranks[id] = rank
  }
  return ranks
}

function rankByGlob(index: JobIndex, glob: NameGlob, steps: GlobSteps): Uint8Array {
  const ranks = new Uint8Array(index.count)
  const { names, starts, letters: held, count } = index
  const letters = lettersIn(glob.pattern, 0, glob.pattern.length)
  if (glob.isEnding) {
    for (let id = 0; id < count; id += 1)
      if ((held[id]! & letters) === letters && endsLikeGlob(glob, names, starts[id]!, starts[id + 1]! - 1))
        ranks[id] = nameRanks.exact
    return ranks
  }
  for (const id of namesLike(index, { text: glob.literal, letters }).ids)
    if (matchesGlob(glob, { names, start: starts[id]!, end: starts[id + 1]! - 1 }, steps)) ranks[id] = nameRanks.exact
  return ranks
}

/** The bit of the rarest word. */
const rarest = 1
/** While ranks are being found: the name holds the rarest word. */
const holdsRarest = 0xff

/**
 * Names that have every word, the better where they stand as they were typed; and names that have some while the folders above have the
 * others. The rarest word is in all of them or above: only those are looked at for the others.
 */
function rankByWords(index: JobIndex, text: Buffer, words: readonly Buffer[]): Uint8Array {
  const { count, parents, types } = index
  const ranks = new Uint8Array(count)
  const wanted = rarestFirst(index, words)
  const phrase = wantedText(text)
  const all = 2 ** wanted.length - 1
  const above = new FolderMasks(index, wanted)
  let isInFolders = false
  const { ids, places } = namesLike(index, wanted[0]!)
  for (const id of ids) {
    if (places === undefined && !holds(index, id, wanted[0]!)) continue
    ranks[id] = holdsRarest
    if (types[id] === entryTypes.directory) isInFolders = true
  }
  for (let id = 0; id < count; id += 1) {
    if (ranks[id] === holdsRarest) {
      // Where the text is as it was typed, so are its words.
      ranks[id] = rankOfPhrase(index, id, phrase)
      if (ranks[id] !== 0) continue
      const own = rarest | otherWordsIn(index, id, wanted)
      if (own === all) ranks[id] = nameRanks.words
      else if ((own | above.of(parents[id]!)) === all) ranks[id] = nameRanks.folders
    } else if (isInFolders) {
      const mask = above.of(parents[id]!)
      if ((mask & rarest) === 0) continue
      const own = otherWordsIn(index, id, wanted)
      if (own !== 0 && (own | mask) === all) ranks[id] = nameRanks.folders
    }
  }
  return ranks
}

function rarestFirst(index: JobIndex, words: readonly Buffer[]): readonly Wanted[] {
  return words
    .map((word) => {
      const wanted = wantedText(word)
      return { wanted, common: commonness(index, wanted) }
    })
    .sort((one, other) => one.common - other.common || other.wanted.text.length - one.wanted.text.length)
    .map(({ wanted }) => wanted)
}

/** 0: the text is not in the name. */
function rankOfPhrase(index: JobIndex, id: number, { text, letters }: Wanted): number {
  if ((index.letters[id]! & letters) !== letters) return 0
  const { names, starts } = index
  const place = placeIn(names, text, starts[id]!, starts[id + 1]! - 1)
  return place < 0 ? 0 : rankInName(index, id, text, place)
}

function otherWordsIn(index: JobIndex, id: number, wanted: readonly Wanted[]): number {
  let mask = 0
  for (let place = 1; place < wanted.length; place += 1) if (holds(index, id, wanted[place]!)) mask |= 1 << place
  return mask
}

const known = 0x100

/** Which words the names of a folder and of those above it hold; each folder is looked at once, and only when it is asked for. */
class FolderMasks {
  private readonly index: JobIndex
  private readonly wanted: readonly Wanted[]
  private readonly masks: Uint16Array

  constructor(index: JobIndex, wanted: readonly Wanted[]) {
    this.index = index
    this.wanted = wanted
    this.masks = new Uint16Array(index.count)
  }

  of(folder: number): number {
    if (folder === none) return 0
    if (this.masks[folder] === 0) this.masks[folder] = known | this.own(folder) | this.of(this.index.parents[folder]!)
    return this.masks[folder]! & ~known
  }

  private own(folder: number): number {
    return (holds(this.index, folder, this.wanted[0]!) ? rarest : 0) | otherWordsIn(this.index, folder, this.wanted)
  }
}
