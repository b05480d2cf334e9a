/**
 * All packs of a repository: each file, in both copies where there are two, against its rows. What is whole goes into the graph;
 * what is not is remembered, to be marked when the check is over.
 */
import { chunkIdBytes, chunkIdOfKey, chunkKey, parseChunkId, type RepositorySecrets, recordTypes } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { listChunksOfPack } from '../packs/chunks-table.ts'
import { isLive, type PackNumber } from '../packs/pack.ts'
import type { Repository } from '../repositories/repository.ts'
import { type RepositoryPlace, repositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import type { CheckProgress, PackCopy } from './check.ts'
import type { CheckPackOutput, RecordDamage } from './check-pack.ts'
import {
  type CheckedPack,
  listBadChunks,
  listCheckedPacks,
  listProvedPacks,
  renewProof,
  sumCheckedPacks,
  sumPlaces,
} from './check-table.ts'
import { Findings } from './findings.ts'
import type { HurtPack } from './mark-hurt.ts'
import { type PackedRecords, packedIdAt } from './packed-records.ts'
import { type PlacesSum, PlacesSummer } from './places-sum.ts'
import { type CheckReading, isDue, planReading, type ReadingTurn } from './plan-reading.ts'
import type { RecordGraph } from './record-graph.ts'
import { type ReadCopy, type WeighedPack, weighCopies } from './weigh-copies.ts'

export interface CheckPacks {
  readonly db: Queryable
  readonly repository: Repository
  readonly dataFolder: string
  readonly place: RepositoryPlace
  readonly pool: WorkerPool
  readonly secrets: RepositorySecrets | undefined
  readonly reading: CheckReading
  readonly clock: Clock
  readonly findings: Findings
  readonly graph: RecordGraph
  readonly onProgress: (progress: CheckProgress) => void
  readonly signal: AbortSignal
}

export interface CheckedPacks {
  readonly packs: number
  readonly bytes: number
  /** Of the packs whose data was read. */
  readonly readBytes: number
  readonly records: number
  readonly hurt: readonly HurtPack[]
  /** Of packs that an earlier check marked: damage while a version still lacks something, history when all of it was sent again. */
  readonly known: Findings
}

const packsPerPage = 500

export async function checkPacks(check: CheckPacks): Promise<CheckedPacks> {
  const { db, repository, pool, signal } = check
  const { repositoryId } = repository
  const total = await sumCheckedPacks(db, repositoryId)
  const turn = await readingTurn(check, total.bytes)
  const state = new PackChecks(check, { sums: await sumPlaces(db, repositoryId), bad: await badIds(check), turn })
  const underWay = new Set<Promise<void>>()
  // One more than there are threads: they never wait for the main thread.
  const atOnce = pool.threads + 1
  try {
    for (let after = 0; ; ) {
      const page = await listCheckedPacks(db, { repositoryId, after, limit: packsPerPage })
      for (const pack of page) {
        signal.throwIfAborted()
        const task = state.check(pack, total).finally(() => underWay.delete(task))
        task.catch(() => {})
        underWay.add(task)
        if (underWay.size >= atOnce) await Promise.race(underWay)
      }
      // Before it is asked whether there are more: what was put together out of packs that went meanwhile has a higher number.
      if (page.length < packsPerPage) await Promise.all(underWay)
      const last = page.at(-1)
      if (last === undefined) break
      after = last.pack
    }
  } finally {
    await Promise.allSettled(underWay)
    // Also of a check that is stopped: the next one goes on where this one was.
    await state.noteProved()
  }
  return state
}

async function readingTurn({ db, repository, reading, clock }: CheckPacks, totalBytes: number): Promise<ReadingTurn | undefined> {
  if (reading !== 'due') return undefined
  return planReading(listProvedPacks(db, repository.repositoryId), { totalBytes, nowMs: clock.now() })
}

async function badIds({ db, repository }: CheckPacks): Promise<ReadonlySet<string>> {
  const bad = await listBadChunks(db, repository.repositoryId)
  return new Set(bad.map(({ pack, chunkId }) => badKey(pack, chunkId)))
}

function badKey(pack: PackNumber, chunkId: Uint8Array): string {
  return `${pack} ${chunkKey(chunkId)}`
}

/** What is known before any pack is read. */
interface KnownBefore {
  readonly sums: ReadonlyMap<PackNumber, PlacesSum>
  readonly bad: ReadonlySet<string>
  readonly turn: ReadingTurn | undefined
}

/** Proofs that are noted in one statement. */
const provedAtOnce = 200

class PackChecks implements CheckedPacks {
  packs = 0
  bytes = 0
  readBytes = 0
  records = 0
  readonly hurt: HurtPack[] = []
  readonly known = new Findings()
  private readonly options: CheckPacks
  private readonly before: KnownBefore
  private proved: PackNumber[] = []

  constructor(options: CheckPacks, before: KnownBefore) {
    this.options = options
    this.before = before
  }

  async check(pack: CheckedPack, total: { readonly packs: number; readonly bytes: number }): Promise<void> {
    const { onProgress } = this.options
    const weighed = await this.weigh(pack)
    // It may have gone into the trash, or to another disk, since it was listed: looked for once more before anything is said.
    if (weighed.kind !== 'hurt') await this.take(pack, weighed)
    else if (await this.isStillListed(pack)) await this.take(pack, await this.weigh(pack))
    this.packs += 1
    this.bytes += pack.sizeBytes
    if (this.isRead(pack)) this.readBytes += pack.sizeBytes
    onProgress({ packs: this.packs, packsTotal: total.packs, bytes: this.bytes, bytesTotal: total.bytes })
  }

  private async weigh(pack: CheckedPack): Promise<WeighedPack> {
    const { dataFolder, repository } = this.options
    const place = repositoryPlace(dataFolder, repository.uid)
    const files = [place.packFile(pack.packId), ...(pack.kind === 'tree' ? [place.twinPackFile(pack.packId)] : [])]
    const copies: CheckPackOutput[] = []
    for (const file of files) copies.push(await this.read(pack, file))
    // A pack that was marked is told of again as long as it lies there.
    const isKnownBad = (chunkId: Uint8Array) => isLive(pack.state) && this.isKnownBad(pack, chunkId)
    return weighCopies({ packId: pack.packId, sizeBytes: pack.sizeBytes, isKnownBad }, copies)
  }

  private async isStillListed({ pack }: CheckedPack): Promise<boolean> {
    const { db, repository } = this.options
    const [found] = await listCheckedPacks(db, { repositoryId: repository.repositoryId, after: pack - 1, limit: 1 })
    return found?.pack === pack
  }

  async noteProved(): Promise<void> {
    const packs = this.proved
    this.proved = []
    await renewProof(this.options.db, { packs, at: this.options.clock.now() })
  }

  private isRead(pack: CheckedPack): boolean {
    return this.options.reading === 'all' || isDue(pack, this.before.turn)
  }

  private read(pack: CheckedPack, file: string): Promise<CheckPackOutput> {
    const { pool, secrets, repository, signal } = this.options
    const input = { secrets, uid: repository.uid, file, kind: pack.kind, isDataRead: this.isRead(pack) }
    return pool.run('check-pack', input, { isUrgent: false, signal })
  }

  private async take(pack: CheckedPack, weighed: WeighedPack): Promise<void> {
    switch (weighed.kind) {
      case 'whole': {
        await this.countWhole(pack, weighed.copy)
        for (const [index, why] of weighed.faults.entries()) this.reportCopy(pack, index, why)
        if (weighed.faults.every((why) => why === undefined)) await this.countProved(pack)
        return
      }
      case 'poisoned':
        this.addRecords(pack, weighed.copy.records, weighed.bad)
        this.reportLost(pack, weighed.bad)
        this.hurt.push({ packId: pack.packId, state: 'poisoned', lost: weighed.bad })
        return
      case 'hurt':
        this.countHurt(pack, weighed)
        return
      default:
        weighed satisfies never
    }
  }

  /** One with a damaged second file is read again each night, until it is healed. */
  private async countProved(pack: CheckedPack): Promise<void> {
    if (!this.isRead(pack) || this.options.secrets === undefined) return
    this.proved.push(pack.pack)
    if (this.proved.length >= provedAtOnce) await this.noteProved()
  }

  private reportCopy(pack: CheckedPack, index: number, why: string | undefined): void {
    const copy: PackCopy = index === 0 ? 'packs' : 'packs2'
    if (why !== undefined) this.findingsOf(pack).add({ kind: 'copy-damaged', pack: pack.packId, copy, why })
  }

  private async countWhole(pack: CheckedPack, copy: ReadCopy): Promise<void> {
    this.addRecords(pack, copy.records, [])
    const found = copy.records.sum
    // A pack that arrived while the table was read has no sum yet.
    const expected = this.before.sums.get(pack.pack) ?? (await this.sumRows(pack, copy.records))
    if (expected.count === found.count && expected.xor === found.xor) return
    const why =
      expected.count === found.count
        ? 'the database has some of its records in other places'
        : `it holds ${found.count} records, the database has ${expected.count} of it`
    this.findingsOf(pack).add({ kind: 'index-wrong', pack: pack.packId, why })
    this.hurt.push({ packId: pack.packId, state: 'damaged', lost: [] })
  }

  private async sumRows({ pack }: CheckedPack, records: PackedRecords): Promise<PlacesSum> {
    const { db, repository } = this.options
    const ids = Array.from({ length: records.count }, (_, index) => parseChunkId(packedIdAt(records, index)))
    const rows = await listChunksOfPack(db, { repositoryId: repository.repositoryId, pack, ids })
    const sum = new PlacesSummer()
    for (const [key, place] of rows) sum.add(chunkIdOfKey(key), place)
    return sum.result()
  }

  private findingsOf({ state }: CheckedPack): Findings {
    return isLive(state) ? this.options.findings : this.known
  }

  /** Every copy has a fault: what no copy holds whole is lost. */
  private countHurt(pack: CheckedPack, hurt: Extract<WeighedPack, { readonly kind: 'hurt' }>): void {
    const { packId } = pack
    const { state, lost, read, why, areAllAbsent } = hurt
    for (const copy of read) this.addRecords(pack, copy.records, lost)
    this.hurt.push({ packId, state, lost, isAbsent: areAllAbsent })
    if (areAllAbsent) this.findingsOf(pack).add({ kind: 'pack-missing', pack: packId })
    else if (lost.length === 0) this.findingsOf(pack).add({ kind: 'pack-damaged', pack: packId, why })
    this.reportLost(pack, lost)
  }

  private reportLost(pack: CheckedPack, lost: readonly RecordDamage[]): void {
    for (const { chunkId, offset, why } of lost) {
      const record = Buffer.from(chunkId).toString('hex')
      this.findingsOf(pack).add({ kind: 'record-damaged', pack: pack.packId, record, offset, why })
    }
  }

  private addRecords(pack: CheckedPack, records: PackedRecords, lost: readonly RecordDamage[]): void {
    const { graph } = this.options
    const lostKeys = new Set(lost.map(({ chunkId }) => chunkKey(chunkId)))
    let refAt = 0
    for (let index = 0; index < records.count; index += 1) {
      const id = packedIdAt(records, index)
      const refBytes = records.refCounts[index]! * chunkIdBytes
      const refs = records.refs.subarray(refAt, refAt + refBytes)
      refAt += refBytes
      if (records.whole[index] !== 1 || this.isKnownBad(pack, id) || (lostKeys.size > 0 && lostKeys.has(chunkKey(id)))) continue
      const record = graph.numberOf(id)
      graph.setAvailable(record)
      if (records.types[index] !== recordTypes.data) graph.addNode(record, refs)
      this.records += 1
    }
  }

  /** What was said of a record before stands until its pack's bytes come again. */
  private isKnownBad({ pack }: CheckedPack, id: Uint8Array): boolean {
    return this.before.bad.size > 0 && this.before.bad.has(badKey(pack, id))
  }
}
