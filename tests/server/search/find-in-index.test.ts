/** The index of one job against a search that looks at every name of a plain list. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldText } from '../../../server/catalogue/fold-name.ts'
import { fileKinds, kindOfName } from '../../../server/search/file-kind.ts'
import {
  type FindOrder,
  findInIndex,
  type HitPlace,
  type IndexFilters,
  type IndexQuestion,
  mergeFound,
} from '../../../server/search/find-in-index.ts'
import { JobIndex } from '../../../server/search/job-index.ts'
import { type NameMatch, nameRanks, parseNameQuery } from '../../../server/search/name-query.ts'
import { hashOf, packChanges, type TestChange } from './packed-rows.ts'

const noFilters: IndexFilters = {
  type: undefined,
  kind: 0,
  minBytes: undefined,
  maxBytes: undefined,
  changedFromS: undefined,
  changedBeforeS: undefined,
  state: undefined,
}

/** Versions 1 to 4 are there. */
const live = Uint32Array.of(1, 2, 3, 4)

function indexOf(changes: readonly TestChange[]): JobIndex {
  const index = new JobIndex()
  index.add(packChanges(changes))
  index.finish(4)
  return index
}

function find(index: JobIndex, name: string, more: Partial<IndexQuestion> & { readonly match?: NameMatch } = {}) {
  const { match = 'words', ...question } = more
  const asked = {
    filters: noFilters,
    order: 'best' as FindOrder,
    jobs: [{ jobId: 7, live, at: undefined }],
    after: undefined,
    limit: 50,
  }
  return findInIndex({ ...asked, query: parseNameQuery(name, match), ...question }, () => index)
}

const names = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'ä', 'ß', 'я', ' ', '.', '1', '6'), minLength: 1, maxLength: 6 })
const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const files = fc.uniqueArray(fc.record({ path: paths, size: fc.nat(9), changedAtS: fc.nat(9) }), {
  selector: ({ path }) => path,
  maxLength: 40,
})

/** Every folder above a file, too: a catalogue knows them all. */
function changesOf(list: readonly { readonly path: string; readonly size: number; readonly changedAtS: number }[]) {
  const known = new Map<string, TestChange>(list.map((file) => [file.path, { ...file, version: 1 }]))
  for (const { path } of list) {
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth += 1) {
      const folder = parts.slice(0, depth).join('/')
      if (!known.has(folder)) known.set(folder, { path: folder, version: 1, type: 'directory' })
    }
  }
  return [...known.values()]
}

function naiveRank(path: string, typed: string): number {
  const folded = path.split('/').map(foldText)
  const name = folded.at(-1)!
  const text = foldText(typed.trim())
  if (text === '') return nameRanks.exact
  const words = text.split(/\s+/)
  const whole = words.length === 1 ? words[0]! : text
  if (name === whole) return nameRanks.exact
  if (name.startsWith(whole)) return nameRanks.prefix
  const places = [...name].flatMap((_, at) => (name.startsWith(whole, at) ? [at] : []))
  if (places.length > 0)
    return places.some((at) => !/[a-z0-9\u0080-\uffff]/.test(name[at - 1]!)) ? nameRanks.word : nameRanks.part
  if (words.length === 1) return 0
  if (words.every((word) => name.includes(word))) return nameRanks.words
  const isSomeHere = words.some((word) => name.includes(word))
  return isSomeHere && words.every((word) => folded.some((one) => one.includes(word))) ? nameRanks.folders : 0
}

test('finds what a look at every name finds, in that order', () => {
  fc.assert(
    fc.property(files, names, (list, typed) => {
      const changes = changesOf(list)
      const expected = changes
        .map((change) => ({ ...change, rank: naiveRank(change.path, typed) }))
        .filter(({ rank }) => rank > 0)
        .sort(
          (one, other) =>
            one.rank - other.rank ||
            (other.changedAtS ?? 0) - (one.changedAtS ?? 0) ||
            hashOf(one.path).compare(hashOf(other.path)),
        )
      const found = find(indexOf(changes), typed, { limit: 200 })
      expect(found.hits.map(({ hash }) => hash.toString('hex'))).toEqual(expected.map(({ path }) => hashOf(path).toString('hex')))
      expect(found.total).toBe(expected.length)
    }),
    { numRuns: 300 },
  )
})

test('long texts, and texts in most of many names, are found as well', () => {
  const parts = ['img', 'scan', '201', ' ', '-', '.pdf', 'invoice march', 'a', '20']
  const many = fc.array(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 }), {
    minLength: 2_200,
    maxLength: 2_200,
  })
  const texts = fc.oneof(
    fc.constantFrom(...parts),
    fc.constantFrom('invoice march.pdf', '01', 'scan 201', 'g2', 'ch.pdf', '201 img'),
  )
  fc.assert(
    fc.property(many, fc.array(texts, { minLength: 6, maxLength: 6 }), (drawn, typed) => {
      const list = drawn.map((pieces, number) => ({
        path: `${pieces.join('')} ${number}`,
        size: 0,
        changedAtS: number,
        version: 1,
      }))
      const index = indexOf(list)
      for (const text of typed) {
        const expected = list.map(({ path }) => naiveRank(path, text)).filter((rank) => rank > 0)
        const { total, hits } = find(index, text, { limit: 3_000 })
        expect(total, text).toBe(expected.length)
        expect(
          hits.map(({ rank }) => rank),
          text,
        ).toEqual(expected.toSorted((one, other) => one - other))
      }
    }),
    { numRuns: 6 },
  )
})

test('a pattern finds what the same regular expression finds', () => {
  const globs = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?', '1'), minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(files, globs, (list, glob) => {
      const changes = changesOf(list)
      const pattern = [...glob].map((sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : sign.replace('.', '\\.'))).join('')
      const expected = changes.filter(({ path }) => new RegExp(`^${pattern}$`, 'su').test(foldText(path.split('/').at(-1)!)))
      expect(find(indexOf(changes), glob, { match: 'glob' }).total).toBe(expected.length)
    }),
  )
})

test('the same question again, another one, and the first when names have come', () => {
  const index = indexOf([{ path: 'a plan', version: 1 }])
  const totals = () => ['plan', 'a', 'zebra', 'plan'].map((text) => find(index, text).total)
  expect(totals()).toEqual([1, 1, 0, 1])
  index.add(packChanges([{ path: 'a zebra', version: 4 }]))
  index.finish(4)
  expect(totals()).toEqual([1, 2, 1, 1])
})

test('filled in parts, in whatever order folders come, it is the same', () => {
  fc.assert(
    fc.property(files, fc.nat(40), (list, cut) => {
      const changes = changesOf(list)
      const [whole, parts] = [indexOf(changes), new JobIndex()]
      for (const part of [changes.slice(cut), changes.slice(0, cut)]) parts.add(packChanges(part))
      parts.finish(4)
      const hits = (index: JobIndex) =>
        find(index, 'a', { limit: 200 }).hits.map(({ hash, ancestors }) => Buffer.concat([hash, ancestors]).toString('hex'))
      expect(hits(parts)).toEqual(hits(whole))
    }),
  )
})

test('pages follow each other without a gap or a repetition', () => {
  fc.assert(
    fc.property(
      files,
      fc.constantFrom<FindOrder>('best', 'newest', 'largest'),
      fc.integer({ min: 1, max: 7 }),
      (list, order, limit) => {
        const index = indexOf(changesOf(list))
        const whole = find(index, 'a', { order, limit: 200 }).hits
        const paged: HitPlace[] = []
        for (let after: HitPlace | undefined; ; ) {
          const { hits } = find(index, 'a', { order, limit, after })
          paged.push(...hits)
          after = hits.at(-1)
          if (after === undefined) break
        }
        expect(paged).toEqual(whole)
      },
    ),
  )
})

test('jobs that are divided between threads give the same as together', () => {
  fc.assert(
    fc.property(
      files,
      files,
      fc.constantFrom<FindOrder>('best', 'newest'),
      fc.integer({ min: 1, max: 9 }),
      (one, other, order, limit) => {
        const indexes = new Map([one, other].map((list, jobId) => [jobId, indexOf(changesOf(list))]))
        const asked = { filters: noFilters, order, after: undefined, limit, query: parseNameQuery('a', 'words') }
        const jobs = [0, 1].map((jobId) => ({ jobId, live, at: undefined }))
        const findIn = (some: typeof jobs) => findInIndex({ ...asked, jobs: some }, (jobId) => indexes.get(jobId)!)
        expect(mergeFound([findIn([jobs[1]!]), findIn([jobs[0]!])], limit)).toEqual(findIn(jobs))
      },
    ),
  )
})

const history: readonly TestChange[] = [
  { path: 'stays.txt', version: 1, size: 5, changedAtS: 100 },
  { path: 'went.txt', version: 1, size: 50, changedAtS: 200 },
  { path: 'went.txt', version: 3, type: 'gone' },
  { path: 'came.txt', version: 4, size: 500, changedAtS: 300 },
  { path: 'back.txt', version: 1, size: 1, changedAtS: 1 },
  { path: 'back.txt', version: 2, type: 'gone' },
  { path: 'back.txt', version: 4, size: 2, changedAtS: 2 },
  { path: 'photos', version: 1, type: 'directory', changedAtS: 50 },
  { path: 'photos/IMG.JPG', version: 1, size: 5_000_000_000, changedAtS: 400 },
]
const ids = new Map(history.map(({ path }) => [hashOf(path).toString('hex'), path]))
const foundIn = (question: Parameters<typeof find>[2], index = indexOf(history)) =>
  find(index, '', question)
    .hits.map(({ hash }) => ids.get(hash.toString('hex')))
    .sort()

test.each([
  [
    'what is there',
    { filters: { ...noFilters, state: 'present' as const } },
    ['back.txt', 'came.txt', 'photos', 'photos/IMG.JPG', 'stays.txt'],
  ],
  // What went away and came back may be either; the catalogue is asked.
  ['what was deleted', { filters: { ...noFilters, state: 'deleted' as const } }, ['back.txt', 'went.txt']],
  [
    'what was there in version 2',
    { jobs: [{ jobId: 7, live, at: 2 }] },
    ['back.txt', 'photos', 'photos/IMG.JPG', 'stays.txt', 'went.txt'],
  ],
  ['folders', { filters: { ...noFilters, type: 'folder' as const } }, ['photos']],
  ['pictures, whatever the case', { filters: { ...noFilters, kind: 1 } }, ['photos/IMG.JPG']],
  ['large ones, beyond 32 bits', { filters: { ...noFilters, minBytes: 5_000_000_000 } }, ['photos/IMG.JPG']],
  ['changed within a time', { filters: { ...noFilters, changedFromS: 100, changedBeforeS: 300 } }, ['stays.txt', 'went.txt']],
  [
    'of versions that are gone nothing is left',
    { jobs: [{ jobId: 7, live: Uint32Array.of(4), at: undefined }] },
    ['back.txt', 'came.txt', 'photos', 'photos/IMG.JPG', 'stays.txt'],
  ],
])('%s', (_title, question, expected) => {
  expect(foundIn(question)).toEqual(expected)
})

/** Each may have been what is looked for, in a version that is there, though it was something else last. */
const maybe: readonly TestChange[] = [
  { path: 'emptied', version: 1, size: 50 },
  { path: 'emptied', version: 2, size: 0 },
  { path: 'emptied', version: 3, type: 'gone' },
  { path: 'became a folder', version: 1, size: 50 },
  { path: 'became a folder', version: 4, type: 'directory' },
  { path: 'always small', version: 1, size: 1 },
  { path: 'before 1970', version: 1, size: 50, changedAtS: 0 },
  { path: 'after 2106', version: 1, size: 50, changedAtS: 0xffff_ffff },
]

test.each([
  ['large, in a state before the last', { filters: { ...noFilters, minBytes: 50 } }, ['after 2106', 'before 1970', 'emptied']],
  [
    'a file, on a day when it was one',
    { filters: { ...noFilters, type: 'file' as const }, jobs: [{ jobId: 7, live, at: 1 }] },
    ['after 2106', 'always small', 'became a folder', 'before 1970', 'emptied'],
  ],
  ['changed before all times', { filters: { ...noFilters, minBytes: 2, changedBeforeS: -5 } }, ['before 1970', 'emptied']],
  ['changed behind all times', { filters: { ...noFilters, minBytes: 2, changedFromS: 2 ** 33 } }, ['after 2106', 'emptied']],
])('%s: the catalogue is asked', (_title, question, expected) => {
  const paths = new Map(maybe.map(({ path }) => [hashOf(path).toString('hex'), path]))
  const found = find(indexOf(maybe), '', question).hits.map(({ hash }) => paths.get(hash.toString('hex')))
  expect(found.sort()).toEqual(expected)
  expect(find(indexOf(maybe), '', question).isExact).toBe(false)
})

test('how many match is known exactly where nothing is left to ask', () => {
  expect(find(indexOf(maybe), '').isExact).toBe(true)
  expect(find(indexOf(history), '').isExact).toBe(false)
  expect(find(indexOf(maybe), 'small', { filters: { ...noFilters, minBytes: 1 } })).toMatchObject({ total: 1, isExact: true })
})

test('a name without a dot costs its own length, however many lie before it', () => {
  const names = Buffer.alloc(64 * 1024 ** 2, 'a')
  const begun = performance.now()
  for (let round = 0; round < 1_000; round += 1) kindOfName(names, names.length - 20, names.length)
  expect(performance.now() - begun).toBeLessThan(1_000)
})

test.each([
  ['plan.pdf', 'pdf'],
  ['x.y.jpeg', 'picture'],
  ['.pdf', undefined],
  ['pdf', undefined],
  ['plan.pdf.', undefined],
  ['a.numbers', 'spreadsheet'],
  ['a.numberss1', undefined],
])('%s is of the kind %s', (name, kind) => {
  const folded = Buffer.from(`\0x.doc\0${name}\0`)
  expect(fileKinds[kindOfName(folded, 7, folded.length - 1) - 1]).toBe(kind)
})

test('a name beyond every capacity that it began with', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => ({
    path: `folder/file number ${index}.txt`,
    version: 1,
    changedAtS: index,
  }))
  const index = indexOf([...many, { path: 'folder', version: 1, type: 'directory' }])
  expect(find(index, 'number 4999').total).toBe(1)
  expect(find(index, 'folder number', { limit: 3 }).total).toBe(5_000)
  expect(find(index, 'file', { limit: 2 }).hits.map(({ value }) => value)).toEqual([4_999, 4_998])
  expect(index.bytes).toBeLessThan(5_001 * 160)
})
