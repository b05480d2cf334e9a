/**
 * Drills: asked for by a person, or because a computer's turn came; run one after the other by the chore, each to an end that is kept.
 * A box that is stopped in the middle of one begins it again, three times at most. Other chores wait while the chore has its turn, so it
 * ends after a quarter of an hour, and where nobody asked and bytes are moving it does not begin.
 */
import type { AlarmsService } from '../alarms/alarms-service.ts'
import { type ActingAs, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { boxStops } from '../chores/chore.ts'
import type { Database } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import { findStandLocked } from '../devices/devices-table.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { patienceMs } from '../verification/polite-pause.ts'
import {
  type Drill,
  type DrillCounts,
  type DrillCursor,
  DrillError,
  type DrillEvidence,
  type DrillStanding,
  isOver,
  overdueAfterMs,
} from './drill.ts'
import { type ComputerDrillOptions, type DrillProgress, type DrillResult, drillComputer } from './drill-computer.ts'
import { drillDueAt, slotMoments } from './drill-slots.ts'
import * as table from './drills-table.ts'
import { removeScratches } from './scratch.ts'

export interface DrillsService {
  /** Once at each start, before anything else: what a killed box left is removed, what it was at waits again. */
  readonly start: () => Promise<void>
  /** The one that waits or runs already, where there is one. Throws DrillError `no-version`, `too-many`. */
  readonly order: (device: Device, actingAs: ActingAs) => Promise<Drill>
  /** Throws DrillError `ended`. One that runs ends soon, not at once. */
  readonly cancel: (drill: Drill, actingAs: ActingAs) => Promise<void>
  readonly find: (drillId: Id<'drl'>) => Promise<Drill | undefined>
  /** With names of files: contents. */
  readonly findEvidence: (drillId: Id<'drl'>) => Promise<DrillEvidence | undefined>
  readonly list: (page: {
    readonly deviceId: Id<'dev'>
    readonly before: DrillCursor | undefined
    readonly limit: number
  }) => Promise<readonly Drill[]>
  readonly findOpen: (deviceId: Id<'dev'>) => Promise<Drill | undefined>
  readonly standings: (deviceIds: readonly Id<'dev'>[]) => Promise<ReadonlyMap<Id<'dev'>, DrillStanding>>
  /** Of one that runs in this process. */
  readonly progressOf: (drillId: Id<'drl'>) => DrillProgress | undefined
  /** When the next one is due; in the past: now. Undefined: no computer has a good version. */
  readonly dueAt: () => Promise<number | undefined>
  /** The same for one computer; undefined while it has nothing to bring back. */
  readonly dueAtOf: (device: Device) => Promise<number | undefined>
  /** Whether a drill waits until no backup and no restore moves bytes. */
  readonly waitsForQuiet: (drill: Drill) => boolean
  /**
   * Those that wait or are due, one after the other, for a quarter of an hour and the one begun last; then it is told which computers
   * are damaged and which lack a proof. What still waits is due again at once.
   */
  readonly run: (run: {
    readonly signal: AbortSignal
    readonly onProgress: (drill: Drill, progress: DrillProgress) => void
  }) => Promise<DrillsRun>
}

export interface DrillsRun {
  readonly proved: number
  readonly damaged: number
  readonly notRun: number
  readonly waiting: number
  readonly overdue: number
}

export interface DrillsOptions extends ComputerDrillOptions {
  readonly database: Database
  readonly alarms: Pick<AlarmsService, 'keepOnly'>
  readonly timeZone: string
  /** Of the program. */
  readonly version: string
}

const maxWaiting = 1000
const maxAttempts = 3
const turnMs = 15 * 60 * 1000
const lookForQuietEveryMs = 60 * 1000
const cancelled = new Error('somebody cancelled the drill')

export function createDrills(options: DrillsOptions): DrillsService {
  const { database, clock, randomness, alarms, timeZone, traffic } = options
  const { kysely } = database
  const running = new Map<Id<'drl'>, { readonly abort: AbortController; progress: DrillProgress | undefined }>()

  const end = (ended: table.DrillEnd) => database.transaction((tx) => table.endDrill(tx, ended))

  const insertWeekly = async ({ deviceId, customerId }: table.DrillableComputer): Promise<void> => {
    await database.transaction(async (tx) => {
      if ((await findStandLocked(tx, deviceId)) === undefined) return
      if ((await table.findOpenDrill(tx, deviceId)) !== undefined) return
      await table.insertDrill(tx, { ...newDrill({ deviceId, customerId }), cause: 'week', askedBy: undefined })
    })
  }
  const newDrill = (of: { readonly deviceId: Id<'dev'>; readonly customerId: Id<'cus'> }) => ({
    ...of,
    drillId: newDrillId(randomness),
    askedAt: clock.now(),
    program: options.version,
  })

  /** Those whose turn came wait in a row, too: a box that is stopped knows them. */
  const queueDue = async (): Promise<void> => {
    const nowMs = clock.now()
    const moments = slotMoments(nowMs, timeZone)
    for (const computer of await table.listDrillable(kysely))
      if (drillDueAt(computer, moments) <= nowMs) await insertWeekly(computer)
  }

  const runOne = async (drill: Drill, run: Parameters<DrillsService['run']>[0]): Promise<DrillResult | undefined> => {
    if (drill.attempts >= maxAttempts) {
      const given = { reason: 'stopped', detail: stoppedOften } as const
      await end({ drill, state: 'not-run', endedAt: clock.now(), ...given })
      return { kind: 'not-run', ...given }
    }
    if (!(await table.startDrill(kysely, drill.drillId, clock.now()))) return undefined
    const abort = new AbortController()
    running.set(drill.drillId, { abort, progress: undefined })
    const signal = AbortSignal.any([run.signal, abort.signal])
    const onProgress = (progress: DrillProgress) => {
      running.get(drill.drillId)!.progress = progress
      run.onProgress(drill, progress)
    }
    try {
      const plans = await table.listPlans(kysely, drill.deviceId)
      const open = await table.findOpenPaths(kysely, drill.deviceId)
      const result = await drillComputer({ drill, plans, open, signal, markSignal: run.signal, onProgress }, options)
      await conclude(drill, result)
      return result
    } catch (error) {
      if (!signal.aborted) {
        await table.restartDrills(kysely)
        throw error
      }
      // The box stops: it waits for the next start. Somebody ended it: it is over.
      if (run.signal.reason === boxStops) await table.restartDrills(kysely)
      else await end({ drill, state: 'cancelled', endedAt: clock.now() })
      return undefined
    } finally {
      running.delete(drill.drillId)
    }
  }

  /** Whoever ends the chore ends what waits with it: in a minute it would begin again. */
  const cancelWaiting = async (): Promise<void> => {
    for (const drill of await table.listWaiting(kysely)) await end({ drill, state: 'cancelled', endedAt: clock.now() })
  }

  const conclude = async (drill: Drill, result: DrillResult): Promise<void> => {
    const endedAt = clock.now()
    if (result.kind === 'not-run') {
      const { reason, detail } = result
      await end({ drill, state: 'not-run', endedAt, reason, detail })
      return
    }
    const { counts, evidence } = result
    await end({ drill, state: counts.damaged > 0 ? 'damaged' : 'proved', endedAt, counts, evidence })
  }

  /** From how computers stand: a crash after a drill's end loses none, and one that went away leaves none open. */
  const tellDamaged = async (): Promise<void> => {
    const computers = await table.listDrillable(kysely)
    await alarms.keepOnly(
      'HF-DRILL-FAILED',
      computers.flatMap(({ deviceId, customerId, damage }) =>
        damage === undefined ? [] : [{ subject: deviceId, customerId, deviceId, detail: damageSentence(damage) }],
      ),
    )
  }

  const tellOverdue = async (): Promise<number> => {
    const nowMs = clock.now()
    const computers = await table.listDrillable(kysely)
    const overdue = computers.filter(({ provedAt, sinceMs }) => nowMs - (provedAt ?? sinceMs) > overdueAfterMs)
    const detail = 'No file of this computer has been brought back and compared for more than thirty days.'
    await alarms.keepOnly(
      'HF-DRILL-OVERDUE',
      overdue.map(({ deviceId, customerId }) => ({ subject: deviceId, customerId, deviceId, detail })),
    )
    return overdue.length
  }

  /** As long as verification is patient. */
  const waitsForQuiet = ({ state, cause, askedAt }: Drill): boolean =>
    state === 'waiting' && cause === 'week' && traffic.isBusy() && clock.now() - askedAt < patienceMs

  return {
    waitsForQuiet,
    start: async () => {
      await removeScratches(options.dataFolder)
      await table.restartDrills(kysely)
    },
    order: async (device, actingAs) => {
      const { deviceId, customerId } = device
      if (device.lastGoodVersion === undefined || device.state === 'forgotten')
        throw new DrillError('no-version', 'This computer has no good version yet: there is nothing to bring back.')
      if ((await table.countWaiting(kysely)) >= maxWaiting)
        throw new DrillError('too-many', 'Too many proofs wait already. Ask again when some of them are done.')
      const drillId = await database.transaction(async (tx) => {
        if ((await findStandLocked(tx, deviceId)) === undefined) throw new DrillError('not-found', 'There is no such computer.')
        const open = await table.findOpenDrill(tx, deviceId)
        if (open !== undefined) return open.drillId
        const drill = { ...newDrill({ deviceId, customerId }), cause: 'person', askedBy: actorName(actingAs.actor) } as const
        await table.insertDrill(tx, drill)
        const entry = { at: drill.askedAt, action: 'drill.ordered', objectId: deviceId, customerId } as const
        await insertAudit(tx, { ...actingAs, ...entry })
        return drill.drillId
      })
      const drill = await table.findDrill(kysely, drillId)
      if (drill === undefined) throw new DrillError('not-found', 'The drill that was just asked for is not there.')
      return drill
    },
    cancel: async (drill, actingAs) => {
      const { drillId, deviceId, customerId } = drill
      const at = clock.now()
      const wasWaiting = await database.transaction(async (tx) => {
        await findStandLocked(tx, deviceId)
        const now = await table.findDrill(tx, drillId)
        if (now === undefined || isOver(now.state)) throw new DrillError('ended', 'This proof has come to its end already.')
        await insertAudit(tx, { ...actingAs, at, action: 'drill.cancelled', objectId: deviceId, customerId })
        if (now.state === 'waiting') await table.endDrill(tx, { drill, state: 'cancelled', endedAt: at })
        return now.state === 'waiting'
      })
      if (!wasWaiting) running.get(drillId)?.abort.abort(cancelled)
    },
    find: (drillId) => table.findDrill(kysely, drillId),
    findEvidence: (drillId) => table.findEvidence(kysely, drillId),
    list: (page) => table.listDrills(kysely, page),
    findOpen: (deviceId) => table.findOpenDrill(kysely, deviceId),
    standings: async (deviceIds) =>
      new Map((await table.listStandings(kysely, deviceIds)).map((standing) => [standing.deviceId, standing])),
    progressOf: (drillId) => running.get(drillId)?.progress,
    dueAt: async () => {
      const nowMs = clock.now()
      const waiting = await table.findNextWaiting(kysely)
      if (waiting !== undefined) return waitsForQuiet(waiting) ? nowMs + lookForQuietEveryMs : Math.min(waiting.askedAt, nowMs)
      const moments = slotMoments(nowMs, timeZone)
      const times = (await table.listDrillable(kysely)).map((computer) => drillDueAt(computer, moments))
      return times.length === 0 ? undefined : Math.min(...times)
    },
    dueAtOf: async ({ deviceId, lastGoodVersion, state, firstVersionAt, connectedAt }) => {
      if (lastGoodVersion === undefined || state === 'forgotten') return undefined
      const [standing] = await table.listStandings(kysely, [deviceId])
      const turn = {
        deviceId,
        sinceMs: firstVersionAt ?? connectedAt,
        triedAt: standing?.triedAt,
        hasNotRun: standing?.outcome === 'not-run',
      }
      return drillDueAt(turn, slotMoments(clock.now(), timeZone))
    },
    run: async (run) => {
      await queueDue()
      const sum = { proved: 0, damaged: 0, notRun: 0 }
      const turnEndsAt = clock.now() + turnMs
      while (clock.now() < turnEndsAt) {
        if (run.signal.aborted && run.signal.reason !== boxStops) await cancelWaiting()
        run.signal.throwIfAborted()
        const drill = await table.findNextWaiting(kysely)
        if (drill === undefined || waitsForQuiet(drill)) break
        const result = await runOne(drill, run)
        await tellDamaged()
        if (result?.kind === 'not-run') sum.notRun += 1
        else if (result?.kind === 'read') sum[result.counts.damaged > 0 ? 'damaged' : 'proved'] += 1
      }
      await tellDamaged()
      return { ...sum, waiting: await table.countWaiting(kysely), overdue: await tellOverdue() }
    },
  }
}

const stoppedOften = `The box was stopped ${maxAttempts} times in the middle of it.`

function newDrillId(randomness: Randomness): Id<'drl'> {
  return newId('drl', randomness)
}

/** Without names: staff read it. */
function damageSentence({ damaged, files, versions }: Pick<DrillCounts, 'damaged' | 'files' | 'versions'>): string {
  const what = damaged === 1 ? '1 file or folder' : `${damaged} files or folders`
  const of = versions === 1 ? 'the newest good version' : `the newest good versions of ${versions} backup plans`
  return `${what} of ${of} could not be brought back as stored; ${files} came back whole.`
}
