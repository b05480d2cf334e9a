/**
 * The names of jobs in threads of their own, for searching. A job's names are read from the catalogue when somebody first searches
 * there, and follow its new versions; what has not been asked for longest gives way when the memory that is allowed is full.
 *
 * It promises: an answer is of versions up to the number asked for at least, and memory stays within the limit. It does not know
 * customers or rights: whoever asks names the jobs.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../runtime/clock.ts'
import { createTurns } from '../runtime/turns.ts'
import { type FoundInIndex, type IndexQuestion, mergeFound } from './find-in-index.ts'
import { createIndexFillings, type IndexRows, type JobToIndex, namesTooLarge } from './index-fillings.ts'
import { type HeldNames, IndexMemory } from './index-memory.ts'
import { IndexPort } from './index-port.ts'
import { Refusals } from './refusals.ts'
import { SearchError } from './search-error.ts'

export interface SearchIndex extends AsyncDisposable {
  /**
   * @throws SearchError `too-large` when the jobs' names together exceed the memory allowed, `busy` when too many wait, `not-ready`
   * when names are still being read, or others need the memory, after `maxWaitMs` (they go on being read), `too-hard` for a pattern,
   * `abandoned` when the signal came before its turn
   */
  readonly find: (jobs: readonly JobToIndex[], question: IndexQuestion, signal?: AbortSignal) => Promise<FoundInIndex>
  /** Begins reading the names of these jobs: somebody is about to search. Not where others need the memory. */
  readonly prepare: (jobs: readonly JobToIndex[]) => void
  /** For tests and the bench. */
  readonly heldBytes: () => number
}

export interface SearchIndexOptions {
  readonly rows: IndexRows
  readonly clock: Clock
  readonly maxBytes: number
  readonly maxWaitMs?: number
  /** Jobs are divided between them. */
  readonly threads?: number
}

/** About two and a half million paths. */
export const defaultSearchBytes = 256 * 1024 ** 2

/** Of a thread: hits and answers. */
const maxHeapMiB = 192
const nurseryMiB = 8
const maxQuestions = 64
/** A person waits so long at most; then they are told that names are being read. */
const defaultMaxWaitMs = 8_000
const mostThreads = 2

export function createSearchIndex(options: SearchIndexOptions): SearchIndex {
  const { rows, clock, maxBytes, maxWaitMs = defaultMaxWaitMs } = options
  const { threads = Math.min(mostThreads, availableParallelism()) } = options
  const memory = new IndexMemory({ maxBytes, threads })
  const refusals = new Refusals(clock)
  const finds = createTurns()
  let questions = 0
  const ports = Array.from({ length: threads }, (_, thread) => new IndexPort(startThread, () => memory.forget(thread)))
  const fillings = createIndexFillings({ rows, memory, ports })

  /** Each thread is asked one thing at a time: what waits here, and is not wanted any more, costs nothing. */
  const findIn = async (used: readonly HeldNames[], question: IndexQuestion, signal?: AbortSignal): Promise<FoundInIndex> => {
    const threadOf = new Map(used.map(({ jobId, thread }) => [jobId, thread]))
    const parts = ports.flatMap((port, thread) => {
      const jobs = question.jobs.filter(({ jobId }) => threadOf.get(jobId) === thread)
      if (jobs.length === 0) return []
      const ask = async () => {
        if (signal?.aborted) throw new SearchError('abandoned', 'Nobody waits for this search any more.')
        return port.find({ ...question, jobs })
      }
      return [finds.run(String(thread), ask)]
    })
    return mergeFound(await Promise.all(parts), question.limit)
  }

  const find: SearchIndex['find'] = async (jobs, question, signal) => {
    if (refusals.has(jobs)) throw namesTooLarge()
    if (questions >= maxQuestions) throw new SearchError('busy', 'Too many people search at this moment.')
    questions += 1
    const ready = fillings.ensure(jobs)
    try {
      const used = await within(ready, maxWaitMs)
      try {
        return await findIn(used, question, signal)
      } finally {
        memory.release(used)
      }
    } catch (error) {
      if (error instanceof SearchError && error.fault === 'not-ready') releaseLater(jobs, ready)
      if (error instanceof SearchError && error.fault === 'too-large') refusals.note(jobs)
      throw error
    } finally {
      questions -= 1
    }
  }

  /** Nobody waits for it any more: what it holds may give way. Whether it does not fit is worth knowing. */
  const releaseLater = (jobs: readonly JobToIndex[], ready: Promise<readonly HeldNames[]>) => {
    ready.then(
      (used) => memory.release(used),
      (error: unknown) => {
        if (error instanceof SearchError && error.fault === 'too-large') refusals.note(jobs)
      },
    )
  }

  return {
    find,
    prepare: (jobs) => {
      if (questions < maxQuestions && !refusals.has(jobs)) releaseLater(jobs, fillings.ensureBesideOthers(jobs))
    },
    heldBytes: () => memory.bytes,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(ports.map((port) => port.close()))
    },
  }
}

function startThread(): Worker {
  return new Worker(new URL('./index-thread.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // The names are not counted in it: they lie outside the heap.
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB, maxYoungGenerationSizeMb: nurseryMiB },
  })
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
