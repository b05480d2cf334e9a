/** From what somebody typed to what is looked for in names. Pure. */
import { foldText } from '../catalogue/fold-name.ts'
import { isGlob, type NameGlob, parseGlob } from './name-glob.ts'

export const nameMatches = ['words', 'exact', 'prefix', 'contains', 'glob'] as const
export type NameMatch = (typeof nameMatches)[number]

export type NameQuery =
  /** All names. */
  | { readonly kind: 'any' }
  /** The whole text, at a place in the name; the ranks say which is better. */
  | { readonly kind: 'text'; readonly text: Buffer; readonly least: NameRank; readonly words: readonly Buffer[] }
  | ({ readonly kind: 'glob' } & NameGlob)

/** The better the match, the smaller the number; 0 is none. */
export const nameRanks = { exact: 1, prefix: 2, word: 3, part: 4, words: 5, folders: 6 } as const
export type NameRank = (typeof nameRanks)[keyof typeof nameRanks]

export const maxNameCharacters = 255
/** More words than this are looked for as if the last ones had not been typed: each has a bit. */
const maxWords = 8
/** Pieces between wildcards. A name of thirty stars is no name that anybody looks for. */
export const maxWildcards = 32

/**
 * `words`: the text as it is, or all of its words, each in the name or in the folders above, at least one in the name itself; a text
 * with `*` or `?` is a pattern for whole names; what stands in quotes is one word. The others take the text as it is.
 */
export function parseNameQuery(typed: string, match: NameMatch): NameQuery {
  const text = foldedText(typed)
  if (text === '') return { kind: 'any' }
  if (match === 'glob' || (match === 'words' && isGlob(text))) return { kind: 'glob', ...parseGlob(withFewWildcards(text)) }
  if (match !== 'words') return { kind: 'text', text: Buffer.from(text), least: leastRanks[match], words: [] }
  const words = wordsOf(text)
  const isOne = words.length === 1
  const distinct = [...new Set(words)].slice(0, maxWords)
  return {
    kind: 'text',
    text: Buffer.from(isOne ? words[0]! : text),
    least: nameRanks.part,
    words: isOne ? [] : distinct.map((word) => Buffer.from(word)),
  }
}

/** Equal for queries that find the same. */
export function keyOfQuery(query: NameQuery): string {
  const texts = query.kind === 'text' ? [query.text, ...query.words] : query.kind === 'glob' ? [query.pattern] : []
  const least = query.kind === 'text' ? query.least : 0
  return [query.kind, least, ...texts.map((text) => text.toString('latin1'))].join('\0')
}

/** What is shown as found in a name: folded. */
export function termsOf(typed: string): readonly string[] {
  const text = foldedText(typed)
  if (text === '') return []
  return isGlob(text) ? text.split(/[*?]+/).filter((piece) => piece !== '') : wordsOf(text)
}

/** No name holds a NUL: the index has them between its names. */
function foldedText(typed: string): string {
  return foldText(typed.replaceAll('\0', ' ').trim().slice(0, maxNameCharacters))
}

const leastRanks = { exact: nameRanks.exact, prefix: nameRanks.prefix, contains: nameRanks.part } as const

function wordsOf(text: string): readonly string[] {
  const words = [...text.matchAll(/"([^"]+)"|[^\s"]+/g)].map(([whole, quoted]) => (quoted ?? whole).trim())
  const found = words.filter((word) => word !== '')
  return found.length === 0 ? [text] : found
}

/** What comes behind too many of them is not looked at: more is found, never less. */
function withFewWildcards(text: string): string {
  const beyond = [...text.matchAll(/\*+|\?/g)][maxWildcards]
  return beyond === undefined ? text : `${text.slice(0, beyond.index)}*`
}
