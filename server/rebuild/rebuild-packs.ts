/**
 * Makes the rows of a repository's packs and chunks from the packs' trailers. Workers read, several at once; rows are written in the
 * order of their keys. Nothing that is there is taken away before: whoever restores meanwhile goes on, and what is cut off is simply
 * done again.
 */
import { existsSync } from 'node:fs'
import type { PackId } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { type PackNumber, type PackState, packStates } from '../packs/pack.ts'
import { setPackState } from '../packs/packs-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { copyTreePack } from './copy-tree-pack.ts'
import { type FoundPack, lastPackNumber, pagesOfPacks, savePacks } from './index-table.ts'
import { countStored, listPlacedPacks, type PlacedPack } from './pack-places.ts'
import { putAside } from './put-aside.ts'
import type { ReadTrailer, TrailersOutput } from './read-trailers.ts'
import type { RebuildFindings } from './rebuild.ts'
import { RecordRun } from './record-run.ts'
import { saveRun } from './save-run.ts'

export interface PacksToRebuild {
  readonly database: Database
  readonly repository: Pick<Repository, 'repositoryId' | 'uid'>
  readonly place: RepositoryPlace
  readonly pool: WorkerPool
  readonly findings: RebuildFindings
  readonly nowMs: number
  readonly reached: ReachedPoint
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal: AbortSignal
}

export interface PacksRebuilt {
  readonly packs: number
  readonly chunks: number
  readonly trashed: number
  readonly quarantined: number
  readonly missing: number
}

const packsPerTask = 32
/** What one COMMIT makes durable: most of the time goes into these, so they are few. */
const packsPerTransaction = 500
const recordsPerTransaction = 100_000

export async function rebuildPacks(rebuild: PacksToRebuild): Promise<PacksRebuilt> {
  const { database, repository, place, pool, findings, signal } = rebuild
  const upTo = await lastPackNumber(database.kysely, repository.repositoryId)
  const state = new PackRows(rebuild, await countStored(place))
  const underWay = new Set<Promise<void>>()
  const begin = async (packs: readonly PlacedPack[]) => {
    signal.throwIfAborted()
    const task = state.take(packs).finally(() => underWay.delete(task))
    task.catch(() => {})
    underWay.add(task)
    // One more than there are threads: they never wait for the main thread.
    if (underWay.size > pool.threads) await Promise.race(underWay)
  }
  try {
    let waiting: PlacedPack[] = []
    for await (const found of listPlacedPacks(place)) {
      if (found.kind === 'unknown') findings.add({ kind: 'unknown-file', file: found.file })
      else waiting.push(found.pack)
      if (waiting.length < packsPerTask) continue
      await begin(waiting)
      waiting = []
    }
    await begin(waiting)
    await Promise.all(underWay)
  } finally {
    await Promise.allSettled(underWay)
  }
  await state.finish()
  return { ...state.counts, missing: await markMissing(rebuild, upTo, state.seen) }
}

type ReadBatch = { readonly packs: readonly PlacedPack[]; readonly output: TrailersOutput }

type ReadPack = {
  readonly output: TrailersOutput
  readonly pack: PlacedPack
  readonly trailer: Extract<ReadTrailer, { readonly kind: 'read' }>
  readonly from: number
}

class PackRows {
  readonly counts = { packs: 0, chunks: 0, trashed: 0, quarantined: 0 }
  readonly seen = new Set<PackNumber>()
  private readonly rebuild: PacksToRebuild
  private readonly total: number
  private readonly run = new RecordRun()
  private done = 0
  private waiting: ReadBatch[] = []
  /** One batch after the other: the run is filled and emptied in turn. */
  private turn: Promise<void> = Promise.resolve()

  constructor(rebuild: PacksToRebuild, total: number) {
    this.rebuild = rebuild
    this.total = total
  }

  async take(packs: readonly PlacedPack[]): Promise<void> {
    if (packs.length === 0) return
    const { pool, repository, signal } = this.rebuild
    const output = await pool.run('read-trailers', { uid: repository.uid, packs }, { isUrgent: false, signal })
    this.waiting.push({ packs, output })
    const sum = (count: (batch: ReadBatch) => number) => this.waiting.reduce((total, batch) => total + count(batch), 0)
    const isEnough =
      sum((batch) => batch.packs.length) >= packsPerTransaction ||
      sum((batch) => batch.output.types.length) >= recordsPerTransaction
    if (isEnough) await this.saveWaiting()
  }

  async finish(): Promise<void> {
    await this.saveWaiting()
    await this.flush()
  }

  private async saveWaiting(): Promise<void> {
    const batches = this.waiting
    this.waiting = []
    const turn = this.turn.then(() => this.save(batches))
    this.turn = turn.catch(() => {})
    await turn
  }

  private async flush(): Promise<void> {
    const { database, repository, signal } = this.rebuild
    await saveRun({ database, repositoryId: repository.repositoryId, run: this.run, signal })
    this.rebuild.reached('rebuild:chunks-committed')
    this.run.clear()
  }

  private async save(batches: readonly ReadBatch[]): Promise<void> {
    const read: ReadPack[] = []
    for (const { packs, output } of batches) {
      let from = 0
      for (const [index, trailer] of output.trailers.entries()) {
        const pack = packs[index]!
        await this.report(pack, trailer)
        if (trailer.kind !== 'read') continue
        read.push({ output, pack, trailer, from })
        from += trailer.records
      }
      this.done += packs.length
    }
    const numbers = await this.savePackRows(read)
    for (const { output, pack, trailer, from: at } of read) {
      const number = numbers.get(pack.packId)!
      this.seen.add(number)
      // What lies in quarantine is served to nobody.
      if (pack.state === 'quarantined') continue
      if (!this.run.hasRoomFor(trailer.records)) await this.flush()
      this.run.add(output, { from: at, records: trailer.records }, number)
      this.counts.chunks += trailer.records
    }
    this.rebuild.onProgress({ done: Math.min(this.done, this.total), total: this.total })
  }

  private async savePackRows(read: readonly ReadPack[]): Promise<ReadonlyMap<PackId, PackNumber>> {
    const { database, repository, nowMs, reached } = this.rebuild
    const packs = read.map(({ pack, trailer }): FoundPack => {
      const { packKind: kind, sizeBytes, recordBytes, records, modifiedMs } = trailer
      const receivedAt = Math.min(modifiedMs, nowMs)
      return { packId: pack.packId, kind, state: stateOf(pack, trailer), sizeBytes, recordBytes, records, receivedAt }
    })
    for (const { state } of packs) {
      if (state === 'trashed') this.counts.trashed += 1
      else if (state === 'quarantined') this.counts.quarantined += 1
      else this.counts.packs += 1
    }
    const { repositoryId } = repository
    const numbers = await database.transaction((tx) => savePacks(tx, { repositoryId, packs, nowMs }))
    reached('rebuild:packs-committed')
    return numbers
  }

  private async report(pack: PlacedPack, trailer: ReadTrailer): Promise<void> {
    const { packId, state } = pack
    const { findings, place, reached } = this.rebuild
    if (state === 'quarantined') return
    if (trailer.kind === 'unreadable') findings.add({ kind: 'unreadable', file: packId, why: trailer.why })
    if (trailer.kind === 'foreign') await this.putForeignAside(pack, trailer.why)
    if (trailer.kind !== 'read') return
    if (trailer.damage !== undefined) findings.add({ kind: 'pack-damaged', pack: packId, why: trailer.damage })
    if (trailer.firstDamage !== undefined) findings.add({ kind: 'copy-damaged', pack: packId, why: trailer.firstDamage })
    if (trailer.absentCopy === undefined || state !== 'stored') return
    const isMade = await copyTreePack({ place, packId, absent: trailer.absentCopy, reached })
    const why = 'one copy is not there, and the other one is not whole'
    findings.add(isMade ? { kind: 'copy-made', pack: packId } : { kind: 'copy-damaged', pack: packId, why })
  }

  /** Both of its copies. */
  private async putForeignAside({ packId, file, twin }: PlacedPack, why: string): Promise<void> {
    const { place, reached, findings } = this.rebuild
    for (const path of [file, twin]) if (existsSync(path)) await putAside(place, { path, name: packId }, reached)
    findings.add({ kind: 'put-aside', file: packId, why })
  }
}

function stateOf({ state }: PlacedPack, { damage }: { readonly damage: string | undefined }): PackState {
  return state === 'stored' && damage !== undefined ? 'damaged' : state
}

/** Rows without a file: taken away since the database was dumped, or lost. Missing, so that no second copy drops them. */
async function markMissing(
  { database, repository, nowMs }: PacksToRebuild,
  upTo: PackNumber,
  seen: ReadonlySet<PackNumber>,
): Promise<number> {
  const { purged, missing } = packStates
  let count = 0
  for await (const page of pagesOfPacks(database.kysely, { repositoryId: repository.repositoryId, upTo })) {
    const gone = page.filter(({ pack, state }) => !seen.has(pack) && state !== purged && state !== missing)
    count += gone.length
    if (gone.length === 0) continue
    await database.transaction(async (tx) => {
      for (const { pack } of gone) await setPackState(tx, { pack, state: 'missing', nowMs })
    })
  }
  return count
}
