/** One drill, from its scratch folder to what came of it. */
import { createHash } from 'node:crypto'
import { demandDisk } from '../checks/present-disk.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import type { RecordsService } from '../records/records-service.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import type { Repository } from '../repositories/repository.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { politePause } from '../verification/polite-pause.ts'
import type { Drill, DrillCounts, DrillEvidence, DrilledVersion, DrillReason } from './drill.ts'
import { type DrilledResult, drillVersion } from './drill-version.ts'
import type { MarkFound } from './mark-found.ts'
import { drillMaxBytes } from './pick-files.ts'
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
  readonly versionIds: readonly Id<'snap'>[]
  readonly signal: AbortSignal
  readonly onProgress: (progress: DrillProgress) => void
}

export interface DrillProgress {
  readonly versions: number
  readonly versionsTotal: number
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

/** @throws the signal's reason */
export async function drillComputer(work: ComputerDrill, options: ComputerDrillOptions): Promise<DrillResult> {
  const versions = await options.snapshots.findByIds(work.versionIds)
  const [first] = versions
  if (first === undefined)
    return { kind: 'not-run', reason: 'no-version', detail: 'The computer has no good version that could be brought back.' }
  try {
    const repository = await options.repositories.find(first.repositoryId)
    if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
    demandDisk(options.dataFolder, repository)
    return await drillVersions(versions, repository, work, options)
  } catch (error) {
    work.signal.throwIfAborted()
    return notRun(error, options.log, work.drill)
  }
}

async function drillVersions(
  versions: readonly Snapshot[],
  repository: Repository,
  work: ComputerDrill,
  options: ComputerDrillOptions,
): Promise<DrillResult> {
  const { drill, signal, onProgress } = work
  const secrets = await options.repositories.openSecrets(repository)
  const seed = options.randomness.bytes(seedBytes).toString('hex')
  await using scratch = await openScratch(options.dataFolder, drill.drillId)
  const patient = politePause({ traffic: options.traffic, clock: options.clock, signal })
  // Whoever asked waits for it; by itself the box lets everybody else go first.
  const pause = drill.cause === 'person' ? async () => {} : () => patient({ receivedAt: drill.askedAt })
  const results: DrilledResult[] = []
  let spentBytes = 0
  for (const version of versions) {
    const progress = () => onProgress({ versions: results.length, versionsTotal: versions.length, bytes: spentBytes })
    progress()
    results.push(
      await drillVersion({
        version,
        records: options.records.source(repository),
        secrets,
        source: options.plaintexts.source(repository, { isUrgent: false, signal }),
        scratch,
        seed: seedOf(seed, version.id),
        budgetBytes: Math.max(0, drillMaxBytes - spentBytes),
        pause,
        onBytes: (bytes) => {
          spentBytes += bytes
          progress()
        },
        signal,
      }),
    )
  }
  const lostIds = results.flatMap((result) => result.lostIds)
  if (lostIds.length > 0) await options.markFound({ repository, secrets, lostIds, signal })
  return { kind: 'read', counts: countsOf(results), evidence: { seed, versions: results.map(({ drilled }) => drilled) } }
}

/** Each version draws its own. */
function seedOf(seed: string, version: Id<'snap'>): number {
  return createHash('sha256').update(`${seed} ${version}`).digest().readUInt32LE(0)
}

function countsOf(results: readonly DrilledResult[]): DrillCounts {
  const sum = (count: (result: DrilledResult) => number) => results.reduce((total, result) => total + count(result), 0)
  const wholeFiles = ({ files }: DrilledVersion) => files.filter(({ problem }) => problem === undefined).length
  return {
    versions: results.length,
    entries: sum(({ drilled }) => drilled.entries),
    files: sum(({ drilled }) => wholeFiles(drilled)),
    bytes: sum(({ bytes }) => bytes),
    damaged: sum(({ damaged }) => damaged),
  }
}

function notRun(error: unknown, log: Log, { drillId, deviceId }: Drill): DrillResult {
  if (error instanceof VolumeError) {
    const reason = error.fault === 'full' ? 'no-room' : 'no-disk'
    return { kind: 'not-run', reason, detail: error.message }
  }
  if (error instanceof RepositoryError) return { kind: 'not-run', reason: 'no-keys', detail: error.message }
  log.error({ err: error, drill: drillId, device: deviceId }, 'a drill could not be run to its end')
  return {
    kind: 'not-run',
    reason: 'error',
    detail: 'Something went wrong that has nothing to do with the backups. The log of the box says what.',
  }
}
