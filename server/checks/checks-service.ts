/**
 * Proves stored repositories: files against rows, and with the data every record against its seal and id. It reports and marks, it
 * never mends and never deletes: a record that is marked is not served and not believed any more, so the next backup sends it again
 * while the computer still has it.
 */

import type { PackId } from '../../engine/index.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { Database } from '../database/database.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import type { Repository, RepositoryId } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { type CheckProgress, type Damage, halfDamagedPacks, maxDamageListed, type RepositoryReport } from './check.ts'
import { listNewestChecks, listOldestProofs, saveCheck } from './check-history-table.ts'
import { checkKeys } from './check-keys.ts'
import { type CheckedPacks, type CheckPacks, checkPacks } from './check-packs.ts'
import { type CheckRecord, checkRecord, damageSentence } from './check-record.ts'
import { checkVersionFiles, listVersions, noteUnknownVersionFiles } from './check-versions.ts'
import { Findings } from './findings.ts'
import { type BlamedDevice, type HurtPack, markHurt } from './mark-hurt.ts'
import { nameDamage } from './name-damage.ts'
import type { CheckReading } from './plan-reading.ts'
import { confirmHurt, demandDisk } from './present-disk.ts'
import { RecordGraph } from './record-graph.ts'
import { noteUnknownPackFiles } from './unknown-pack-files.ts'

export type OnBlamed = (repository: Repository, devices: readonly BlamedDevice[]) => Promise<void>

export interface ChecksService {
  /** Throws VolumeError `wrong`: a disk that is not there is no damage. */
  readonly check: (
    repository: Repository,
    options: {
      readonly reading: CheckReading
      readonly onProgress?: (progress: CheckProgress) => void
      readonly signal: AbortSignal
    },
  ) => Promise<RepositoryReport>
  /** What the newest check of each found, in the order in which they are asked for. As many statements for two hundred as for one. */
  readonly list: (repositoryIds: readonly RepositoryId[]) => Promise<readonly CheckFound[]>
}

export interface CheckFound {
  readonly newest: CheckRecord | undefined
  /** Tree packs of which it found one file of two damaged. */
  readonly halfDamaged: readonly PackId[]
  /** How long ago the data was read whose turn is next. */
  readonly oldestProofAt: number | undefined
}

export function createChecks(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly pool: WorkerPool
  readonly plaintexts: PlaintextsService
  readonly openSecrets: OpenSecrets
  readonly alarms: AlarmsService
  /** Computers that sent records which do not open; told after the marks are committed. */
  readonly onBlamed: OnBlamed
  readonly reached: ReachedPoint
}): ChecksService {
  const { database, dataFolder, clock, pool, plaintexts, openSecrets, alarms, reached } = options
  const { kysely: db } = database

  const mark = async (repository: Repository, packs: readonly HurtPack[]): Promise<void> => {
    const confirmed = confirmHurt(dataFolder, repository, packs)
    if (confirmed.length === 0) return
    const nowMs = clock.now()
    const blamed = await database.transaction(async (tx) => {
      const devices = await markHurt(tx, { repository, packs: confirmed, nowMs })
      reached('hurt:before-commit')
      return devices
    })
    reached('hurt:committed')
    await options.onBlamed(repository, blamed)
  }

  /** Kept, and told of while anything is damaged. A check that read no data has not seen enough to say that all is well again. */
  const conclude = async (repository: Repository, record: CheckRecord): Promise<void> => {
    await saveCheck(database, repository.repositoryId, record)
    const key = { code: 'HF-STORAGE-DAMAGED', subject: `repository:${repository.uid.toString('hex')}` } as const
    if (record.damageCount > 0) await alarms.raise({ ...key, customerId: repository.customerId, detail: damageSentence(record) })
    else if (record.reading !== 'structure') await alarms.settle(key)
  }

  const checkRepository: ChecksService['check'] = async (repository, { reading, onProgress = () => {}, signal }) => {
    const findings = new Findings()
    const graph = new RecordGraph()
    const place = repositoryPlace(dataFolder, repository.uid)
    const common = { db, repository, place, findings }
    const secrets = await checkKeys({ ...common, openSecrets })
    // Versions first: every pack that they need has its row by then.
    const versions = await listVersions(common)
    await checkVersionFiles(common, versions, secrets)
    const packCheck: CheckPacks = { ...common, dataFolder, pool, secrets, reading, clock, graph, onProgress, signal }
    const packs = await checkPacks(packCheck)
    await noteUnknownPackFiles(packCheck)
    await noteUnknownVersionFiles(common)
    await mark(repository, packs.hurt)

    const roots = versions.map(({ root }) => graph.numberOf(root))
    const { missing, count } = await graph.findMissing(roots, maxDamageListed)
    const affected = versions.filter((_, index) => graph.isTainted(roots[index]!))
    reportMissing({ findings, graph, packs, missing, count })
    const named =
      secrets === undefined || affected.length === 0
        ? { paths: [], isComplete: affected.length === 0 }
        : await nameDamage(graph, plaintexts.source(repository), affected)
    return {
      customerId: repository.customerId,
      uid: repository.uid.toString('hex'),
      packs: packs.packs,
      bytes: packs.bytes,
      readBytes: packs.readBytes,
      records: packs.records,
      versions: versions.length,
      damage: findings.damage,
      damageCount: findings.damageCount,
      notices: findings.notices,
      affectedVersions: affected.map(affectedVersion),
      affectedPaths: named.paths,
      arePathsComplete: named.isComplete,
    }
  }

  return {
    check: async (repository, how) => {
      demandDisk(dataFolder, repository)
      const startedAt = clock.now()
      const report = await checkRepository(repository, how)
      await conclude(repository, checkRecord(report, { reading: how.reading, startedAt, endedAt: clock.now() }))
      return report
    },
    list: async (repositoryIds) => {
      const newestOf = await listNewestChecks(db, { repositoryIds, thatReads: false })
      const looks = repositoryIds.filter((id) => newestOf.get(id)?.reading === 'structure')
      const readingOf = await listNewestChecks(db, { repositoryIds: looks, thatReads: true })
      const oldestProofAt = await listOldestProofs(db, repositoryIds)
      return repositoryIds.map((id) => {
        return { ...concludeBoth(newestOf.get(id), readingOf.get(id)), oldestProofAt: oldestProofAt.get(id) }
      })
    },
  }
}

/** A look that found nothing does not outweigh a reading that did. */
function concludeBoth(newest: CheckRecord | undefined, readingBefore: CheckRecord | undefined) {
  return {
    newest: newest?.damageCount === 0 ? (readingBefore ?? newest) : newest,
    halfDamaged: halfDamagedPacks([newest, readingBefore].flatMap((check) => check?.facts.damage ?? [])),
  }
}

/** What a version lacks, unless it was told of already as a damaged record; and what earlier checks marked. */
function reportMissing(found: {
  readonly findings: Findings
  readonly graph: RecordGraph
  readonly packs: CheckedPacks
  readonly missing: readonly number[]
  readonly count: number
}): void {
  const { findings, graph, packs, missing, count } = found
  if (count > 0) findings.addAll(packs.known)
  else for (const pack of new Set(packs.known.damage.map(packOf))) findings.note({ kind: 'damage-replaced', pack })
  const told = new Set(packs.hurt.flatMap(({ lost }) => lost.map(({ chunkId }) => graph.numberOf(chunkId))))
  const untold = missing.filter((record) => !told.has(record))
  for (const record of untold) findings.add({ kind: 'chunk-missing', record: graph.idPrefix(record).toString('hex') })
  findings.damageCount += count - missing.length
}

function packOf(damage: Damage): string {
  return 'pack' in damage ? damage.pack : ''
}

function affectedVersion({ id, deviceId, job, seq, takenAt }: Snapshot) {
  return { id, device: deviceId, job, seq, takenAt }
}
