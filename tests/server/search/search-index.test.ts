/** The thread of names and who decides what it holds: filling, following, giving way. Rows come from lists instead of a database. */
import { afterEach, describe, expect, test } from 'vitest'
import { movableClock } from '../../../server/runtime/clock.ts'
import type { IndexQuestion } from '../../../server/search/find-in-index.ts'
import type { IndexRows } from '../../../server/search/index-fillings.ts'
import { maxGlobSteps } from '../../../server/search/name-glob.ts'
import { parseNameQuery } from '../../../server/search/name-query.ts'
import { createSearchIndex, type SearchIndex } from '../../../server/search/search-index.ts'
import { packChanges, type TestChange } from './packed-rows.ts'

const open: SearchIndex[] = []
afterEach(async () => {
  for (const index of open.splice(0)) await index[Symbol.asyncDispose]()
})

type Changes = Map<number, TestChange[]>

function rowsOf(jobs: Changes) {
  const read: string[] = []
  const rows: IndexRows = {
    readAll: async function* ({ jobId, version }) {
      read.push(`all of ${jobId} to ${version}`)
      const changes = (jobs.get(jobId) ?? []).filter((change) => change.version <= version)
      for (let at = 0; at < changes.length; at += 100) yield new Uint8Array(packChanges(changes.slice(at, at + 100)))
    },
    readSince: async ({ jobId, version }, after) => {
      read.push(`${jobId} from ${after} to ${version}`)
      const changes = (jobs.get(jobId) ?? []).filter((change) => change.version > after && change.version <= version)
      return changes.length > 50 ? undefined : new Uint8Array(packChanges(changes))
    },
  }
  return { rows, read }
}

function indexOver(
  rows: IndexRows,
  more: { readonly maxBytes?: number; readonly maxWaitMs?: number; readonly threads?: number } = {},
) {
  const clock = movableClock(0)
  const index = createSearchIndex({ rows, clock, maxBytes: 64 * 1024 ** 2, ...more })
  open.push(index)
  const find = async (
    name: string,
    versions: Readonly<Record<number, number>>,
    more: { readonly oldestLive?: number; readonly signal?: AbortSignal; readonly maxSteps?: number } = {},
  ) => {
    const { oldestLive = 1, signal, maxSteps = maxGlobSteps } = more
    const jobs = Object.entries(versions).map(([jobId, version]) => ({ jobId: Number(jobId), version, oldestLive }))
    const question: IndexQuestion = {
      query: parseNameQuery(name, 'words'),
      filters: {
        ...{ type: undefined, kind: 0, minBytes: undefined, maxBytes: undefined },
        ...{ changedFromS: undefined, changedBeforeS: undefined, state: undefined },
      },
      order: 'best',
      jobs: jobs.map(({ jobId, version }) => ({
        jobId,
        live: Uint32Array.from({ length: version - oldestLive + 1 }, (_, at) => oldestLive + at),
        at: undefined,
      })),
      after: undefined,
      limit: 10,
      maxSteps,
    }
    return (await index.find(jobs, question, signal)).total
  }
  return { index, find, clock }
}

const files = (job: number, count: number, version = 1): TestChange[] =>
  Array.from({ length: count }, (_, index) => ({ path: `file ${index} of ${job} in ${version}`, version }))

describe('the names of a job', () => {
  test('are read once, and followed by what newer versions brought', async () => {
    const jobs: Changes = new Map([[1, files(1, 250)]])
    const { rows, read } = rowsOf(jobs)
    const { find } = indexOver(rows)
    expect(await Promise.all([find('file', { 1: 1 }), find('249', { 1: 1 })])).toEqual([250, 1])
    expect(read).toEqual(['all of 1 to 1'])
    jobs.get(1)!.push(...files(1, 20, 2), { path: 'file 7 of 1 in 1', version: 2, type: 'gone' })
    expect(await find('file', { 1: 2 })).toBe(270)
    expect(read.slice(1)).toEqual(['1 from 1 to 2'])
    // More than is worth appending.
    jobs.get(1)!.push(...files(1, 60, 3))
    expect(await find('"in 3"', { 1: 3 })).toBe(60)
    expect(read.slice(2)).toEqual(['1 from 2 to 3', 'all of 1 to 3'])
    expect(await find('file', { 1: 3 })).toBe(330)
    expect(read).toHaveLength(4)
  })

  test('give way when memory is full, the longest unasked first, and never the ones that are searched', async () => {
    const jobs: Changes = new Map([1, 2, 3].map((job) => [job, files(job, 3_000)]))
    const { rows, read } = rowsOf(jobs)
    const { index, find } = indexOver(rows, { maxBytes: 800_000 })
    for (const job of [1, 2, 1, 3]) expect(await find('file', { [job]: 1 })).toBe(3_000)
    expect(read).toEqual(['all of 1 to 1', 'all of 2 to 1', 'all of 3 to 1'])
    expect(index.heldBytes()).toBeLessThanOrEqual(800_000)
    expect(await find('file', { 1: 1 })).toBe(3_000)
    expect(read).toHaveLength(3)
    expect(await find('file', { 2: 1 })).toBe(3_000)
    expect(read.at(-1)).toBe('all of 2 to 1')
  })

  test('that do not fit together are refused at once for a while; one alone is searched', async () => {
    const jobs: Changes = new Map([1, 2, 3].map((job) => [job, files(job, 3_000)]))
    const { rows, read } = rowsOf(jobs)
    const { index, find, clock } = indexOver(rows, { maxBytes: 800_000 })
    await expect(find('file', { 1: 1, 2: 1, 3: 1 })).rejects.toMatchObject({ fault: 'too-large' })
    expect(index.heldBytes()).toBeLessThanOrEqual(800_000)
    const tries = read.length
    await expect(find('file', { 1: 1, 2: 1, 3: 1 })).rejects.toMatchObject({ fault: 'too-large' })
    expect(read).toHaveLength(tries)
    expect(await find('file', { 3: 1 })).toBe(3_000)
    clock.advance(3_600_000)
    jobs.set(2, files(2, 5))
    jobs.set(3, files(3, 5))
    expect(await find('"in 2"', { 1: 1, 2: 2, 3: 2 })).toBe(0)
  })

  test.each([1, 2])('of two accounts that fit one at a time are searched both, by %d threads', async (threads) => {
    const jobs: Changes = new Map([1, 2, 3, 4].map((job) => [job, files(job, 3_000)]))
    const { rows } = rowsOf(jobs)
    const { index, find } = indexOver(rows, { maxBytes: 800_000, threads })
    const [one, other] = [
      { 1: 1, 2: 1 },
      { 3: 1, 4: 1 },
    ]
    for (let round = 0; round < 2; round += 1)
      expect(await Promise.all([find('file', one), find('file', other), find('"of 4"', other), find('file', one)])).toEqual([
        6_000, 6_000, 3_000, 6_000,
      ])
    expect(index.heldBytes()).toBeLessThanOrEqual(800_000)
  })

  test('are read anew when no version is left that they were of: what went meanwhile is not said any more', async () => {
    const jobs: Changes = new Map([[1, files(1, 250)]])
    const { rows, read } = rowsOf(jobs)
    const { find } = indexOver(rows)
    expect(await find('file', { 1: 1 })).toBe(250)
    // All versions went, and with them their rows; the next one is written whole.
    jobs.set(1, files(1, 5, 2))
    expect(await find('file', { 1: 2 }, { oldestLive: 2 })).toBe(5)
    expect(read).toEqual(['all of 1 to 1', 'all of 1 to 2'])
  })

  test('that take long to read are said to be on their way, and are there when they have come', async () => {
    const gate = Promise.withResolvers<void>()
    const { rows } = rowsOf(new Map([[1, files(1, 10)]]))
    const slow: IndexRows = {
      ...rows,
      readAll: async function* (job) {
        await gate.promise
        yield* rows.readAll(job)
      },
    }
    const { find } = indexOver(slow, { maxWaitMs: 1 })
    await expect(find('file', { 1: 1 })).rejects.toMatchObject({ fault: 'not-ready' })
    gate.resolve()
    await expect.poll(() => find('file', { 1: 1 }).catch(() => 0)).toBe(10)
  })

  test('whose reading failed are read again', async () => {
    const { rows } = rowsOf(new Map([[1, files(1, 10)]]))
    let failures = 1
    const { find } = indexOver({
      ...rows,
      readAll: async function* (job) {
        yield* rows.readAll(job)
        if (failures-- > 0) throw new Error('the database went away')
      },
    })
    await expect(find('file', { 1: 1 })).rejects.toThrow('the database went away')
    expect(await find('file', { 1: 1 })).toBe(10)
  })

  test('are not looked through for somebody who has gone, nor too long for a pattern', async () => {
    const jobs: Changes = new Map([[1, files(1, 250)]])
    const { find } = indexOver(rowsOf(jobs).rows)
    const of = { 1: 1 }
    await expect(find('file', of, { signal: AbortSignal.abort() })).rejects.toMatchObject({ fault: 'abandoned' })
    await expect(find('*f*l*e*n?', of, { maxSteps: 1_000 })).rejects.toMatchObject({ name: 'SearchError', fault: 'too-hard' })
    expect(await find('*f*l*e*1', of)).toBe(250)
  })

  test('of a job without files are none', async () => {
    const { rows } = rowsOf(new Map())
    expect(await indexOver(rows).find('file', { 1: 1 })).toBe(0)
  })
})
