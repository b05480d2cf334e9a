/**
 * Second copies as administrators handle them: places that were added and tested, run by the box's chores or now, paused, verified and
 * removed; what each lacks and how old it is; and packs given back out of them to whoever heals this disk.
 */
import type { RepositoryUid } from '../../engine/index.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { ActingAs, AuditAction } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Repository } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { admitPlace, findFreeBytes, type PlaceRequest } from './admit-place.ts'
import { createByteRate } from './byte-rate.ts'
import * as table from './copies-table.ts'
import {
  type Copy,
  type CopyLag,
  type CopyProgress,
  type CopyRunResult,
  type CopySettings,
  hasFindings,
  isTooOld,
} from './copy.ts'
import { CopyError } from './copy-error.ts'
import { sumLag } from './copy-lag-table.ts'
import { openPlace, watchedPlace, writeIdentity } from './copy-place.ts'
import { CopyTally, type OnPackLost } from './copy-run.ts'
import { copyDueAt } from './copy-schedule.ts'
import { findingsText } from './copy-words.ts'
import { copyBuffers, type RunToDo, runCopy } from './run-copy.ts'

export interface CopyStatus {
  readonly copy: Copy
  readonly history: table.CopyHistory
  readonly lag: CopyLag
  readonly isTooOld: boolean
  /** Undefined while it is paused. */
  readonly dueAt: number | undefined
  /** While it runs. */
  readonly progress: CopyProgress | undefined
  readonly runningSince: number | undefined
}

export interface DueCopy {
  readonly copy: Copy
  /** Undefined while it is paused. */
  readonly dueAt: number | undefined
}

export interface CopyRunOptions {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: CopyProgress) => void
}

export interface CopiesService {
  readonly list: () => Promise<readonly CopyStatus[]>
  /** When each runs next by its schedule. Quick, and asked every minute: the lag of a large copy takes the database a while to count. */
  readonly listDue: () => Promise<readonly DueCopy[]>
  /** Throws CopyError `not-found`. */
  readonly get: (copyId: Id<'cpy'>) => Promise<CopyStatus>
  /** Looks at a place, writes and reads a little, and leaves it as it was. Throws CopyError. */
  readonly test: (
    request: PlaceRequest,
  ) => Promise<{ readonly folder: string; readonly freeBytes: number; readonly holdsCopy: boolean }>
  readonly add: (request: PlaceRequest & CopySettings, actingAs: ActingAs) => Promise<Copy>
  readonly change: (copyId: Id<'cpy'>, change: Partial<CopySettings>, actingAs: ActingAs) => Promise<Copy>
  /** The box forgets it; the place keeps what it has. */
  readonly remove: (copyId: Id<'cpy'>, actingAs: ActingAs) => Promise<void>
  /** Throws CopyError `running`, `not-found`; what stops a run is in its result. */
  readonly run: (copyId: Id<'cpy'>, options: CopyRunOptions) => Promise<CopyRunResult>
  /** Reads the copy back, what is due of it or every byte, and copies nothing. */
  readonly verify: (copyId: Id<'cpy'>, options: CopyRunOptions & { readonly isEverything: boolean }) => Promise<CopyRunResult>
  /** Raises and settles the alarms about age. */
  readonly watchAges: () => Promise<void>
}

export interface CopiesOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly boxId: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly pool: WorkerPool
  readonly alarms: Pick<AlarmsService, 'raise' | 'settle' | 'report'>
  readonly onPackLost: OnPackLost
  /** Whether the disk that a repository lies on is the one that belongs there. */
  readonly isRightDisk: (uid: RepositoryUid) => boolean
  readonly reached: ReachedPoint
}

const placeUidBytes = 16
const nameMaxCharacters = 100
const limitMinBytes = 16 * 1024
const lagAgeMs = 10_000

export function createCopiesService(options: CopiesOptions): CopiesService {
  const { database, dataFolder, boxId, clock, randomness, log, pool, alarms, onPackLost, isRightDisk, reached } = options
  const { kysely } = database
  const running = new Map<Id<'cpy'>, { progress: CopyProgress; readonly sinceMs: number }>()
  const lags = new Map<Id<'cpy'>, { readonly lag: CopyLag; readonly atMs: number }>()
  const placeOf = ({ uid }: Pick<Repository, 'uid'>) => repositoryPlace(dataFolder, uid)

  const getCopy = async (copyId: Id<'cpy'>): Promise<Copy> => {
    const copy = await table.findCopy(kysely, copyId)
    if (copy === undefined) throw new CopyError('not-found', 'There is no such copy.')
    return copy
  }

  /** A page that renews itself asks every two seconds. */
  const countLag = async (copyId: Id<'cpy'>): Promise<CopyLag> => {
    const known = lags.get(copyId)
    if (known !== undefined && Math.abs(clock.now() - known.atMs) < lagAgeMs) return known.lag
    const lag = await sumLag(kysely, copyId)
    lags.set(copyId, { lag, atMs: clock.now() })
    return lag
  }

  const statusOf = async (copy: Copy): Promise<CopyStatus> => {
    const history = await table.findHistory(kysely, copy.copyId)
    const lag = await countLag(copy.copyId)
    return {
      copy,
      history,
      lag,
      isTooOld: isTooOld(copy, lag.asOf, clock.now()),
      dueAt: dueAt(copy, history),
      progress: running.get(copy.copyId)?.progress,
      runningSince: running.get(copy.copyId)?.sinceMs,
    }
  }

  const audited = (action: AuditAction, copyId: Id<'cpy'>, actingAs: ActingAs, work: (tx: Transaction) => Promise<void>) =>
    database.transaction(async (tx) => {
      await work(tx)
      await insertAudit(tx, { ...actingAs, at: clock.now(), action, objectId: copyId })
    })

  const runAlone = async (
    copyId: Id<'cpy'>,
    { signal, onProgress = () => {} }: CopyRunOptions,
    how: Pick<RunToDo, 'readingBack' | 'isCopying'>,
  ) => {
    const copy = await getCopy(copyId)
    if (running.has(copyId)) throw new CopyError('running', `${copy.name} is running already.`)
    const state = {
      progress: { phase: 'looking', packs: 0, packsTotal: 0, bytes: 0, bytesTotal: 0 } as CopyProgress,
      sinceMs: clock.now(),
    }
    running.set(copyId, state)
    try {
      const tally = new CopyTally((progress) => {
        state.progress = progress
        onProgress(progress)
      })
      const history = await table.findHistory(kysely, copyId)
      if (how.isCopying) await table.noteStarted(kysely, copyId, clock.now())
      const result = await runIn(copy, history, { tally, signal, how })
      await table.noteEnded(kysely, copyId, clock.now(), result)
      await tellOf(copy, result)
      log.info({ copy: copyId, ...result }, 'second copy ended')
      return result
    } finally {
      running.delete(copyId)
      lags.delete(copyId)
    }
  }

  const runIn = async (
    copy: Copy,
    history: table.CopyHistory,
    { tally, signal, how }: { tally: CopyTally; signal: AbortSignal; how: Pick<RunToDo, 'readingBack' | 'isCopying'> },
  ): Promise<CopyRunResult> => {
    const rate = copy.limitBytesPerSecond === undefined ? undefined : createByteRate({ bytesPerSecond: copy.limitBytesPerSecond })
    const open = async () => watchedPlace(await openPlace(copy.address), copy.placeUid)
    const common = {
      copy,
      database,
      pool,
      placeOf,
      clock,
      log,
      rate,
      buffers: copyBuffers(),
      onPackLost,
      isRightDisk,
      reached,
      signal,
      tally,
    }
    const result = await runCopy({ ...common, open }, { history, dataFolder, ...how })
    return { ...result, freeBytes: result.outcome === 'failed' ? undefined : await findFreeBytes(copy.address) }
  }

  const tellOf = async (copy: Copy, result: CopyRunResult) => {
    const subject = `copy:${copy.copyId}`
    if (result.outcome === 'cancelled') return
    const { problem, findings } = result
    await alarms.report({ code: 'HF-COPY-FAILED', subject }, problem && { detail: `${copy.name}: ${problem.detail}` })
    if (problem === undefined || hasFindings(findings))
      await alarms.report(
        { code: 'HF-COPY-FOUND-DAMAGE', subject },
        hasFindings(findings) ? { detail: `${copy.name}: ${findingsText(findings)}` } : undefined,
      )
  }

  return {
    list: async () => {
      const statuses: CopyStatus[] = []
      for (const copy of await table.listCopies(kysely)) statuses.push(await statusOf(copy))
      return statuses
    },
    listDue: async () => {
      const due: DueCopy[] = []
      for (const copy of await table.listCopies(kysely))
        due.push({ copy, dueAt: dueAt(copy, await table.findHistory(kysely, copy.copyId)) })
      return due
    },
    get: async (copyId) => statusOf(await getCopy(copyId)),
    test: async (request) => {
      const { address, identity, freeBytes } = await admitPlace(request, { dataFolder, boxId })
      return { folder: address.folder, freeBytes, holdsCopy: identity !== undefined }
    },
    add: async (request, actingAs) => {
      const settings = checkSettings(request)
      const known = await table.listCopies(kysely)
      if (known.length >= table.copiesMax) throw new CopyError('invalid', `A box has at most ${table.copiesMax} copies.`)
      const { address, storage, identity } = await admitPlace(request, { dataFolder, boxId })
      if (known.some(({ address: { folder } }) => folder === address.folder))
        throw new CopyError('place-taken', `${address.folder} is the place of a copy already.`)
      const copy: Copy = {
        ...settings,
        copyId: newId('cpy', randomness),
        address,
        placeUid: identity?.placeUid ?? randomness.bytes(placeUidBytes),
        createdAt: clock.now(),
      }
      await writeIdentity(storage, { placeUid: copy.placeUid, box: boxId, createdAt: identity?.createdAt ?? copy.createdAt })
      reached('copy:place-named')
      await audited('copy.added', copy.copyId, actingAs, (tx) => table.insertCopy(tx, copy))
      return copy
    },
    change: async (copyId, change, actingAs) => {
      const changed = { ...(await getCopy(copyId)), ...change }
      const settings = checkSettings(changed)
      await audited('copy.changed', copyId, actingAs, (tx) => table.changeCopy(tx, copyId, settings))
      return { ...changed, ...settings }
    },
    remove: async (copyId, actingAs) => {
      const { name } = await getCopy(copyId)
      if (running.has(copyId)) throw new CopyError('running', `${name} is running; stop it first.`)
      await audited('copy.removed', copyId, actingAs, (tx) => table.deleteCopy(tx, copyId))
      for (const code of ['HF-COPY-FAILED', 'HF-COPY-FOUND-DAMAGE', 'HF-COPY-TOO-OLD'] as const)
        await alarms.settle({ code, subject: `copy:${copyId}` })
    },
    run: (copyId, given) => runAlone(copyId, given, { readingBack: 'due', isCopying: true }),
    verify: (copyId, { isEverything, ...given }) =>
      runAlone(copyId, given, { readingBack: isEverything ? 'everything' : 'due', isCopying: false }),
    watchAges: async () => {
      for (const copy of await table.listCopies(kysely)) {
        const { lag, isTooOld: isOld } = await statusOf(copy)
        const since =
          lag.asOf === undefined
            ? 'was never finished'
            : `is of ${new Date(lag.asOf).toISOString().slice(0, 16).replace('T', ' ')} UTC`
        const detail = `${copy.name} ${since}; ${lag.versions} versions are not in it.`
        await alarms.report({ code: 'HF-COPY-TOO-OLD', subject: `copy:${copy.copyId}` }, isOld ? { detail } : undefined)
      }
    },
  }
}

function dueAt({ isPaused, schedule }: Copy, history: table.CopyHistory): number | undefined {
  if (isPaused) return undefined
  return copyDueAt(schedule, { ...history, hasFailed: history.result?.outcome === 'failed' })
}

function checkSettings({ name, schedule, limitBytesPerSecond, isPaused }: CopySettings): CopySettings {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > nameMaxCharacters)
    throw new CopyError('invalid', `The name of a copy has 1 to ${nameMaxCharacters} characters.`)
  if (limitBytesPerSecond !== undefined && limitBytesPerSecond < limitMinBytes)
    throw new CopyError('invalid', 'A limit is at least 16 KiB a second.')
  return { name: trimmed, schedule, limitBytesPerSecond, isPaused }
}
