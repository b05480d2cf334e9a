// What people type, made of names that are there: beginnings, words, parts, patterns; with and without filters.
import { SeededRandom } from './data/random.ts'

export interface SearchQuery {
  readonly kind: string
  readonly query: Readonly<Record<string, string>>
}

interface Named {
  readonly name: string
  readonly folder: string
}

type Make = (named: Named, below: (limit: number) => number) => Readonly<Record<string, string>>

const wordsOf = (name: string) => name.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2)

const makers: readonly { readonly kind: string; readonly share: number; readonly make: Make }[] = [
  { kind: 'one or two letters', share: 6, make: ({ name }, below) => ({ name: name.slice(0, 1 + below(2)) }) },
  { kind: 'a beginning', share: 24, make: ({ name }, below) => ({ name: name.slice(0, 3 + below(6)) }) },
  { kind: 'a word', share: 22, make: ({ name }, below) => ({ name: wordsOf(name)[below(wordsOf(name).length || 1)] ?? name }) },
  { kind: 'a part', share: 10, make: ({ name }, below) => ({ name: name.slice(1 + below(3), 5 + below(5)) || name }) },
  { kind: 'the whole name', share: 10, make: ({ name }) => ({ name }) },
  {
    kind: 'words of name and folder',
    share: 12,
    make: ({ name, folder }) => ({ name: `${wordsOf(name)[0] ?? name} ${wordsOf(folder)[0] ?? ''}`.trim() }),
  },
  { kind: 'a pattern', share: 6, make: ({ name }) => ({ name: `*${name.slice(-6)}` }) },
  {
    kind: 'of a kind and a size',
    share: 5,
    make: ({ name }) => ({ name: name.slice(0, 3), kind: 'picture', minSize: '1048576' }),
  },
  { kind: 'only deleted', share: 5, make: ({ name }) => ({ name: wordsOf(name)[0] ?? name, state: 'deleted' }) },
]

export function searchQueries(
  sample: readonly Named[],
  { count, seed, devices }: { readonly count: number; readonly seed: number; readonly devices: readonly string[] },
): readonly SearchQuery[] {
  const random = new SeededRandom(seed, 'searches')
  const total = makers.reduce((sum, { share }) => sum + share, 0)
  return Array.from({ length: count }, (_, index) => {
    let at = random.below(total)
    const { kind, make } = makers.find(({ share }) => {
      at -= share
      return at < 0
    })!
    const query = make(sample[random.below(sample.length)]!, (limit) => random.below(limit))
    // Every tenth on one computer.
    return index % 10 === 9
      ? { kind: 'any of these, on one computer', query: { ...query, device: devices[index % devices.length]! } }
      : { kind, query }
  })
}
