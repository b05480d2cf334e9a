/**
 * The names of jobs in a thread of their own, for searching. A job's names are read from the catalogue when somebody first searches
 * there, and follow its new versions; what has not been asked for longest gives way when the memory that is allowed is full.
 *
 * It promises: an answer is of versions up to the number asked for at least, and memory stays within the limit. It does not know
 * customers or rights: whoever asks names the jobs.
 */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../runtime/clock.ts'
import type { FoundInIndex, IndexQuestion } from './find-in-index.ts'
import { IndexPort } from './index-port.ts'
import { SearchError } from './search-error.ts'

export interface JobToIndex {
  readonly jobId: number
  /** The newest number that everybody sees. */
  readonly version: number
}

/** Rows of the catalogue as row-page.ts has them. */
export interface IndexRows {
  /** All rows of a job up to a version, path by path. */
  readonly readAll: (job: JobToIndex) => AsyncIterable<Uint8Array>
  /** What versions after `from` brought; undefined: too much to append. */
  readonly readSince: (job: JobToIndex, from: number) => Promise<Uint8Array | undefined>
}

export interface SearchIndex extends AsyncDisposable {
  /**
   * @throws SearchError `too-large` when the jobs' names together exceed the memory allowed, `busy` when too many wait, `not-ready`
   * when names are still being read after `maxWaitMs` (they go on being read)
   */
  readonly find: (jobs: readonly JobToIndex[], question: IndexQuestion) => Promise<FoundInIndex>
  /** Begins reading the names of these jobs: somebody is about to search. */
  readonly prepare: (jobs: readonly JobToIndex[]) => void
  /** For tests and the bench. */
  readonly heldBytes: () => number
}

export interface SearchIndexOptions {
  readonly rows: IndexRows
  readonly clock: Clock
  readonly maxBytes: number
  readonly maxWaitMs?: number
}

interface Held {
  version: number
  bytes: number
  isOvergrown: boolean
  /** Searches that need it now. */
  users: number
}

/** About three million paths. */
export const defaultSearchBytes = 256 * 1024 ** 2

/** Of the thread: hits and answers. */
const maxHeapMiB = 192
const nurseryMiB = 8
const maxQuestions = 64
/** A person waits so long at most; then they are told that names are being read. */
const defaultMaxWaitMs = 8_000
/** For so long nobody tries again what did not fit. */
const tooLargeMs = 60_000
const maxRefusalsKept = 1_000

export function createSearchIndex(options: SearchIndexOptions): SearchIndex {
  const { rows, clock, maxBytes, maxWaitMs = defaultMaxWaitMs } = options
  /** In the order in which they were last asked for. */
  const held = new Map<number, Held>()
  const filling = new Map<number, Promise<void>>()
  const refused = new Map<string, number>()
  let fillingBytes = 0
  let questions = 0
  const port = new IndexPort(
    () =>
      new Worker(new URL('./index-thread.ts', import.meta.url), {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        // The names are not counted in it: they lie outside the heap.
        resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB, maxYoungGenerationSizeMb: nurseryMiB },
      }),
    () => held.clear(),
  )

  const heldBytes = () => [...held.values()].reduce((sum, { bytes }) => sum + bytes, fillingBytes)

  const drop = async (jobIds: readonly number[]) => {
    for (const jobId of jobIds) held.delete(jobId)
    if (jobIds.length > 0) await port.ask({ kind: 'drop', jobIds })
  }

  /** What was not asked for longest goes first; what is being searched stays. */
  const makeRoom = async (): Promise<void> => {
    const going: number[] = []
    let left = heldBytes()
    for (const [jobId, { users, bytes }] of held) {
      if (left <= maxBytes) break
      if (users > 0) continue
      going.push(jobId)
      left -= bytes
    }
    await drop(going)
    if (left > maxBytes)
      throw new SearchError('too-large', 'The names of these computers do not fit into the memory for searching.')
  }

  const fillAnew = async (job: JobToIndex, mine: Held): Promise<void> => {
    // Others search what is there while it is filled anew.
    if (mine.users <= 1 && held.has(job.jobId)) await drop([job.jobId])
    let bytes = 0
    let isNew = true
    try {
      for await (const page of readAhead(rows.readAll(job))) {
        const { facts } = await port.askAboutJob({ kind: 'add', jobId: job.jobId, isNew, rows: page })
        isNew = false
        fillingBytes += facts.bytes - bytes
        bytes = facts.bytes
        await makeRoom()
      }
      if (isNew) await port.ask({ kind: 'add', jobId: job.jobId, isNew, rows: new Uint8Array(0) })
      const { facts } = await port.askAboutJob({ kind: 'finish', jobId: job.jobId, version: job.version })
      Object.assign(mine, { version: job.version, bytes: facts.bytes, isOvergrown: false })
      held.set(job.jobId, mine)
    } catch (error) {
      await port.ask({ kind: 'abandon', jobId: job.jobId }).catch(() => {})
      throw error
    } finally {
      fillingBytes -= bytes
    }
    await makeRoom()
  }

  const bringUpToDate = async (job: JobToIndex, mine: Held): Promise<void> => {
    const canAppend = held.has(job.jobId) && mine.version <= job.version && !mine.isOvergrown
    const added = canAppend ? await rows.readSince(job, mine.version) : undefined
    if (added === undefined) return fillAnew(job, mine)
    await port.ask({ kind: 'add', jobId: job.jobId, isNew: false, rows: added })
    const { facts } = await port.askAboutJob({ kind: 'finish', jobId: job.jobId, version: job.version })
    Object.assign(mine, { version: job.version, bytes: facts.bytes, isOvergrown: facts.isOvergrown })
    await makeRoom()
  }

  const use = (jobId: number): Held => {
    const mine = held.get(jobId) ?? { version: -1, bytes: 0, isOvergrown: false, users: 0 }
    mine.users += 1
    if (held.delete(jobId)) held.set(jobId, mine)
    return mine
  }

  /** One filling of a job at a time; whoever comes second looks again. */
  const ensure = async (job: JobToIndex): Promise<Held> => {
    for (;;) {
      const running = filling.get(job.jobId)
      if (running === undefined) break
      await running.catch(() => {})
    }
    const mine = use(job.jobId)
    if (held.get(job.jobId) === mine && mine.version >= job.version) return mine
    const filled = bringUpToDate(job, mine).finally(() => filling.delete(job.jobId))
    filling.set(job.jobId, filled)
    try {
      await filled
      return mine
    } catch (error) {
      mine.users -= 1
      throw error
    }
  }

  const ensureAll = async (jobs: readonly JobToIndex[]): Promise<readonly Held[]> => {
    const used: Held[] = []
    try {
      for (const job of jobs) used.push(await ensure(job))
      return used
    } catch (error) {
      for (const one of used) one.users -= 1
      if (error instanceof SearchError && error.fault === 'too-large') refuse(jobs)
      throw error
    }
  }

  const refuse = (jobs: readonly JobToIndex[]) => {
    refused.set(keyOf(jobs), clock.now())
    for (const key of refused.keys()) {
      if (refused.size <= maxRefusalsKept) break
      refused.delete(key)
    }
  }

  const demandFits = (jobs: readonly JobToIndex[]) => {
    const at = refused.get(keyOf(jobs))
    if (at !== undefined && Math.abs(clock.now() - at) < tooLargeMs)
      throw new SearchError('too-large', 'The names of these computers do not fit into the memory for searching.')
  }

  const find: SearchIndex['find'] = async (jobs, question) => {
    demandFits(jobs)
    if (questions >= maxQuestions) throw new SearchError('busy', 'Too many people search at this moment.')
    questions += 1
    const ready = ensureAll(jobs)
    try {
      const used = await within(ready, maxWaitMs)
      try {
        return await port.find(question)
      } finally {
        for (const one of used) one.users -= 1
      }
    } catch (error) {
      if (error instanceof SearchError && error.fault === 'not-ready') release(ready)
      throw error
    } finally {
      questions -= 1
    }
  }

  return {
    find,
    prepare: (jobs) => {
      if (questions < maxQuestions && !refused.has(keyOf(jobs))) release(ensureAll(jobs))
    },
    heldBytes,
    [Symbol.asyncDispose]: () => port.close(),
  }
}

/** Nobody waits for it any more: what it holds may give way, how it ends is nobody's concern. */
function release(ready: Promise<readonly Held[]>): void {
  ready.then(
    (used) => {
      for (const one of used) one.users -= 1
    },
    () => {},
  )
}

/** The next page is on its way while this one is taken in. */
async function* readAhead<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const iterator = pages[Symbol.asyncIterator]()
  try {
    for (let coming = iterator.next(); ; ) {
      const { done, value } = await coming
      if (done === true) return
      coming = iterator.next()
      // Whoever stops in the middle does not hear how it ends.
      coming.catch(() => {})
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

function keyOf(jobs: readonly JobToIndex[]): string {
  return jobs.map(({ jobId }) => jobId).join(',')
}

async function within<Result>(work: Promise<Result>, maxMs: number): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new SearchError('not-ready', 'The names of the files are being read.')), maxMs)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
