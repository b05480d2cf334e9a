import { parseExclude } from '../../selection/exclude-pattern.ts'
import { type ActingAs, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import { listPartialRuns, setKnownSkips } from '../runs/runs-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReadSnapshotBody } from '../snapshots/snapshot-bodies.ts'
import { findSnapshotsByIds } from '../snapshots/snapshots-table.ts'
import { restate } from '../standings/standings-table.ts'
import { type AcceptedSkip, countKnown, maxAcceptedOfDevice, maxSkipReasonCharacters, SkipError } from './accepted-skip.ts'
import * as table from './accepted-skips-table.ts'

export interface SkipToAccept {
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly job: string
  readonly pattern: string
  readonly reason: string
}

export interface SkipsService {
  /** Counts the job's recent backups anew. Throws SkipError `invalid`, `too-many`. */
  readonly accept: (skip: SkipToAccept, actingAs: ActingAs) => Promise<AcceptedSkip>
  /** Throws SkipError `not-found`. */
  readonly revoke: (skipId: Id<'skp'>, actingAs: ActingAs) => Promise<void>
  readonly find: (skipId: Id<'skp'>) => Promise<AcceptedSkip | undefined>
  readonly list: (of: { readonly deviceId: Id<'dev'>; readonly job?: string }) => Promise<readonly AcceptedSkip[]>
}

/** Backups whose verdict is counted anew: what pages and letters still speak of. */
const recountedForMs = 62 * 24 * 60 * 60 * 1000
const recountedAtMost = 100

export function createSkipsService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly readSnapshotBody: ReadSnapshotBody
}): SkipsService {
  const { database, clock, randomness, log } = options
  const { kysely } = database

  /** What a version left out is told by its file alone; one that cannot be read keeps the count it has. */
  const recount = async (deviceId: Id<'dev'>, job: string) => {
    const accepted = await table.listAcceptedSkips(kysely, { deviceId, job })
    const sinceMs = clock.now() - recountedForMs
    const runs = await listPartialRuns(kysely, { deviceId, job, sinceMs, limit: recountedAtMost })
    const versions = await findSnapshotsByIds(
      kysely,
      runs.map(({ version }) => version),
    )
    for (const { runId, version } of runs) {
      const snapshot = versions.find(({ id }) => id === version)
      if (snapshot === undefined) continue
      try {
        const { skipped } = await options.readSnapshotBody(snapshot)
        await setKnownSkips(kysely, runId, countKnown(accepted, skipped))
      } catch (error) {
        log.warn({ err: error, version }, 'what this version left out cannot be read')
      }
    }
    await database.transaction((tx) => restate(tx, { deviceId }))
  }

  return {
    accept: async (wish, actingAs) => {
      const skip = {
        ...wish,
        pattern: checkedPattern(wish.pattern),
        reason: checkedReason(wish.reason),
        skipId: newId('skp', randomness),
        acceptedBy: actorName(actingAs.actor),
        acceptedAt: clock.now(),
      }
      const { deviceId, customerId, job } = skip
      await database.transaction(async (tx) => {
        const known = await table.listAcceptedSkips(tx, { deviceId })
        const isNew = !known.some((other) => other.job === job && other.pattern === skip.pattern)
        if (isNew && known.length >= maxAcceptedOfDevice)
          throw new SkipError('too-many', `At most ${maxAcceptedOfDevice} are accepted for one computer. A pattern covers many.`)
        await table.putAcceptedSkip(tx, skip)
        const entry = { at: skip.acceptedAt, action: 'skip.accepted', objectId: deviceId, customerId, detail: { job } } as const
        await insertAudit(tx, { ...actingAs, ...entry })
      })
      await recount(deviceId, job)
      return skip
    },
    revoke: async (skipId, actingAs) => {
      const skip = await table.findAcceptedSkip(kysely, skipId)
      if (skip === undefined) throw new SkipError('not-found', 'This is not accepted any more.')
      const { deviceId, customerId, job } = skip
      await database.transaction(async (tx) => {
        await table.removeAcceptedSkip(tx, skipId)
        const entry = { at: clock.now(), action: 'skip.revoked', objectId: deviceId, customerId, detail: { job } } as const
        await insertAudit(tx, { ...actingAs, ...entry })
      })
      await recount(deviceId, job)
    },
    find: (skipId) => table.findAcceptedSkip(kysely, skipId),
    list: (of) => table.listAcceptedSkips(kysely, of),
  }
}

function checkedPattern(text: string): string {
  try {
    return parseExclude(text.trim())
  } catch (error) {
    if (error instanceof RangeError) throw new SkipError('invalid', `${error.message}.`)
    throw error
  }
}

function checkedReason(text: string): string {
  const reason = text.trim()
  if (reason === '') throw new SkipError('invalid', 'Say why this is left out: whoever reads it later wants to know.')
  if ([...reason].length > maxSkipReasonCharacters)
    throw new SkipError('invalid', `A reason has at most ${maxSkipReasonCharacters} characters.`)
  return reason
}
