/**
 * Proves stored repositories: files against rows, and with the data every record against its seal and id. It reports and marks, it
 * never mends and never deletes: a record that is marked is not served and not believed any more, so the next backup sends it again
 * while the computer still has it.
 */
import type { Database, Transaction } from '../database/database.ts'
import { markChunksBad } from '../packs/chunks-table.ts'
import { isLive } from '../packs/pack.ts'
import { findPackLocked, setPackState } from '../packs/packs-table.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import { lockRepository, raiseClosureEpoch } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { type CheckProgress, type Damage, maxDamageListed, type RepositoryReport } from './check.ts'
import { checkKeys } from './check-keys.ts'
import { type CheckedPacks, type CheckPacks, checkPacks, type HurtPack, lostIds, noteUnknownPackFiles } from './check-packs.ts'
import { checkVersionFiles, listVersions, noteUnknownVersionFiles } from './check-versions.ts'
import { Findings } from './findings.ts'
import { nameDamage } from './name-damage.ts'
import { RecordGraph } from './record-graph.ts'

export interface ChecksService {
  readonly check: (
    repository: Repository,
    options: {
      readonly isDataRead: boolean
      readonly onProgress?: (progress: CheckProgress) => void
      readonly signal: AbortSignal
    },
  ) => Promise<RepositoryReport>
}

export function createChecks(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly pool: WorkerPool
  readonly plaintexts: PlaintextsService
  readonly openSecrets: OpenSecrets
}): ChecksService {
  const { database, dataFolder, clock, pool, plaintexts, openSecrets } = options
  const { kysely: db } = database

  /** All marks of a repository in one transaction, with the epoch that tells agents. What was marked before is left as it is. */
  const mark = async (repository: Repository, hurt: readonly HurtPack[]) => {
    if (hurt.length === 0) return
    await database.transaction(async (transaction) => {
      await lockRepository(transaction, repository.repositoryId)
      let hasChanged = false
      for (const pack of hurt) hasChanged = (await markPack(transaction, repository, pack, clock.now())) || hasChanged
      if (hasChanged) await raiseClosureEpoch(transaction, repository.repositoryId)
    })
  }

  return {
    check: async (repository, { isDataRead, onProgress = () => {}, signal }) => {
      const findings = new Findings()
      const graph = new RecordGraph()
      const place = repositoryPlace(dataFolder, repository.uid)
      const common = { db, repository, place, findings }
      const secrets = await checkKeys({ ...common, openSecrets })
      // Versions first: every pack that they need has its row by then.
      const versions = await listVersions(common)
      await checkVersionFiles(common, versions, secrets)
      const packCheck: CheckPacks = { ...common, pool, secrets, isDataRead, graph, onProgress, signal }
      const packs = await checkPacks(packCheck)
      await noteUnknownPackFiles(packCheck)
      await noteUnknownVersionFiles(common)
      await mark(repository, packs.hurt)

      const roots = versions.map(({ root }) => graph.numberOf(root))
      const { missing, count } = graph.findMissing(roots, maxDamageListed)
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
        records: packs.records,
        versions: versions.length,
        damage: findings.damage,
        damageCount: findings.damageCount,
        notices: findings.notices,
        affectedVersions: affected.map(affectedVersion),
        affectedPaths: named.paths,
        arePathsComplete: named.isComplete,
      }
    },
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
  const told = new Set(packs.hurt.flatMap(({ lost }) => lost.map((id) => graph.numberOf(id))))
  const untold = missing.filter((record) => !told.has(record))
  for (const record of untold) findings.add({ kind: 'chunk-missing', record: graph.idPrefix(record).toString('hex') })
  findings.damageCount += count - missing.length
}

function packOf(damage: Damage): string {
  return 'pack' in damage ? damage.pack : ''
}

async function markPack(transaction: Transaction, repository: Repository, hurt: HurtPack, nowMs: number): Promise<boolean> {
  const { repositoryId } = repository
  const { pack, packId } = hurt.pack
  const row = await findPackLocked(transaction, repositoryId, packId)
  if (row === undefined || !isLive(row.state)) return false
  await setPackState(transaction, { pack, state: hurt.state, nowMs })
  await markChunksBad(transaction, { repositoryId, pack, ids: lostIds(hurt) })
  return true
}

function affectedVersion({ id, deviceId, job, seq, takenAt }: Snapshot) {
  return { id, device: deviceId, job, seq, takenAt }
}
