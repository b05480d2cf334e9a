/** One drill, from its scratch folder to what came of it. */
import { createHash } from 'node:crypto'
import type { RepositorySecrets } from '../../engine/index.ts'
import { demandDisk } from '../checks/present-disk.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import type { RecordsService } from '../records/records-service.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import type { Repository } from '../repositories/repository.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import type { Traffic } from '../traffic/traffic.ts'
import type { FoundDamage, MarkFound } from '../verification/mark-found.ts'
import { politePause } from '../verification/polite-pause.ts'
import type { Drill, DrillCounts, DrillEvidence, DrillReason, OpenPath } from './drill.ts'
import { type DrilledResult, drillVersion } from './drill-version.ts'
import { openAfter } from './open-paths.ts'
import { drillMaxBytes } from './pick-files.ts'
import { type DrillPlan, pickPlans } from './pick-plans.ts'
import { ScratchError } from './restore-failure.ts'
import { openScratch } from './scratch.ts'

export type DrillResult =
  | {
      readonly kind: 'read'
      readonly counts: DrillCounts
      readonly evidence: DrillEvidence
    }
  | { readonly kind: 'not-run'; readonly reason: DrillReason; readonly detail: string }

export interface ComputerDrill {
  readonly drill: Drill
  /** All that have a good version, those of the newest first. */
  readonly plans: readonly DrillPlan[]
  /** What an earlier drill found damaged. */
  readonly open: readonly OpenPath[]
  readonly signal: AbortSignal
  /** Aborted when nobody may wait for the marking of what was found either. */
  readonly markSignal: AbortSignal
  readonly onProgress: (progress: DrillProgress) => void
}

export interface DrillProgress {
  readonly versions: number
  readonly versionsTotal: number
  /** While folders are opened: names so far. */
  readonly names: number | undefined
  readonly bytes: number
}

export interface ComputerDrillOptions {
  readonly dataFolder: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly traffic: Traffic
  readonly repositories: Pick<Repositories, 'find' | 'openSecrets'>
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
  readonly records: RecordsService
  readonly plaintexts: PlaintextsService
  readonly markFound: MarkFound
}

const seedBytes = 16
/** Then a drill that nobody asked for goes on beside backups and restores, with a breath between its files: others wait for its turn. */
const patienceInDrillMs = 15 * 60 * 1000

/** Whatever ended it, damage that was found until then is told. Throws the signal's reason where there was none. */
export async function drillComputer(work: ComputerDrill, options: ComputerDrillOptions): Promise<DrillResult> {
  const seed = options.randomness.bytes(seedBytes).toString('hex')
  const damagedJobs = new Set(work.open.map(({ job }) => job))
  const chosen = pickPlans(work.plans, { damagedJobs, seed: numberOf(seed, 'plans') }).map(({ version }) => version)
  const found = await options.snapshots.findByIds(chosen)
  const versions = chosen.flatMap((id) => found.find((version) => version.id === id) ?? [])
  const [first] = versions
  if (first === undefined)
    return { kind: 'not-run', reason: 'no-version', detail: 'The computer has no good version that could be brought back.' }
  try {
    const repository = await options.repositories.find(first.repositoryId)
    if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
    demandDisk(options.dataFolder, repository)
    return await drillVersions({ ...work, versions, repository, seed }, options)
  } catch (error) {
    work.signal.throwIfAborted()
    return notRun(error, options.log, work.drill)
  }
}

interface VersionsDrill extends ComputerDrill {
  readonly versions: readonly Snapshot[]
  readonly repository: Repository
  readonly seed: string
}

async function drillVersions(work: VersionsDrill, options: ComputerDrillOptions): Promise<DrillResult> {
  const { repository, drill, signal, markSignal, plans, seed } = work
  const secrets = await options.repositories.openSecrets(repository)
  const results = await drillEach(work, secrets, options)
  const lostIds = results.flatMap((result) => result.lostIds)
  if (lostIds.length > 0) await mark({ repository, secrets, lostIds, signal: markSignal }, drill, options)
  const cut = results.at(-1)?.cut
  const { open, unread } = openAfter(work.open, { plans, results })
  // What nobody came to is neither damaged nor whole, and keeps only a drill that ran to its end from being a proof.
  const counts = countsOf(results, { plans: plans.length, unread: cut === undefined ? unread : 0 })
  if (counts.damaged > 0) {
    if (cut !== undefined && !signal.aborted) logCut(cut.error, options.log, drill)
    return { kind: 'read', counts, evidence: { seed, versions: results.map(({ drilled }) => drilled), open } }
  }
  if (cut !== undefined) throw cut.error
  const noRoom = results.find((result) => result.noRoom !== undefined)?.noRoom
  if (counts.files === 0 && noRoom !== undefined) throw noRoom
  if (counts.files + counts.readTwice === 0)
    return { kind: 'not-run', reason: 'nothing', detail: 'There is no file in its newest versions: nothing to bring back.' }
  return { kind: 'read', counts, evidence: { seed, versions: results.map(({ drilled }) => drilled), open } }
}

/** One after the other, until one is cut off. */
async function drillEach(
  work: VersionsDrill,
  secrets: RepositorySecrets,
  options: ComputerDrillOptions,
): Promise<readonly DrilledResult[]> {
  const { versions, repository, drill, seed, signal, onProgress } = work
  await using scratch = await openScratch(options.dataFolder, drill.drillId)
  const startedAt = options.clock.now()
  const patient = politePause({ traffic: options.traffic, clock: options.clock, signal, patienceMs: patienceInDrillMs })
  // Whoever asked waits for it; by itself the box lets everybody else go first.
  const pause = drill.cause === 'person' ? async () => {} : () => patient({ receivedAt: startedAt })
  const results: DrilledResult[] = []
  let spentBytes = 0
  for (const version of versions) {
    const tell = (names?: number) =>
      onProgress({ versions: results.length, versionsTotal: versions.length, names, bytes: spentBytes })
    tell(0)
    const result = await drillVersion({
      version,
      records: options.records.source(repository),
      secrets,
      randomBytes: options.randomness.bytes,
      source: options.plaintexts.source(repository, { isUrgent: false, signal }),
      scratch,
      seed: numberOf(seed, version.id),
      again: work.open.filter(({ job }) => job === version.job).map(({ path }) => path),
      budgetBytes: Math.max(0, drillMaxBytes - spentBytes),
      pause,
      onNames: tell,
      onBytes: (bytes) => {
        spentBytes += bytes
        tell()
      },
      signal,
    })
    results.push(result)
    if (result.cut !== undefined) break
  }
  return results
}

/** What was found is told, whether its packs could be marked or not: the nightly check finds them, too. */
async function mark(found: FoundDamage, drill: Drill, { markFound, log }: ComputerDrillOptions): Promise<void> {
  try {
    found.signal.throwIfAborted()
    await markFound(found)
  } catch (error) {
    if (!found.signal.aborted) log.error({ err: error, drill: drill.drillId }, 'what a drill found damaged could not be marked')
  }
}

/** Each thing that is drawn draws its own. */
function numberOf(seed: string, what: string): number {
  return createHash('sha256').update(`${seed} ${what}`).digest().readUInt32LE(0)
}

function countsOf(
  results: readonly DrilledResult[],
  { plans, unread }: { readonly plans: number; readonly unread: number },
): DrillCounts {
  const sum = (name: keyof DrilledResult['counts']) => results.reduce((total, { counts }) => total + counts[name], 0)
  return {
    plans,
    versions: results.length,
    entries: sum('entries'),
    filesTotal: sum('filesTotal'),
    files: sum('files'),
    bytes: sum('bytes'),
    untimed: sum('untimed'),
    readTwice: sum('readTwice'),
    readTwiceBytes: sum('readTwiceBytes'),
    damaged: sum('damaged') + unread,
  }
}

function notRun(error: unknown, log: Log, drill: Drill): DrillResult {
  if (error instanceof VolumeError) {
    const reason = error.fault === 'full' ? 'no-room' : 'no-disk'
    return { kind: 'not-run', reason, detail: error.message }
  }
  if (error instanceof RepositoryError) return { kind: 'not-run', reason: 'no-keys', detail: error.message }
  logCut(error, log, drill)
  if (error instanceof ScratchError) return { kind: 'not-run', reason: 'error', detail: error.message }
  return {
    kind: 'not-run',
    reason: 'error',
    detail: 'Something went wrong that has nothing to do with the backups. The log of the box says what.',
  }
}

function logCut(error: unknown, log: Log, { drillId, deviceId }: Drill): void {
  log.error({ err: error, drill: drillId, device: deviceId }, 'a drill could not be run to its end')
}
