/** Brings the names of jobs into the threads of the index, and keeps within the memory allowed: filling, following, giving way. */
import { FillingTurns } from './filling-turns.ts'
import type { HeldNames, IndexMemory } from './index-memory.ts'
import type { IndexPort } from './index-port.ts'
import { SearchError } from './search-error.ts'

export interface JobToIndex {
  readonly jobId: number
  /** The newest number that everybody sees. */
  readonly version: number
  /** The oldest number that is still there. */
  readonly oldestLive: number
}

/** Rows of the catalogue as row-page.ts has them. */
export interface IndexRows {
  /** All rows of a job up to a version, path by path. */
  readonly readAll: (job: JobToIndex) => AsyncIterable<Uint8Array>
  /** What versions after `from` brought; undefined: too much to append. */
  readonly readSince: (job: JobToIndex, from: number) => Promise<Uint8Array | undefined>
}

export interface IndexFillings {
  /**
   * All names of these jobs, used until they are released. Beside others while there is room; where there is not, when what others
   * need has become free. @throws SearchError `too-large` where these jobs alone are more than there may be
   */
  readonly ensure: (jobs: readonly JobToIndex[]) => Promise<readonly HeldNames[]>
  /** The same, but given up where others need the memory. */
  readonly ensureBesideOthers: (jobs: readonly JobToIndex[]) => Promise<readonly HeldNames[]>
}

/** Others hold what would be needed now. */
class NoRoom extends Error {}

/** Makes room after something has grown. @throws NoRoom, SearchError `too-large` */
type MakeRoom = (filler: number) => Promise<void>

export function createIndexFillings(options: {
  readonly rows: IndexRows
  readonly memory: IndexMemory
  /** By the numbers of `memory`. */
  readonly ports: readonly IndexPort[]
}): IndexFillings {
  const { rows, memory, ports } = options
  const turns = new FillingTurns()
  const filling = new Map<number, Promise<HeldNames>>()

  const drop = async (gone: readonly HeldNames[]) => {
    await Promise.all(
      ports.flatMap((port, thread) => {
        const jobIds = gone.flatMap((names) => (names.thread === thread ? [names.jobId] : []))
        return jobIds.length === 0 ? [] : [port.ask({ kind: 'drop', jobIds })]
      }),
    )
  }

  const makeRoomFor = (jobs: readonly JobToIndex[], isAlone: boolean): MakeRoom => {
    const jobIds = jobs.map(({ jobId }) => jobId)
    return async (filler) => {
      for (;;) {
        await drop(memory.takeIdle(filler))
        if (!memory.isFull) return
        if (memory.isTooMuch(jobIds)) throw namesTooLarge()
        if (!isAlone) throw new NoRoom()
        // The rest belongs to searches that are being answered.
        await memory.released()
      }
    }
  }

  const fillAnew = async (job: JobToIndex, makeRoom: MakeRoom): Promise<HeldNames> => {
    const { jobId, version } = job
    const older = memory.find(jobId)
    const thread = memory.beginFilling(jobId)
    const port = ports[thread]!
    try {
      // Others search what is there while it is filled anew.
      if (older?.users === 0) await drop(memory.take(older))
      let isNew = true
      for await (const page of readAhead(rows.readAll(job))) {
        const { facts } = await port.askAboutJob({ kind: 'add', jobId, isNew, rows: page })
        isNew = false
        memory.grow(jobId, facts.bytes)
        await makeRoom(jobId)
      }
      if (isNew) await port.ask({ kind: 'add', jobId, isNew, rows: new Uint8Array(0) })
      const { facts } = await port.askAboutJob({ kind: 'finish', jobId, version })
      return memory.hold(jobId, { thread, version, facts })
    } catch (error) {
      await port.ask({ kind: 'abandon', jobId }).catch(() => {})
      throw error
    } finally {
      memory.endFilling(jobId)
    }
  }

  /** Undefined: too much came, or what is there is no beginning of it. */
  const append = async (job: JobToIndex): Promise<HeldNames | undefined> => {
    const { jobId, version } = job
    const older = memory.find(jobId)
    if (older === undefined || !canFollow(older, job)) return undefined
    memory.use(older)
    try {
      const added = await rows.readSince(job, older.version)
      if (added === undefined) return undefined
      const port = ports[older.thread]!
      await port.ask({ kind: 'add', jobId, isNew: false, rows: added })
      const { facts } = await port.askAboutJob({ kind: 'finish', jobId, version })
      return memory.hold(jobId, { thread: older.thread, version, facts })
    } finally {
      memory.release([older])
    }
  }

  const bringUpToDate = async (job: JobToIndex, makeRoom: MakeRoom): Promise<HeldNames> => {
    const names = (await append(job)) ?? (await fillAnew(job, makeRoom))
    try {
      await makeRoom(job.jobId)
      return names
    } catch (error) {
      memory.release([names])
      throw error
    }
  }

  const findUpToDate = ({ jobId, version }: JobToIndex) => {
    const names = memory.find(jobId)
    return names !== undefined && names.version >= version ? names : undefined
  }

  /** One filling of a job at a time; whoever comes second looks again. */
  const ensure = async (job: JobToIndex, makeRoom: MakeRoom): Promise<HeldNames> => {
    for (;;) {
      const names = findUpToDate(job)
      if (names !== undefined) {
        memory.use(names)
        return names
      }
      const running = filling.get(job.jobId)
      if (running === undefined) break
      await running.catch(() => {})
    }
    const filled = bringUpToDate(job, makeRoom).finally(() => filling.delete(job.jobId))
    filling.set(job.jobId, filled)
    return filled
  }

  const ensureEach = async (jobs: readonly JobToIndex[], makeRoom: MakeRoom): Promise<readonly HeldNames[]> => {
    const used: HeldNames[] = []
    try {
      for (const job of jobs) used.push(await ensure(job, makeRoom))
      return used
    } catch (error) {
      memory.release(used)
      throw error
    }
  }

  const useUpToDate = (jobs: readonly JobToIndex[]) => {
    const names = jobs.flatMap((job) => findUpToDate(job) ?? [])
    if (names.length < jobs.length) return undefined
    for (const one of names) memory.use(one)
    return names
  }

  const ensureBesideOthers = async (jobs: readonly JobToIndex[]) =>
    useUpToDate(jobs) ?? turns.together(() => ensureEach(jobs, makeRoomFor(jobs, false)))

  return {
    ensureBesideOthers,
    ensure: async (jobs) => {
      try {
        return await ensureBesideOthers(jobs)
      } catch (error) {
        if (!(error instanceof NoRoom)) throw error
        return turns.alone(() => ensureEach(jobs, makeRoomFor(jobs, true)))
      }
    },
  }
}

export function namesTooLarge(): SearchError {
  return new SearchError('too-large', 'The names of these computers do not fit into the memory for searching.')
}

/**
 * Where no version is left that is as old as these names, rows that ended what they hold may have been swept: nothing would say that it
 * is gone.
 */
function canFollow(older: HeldNames, { version, oldestLive }: JobToIndex): boolean {
  return older.version <= version && oldestLive <= older.version && !older.isOvergrown
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
