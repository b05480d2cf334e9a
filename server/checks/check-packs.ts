/**
 * All packs of a repository: each file, in both copies where there are two, against its rows. What is whole goes into the graph;
 * what is not is remembered, to be marked when the check is over.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chunkIdOfKey, type PackId, parseChunkId, parsePackId, type RepositorySecrets, recordTypes } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { listChunksOfPack } from '../packs/chunks-table.ts'
import { isLive, type PackNumber } from '../packs/pack.ts'
import { findPack, listPackIds } from '../packs/packs-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import type { CheckProgress, PackCopy } from './check.ts'
import type { CheckPackOutput } from './check-pack.ts'
import { type CheckedPack, listBadChunks, listCheckedPacks, sumCheckedPacks, sumPlaces } from './check-table.ts'
import { Findings } from './findings.ts'
import type { PackedRecords } from './packed-records.ts'
import { type PlacesSum, PlacesSummer } from './places-sum.ts'
import type { RecordGraph } from './record-graph.ts'

export interface CheckPacks {
  readonly db: Queryable
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly pool: WorkerPool
  readonly secrets: RepositorySecrets | undefined
  readonly isDataRead: boolean
  readonly findings: Findings
  readonly graph: RecordGraph
  readonly onProgress: (progress: CheckProgress) => void
  readonly signal: AbortSignal
}

/** A pack that is not what its row says, and which of its records are lost with it. */
export interface HurtPack {
  readonly pack: CheckedPack
  readonly state: 'damaged' | 'missing'
  readonly lost: readonly Buffer[]
}

export interface CheckedPacks {
  readonly packs: number
  readonly bytes: number
  readonly records: number
  readonly hurt: readonly HurtPack[]
  /** Of packs that an earlier check marked: damage while a version still lacks something, history when all of it was sent again. */
  readonly known: Findings
}

const packsPerPage = 500
const idBytes = 32

export async function checkPacks(check: CheckPacks): Promise<CheckedPacks> {
  const { db, repository, pool, signal } = check
  const total = await sumCheckedPacks(db, repository.repositoryId)
  const state = new PackChecks(check, await sumPlaces(db, repository.repositoryId), await badIds(check))
  const underWay = new Set<Promise<void>>()
  // One more than there are threads: they never wait for the main thread.
  const atOnce = pool.threads + 1
  try {
    for (let after = 0; ; ) {
      const page = await listCheckedPacks(db, { repositoryId: repository.repositoryId, after, limit: packsPerPage })
      for (const pack of page) {
        signal.throwIfAborted()
        const task = state.check(pack, total).finally(() => underWay.delete(task))
        task.catch(() => {})
        underWay.add(task)
        if (underWay.size >= atOnce) await Promise.race(underWay)
      }
      if (page.length < packsPerPage) break
      after = page.at(-1)!.pack
    }
    await Promise.all(underWay)
  } finally {
    await Promise.allSettled(underWay)
  }
  return state
}

async function badIds({ db, repository }: CheckPacks): Promise<ReadonlySet<string>> {
  const bad = await listBadChunks(db, repository.repositoryId)
  return new Set(bad.map(({ pack, chunkId }) => badKey(pack, chunkId)))
}

function badKey(pack: PackNumber, chunkId: Uint8Array): string {
  return `${pack} ${Buffer.from(chunkId.buffer, chunkId.byteOffset, chunkId.byteLength).toString('latin1')}`
}

class PackChecks implements CheckedPacks {
  packs = 0
  bytes = 0
  records = 0
  readonly hurt: HurtPack[] = []
  readonly known = new Findings()
  private readonly options: CheckPacks
  private readonly sums: ReadonlyMap<PackNumber, PlacesSum>
  private readonly bad: ReadonlySet<string>

  constructor(options: CheckPacks, sums: ReadonlyMap<PackNumber, PlacesSum>, bad: ReadonlySet<string>) {
    this.options = options
    this.sums = sums
    this.bad = bad
  }

  async check(pack: CheckedPack, total: { readonly packs: number; readonly bytes: number }): Promise<void> {
    const { place, onProgress } = this.options
    const first = await this.read(pack, place.packFile(pack.packId))
    const twin = pack.kind === 'tree' ? await this.read(pack, place.twinPackFile(pack.packId)) : undefined
    await this.weigh(pack, first, twin)
    this.packs += 1
    this.bytes += pack.sizeBytes
    onProgress({ packs: this.packs, packsTotal: total.packs, bytes: this.bytes, bytesTotal: total.bytes })
  }

  private read(pack: CheckedPack, file: string): Promise<CheckPackOutput> {
    const { pool, secrets, repository, isDataRead, signal } = this.options
    const input = { secrets, uid: repository.uid, file, kind: pack.kind, isDataRead }
    return pool.run('check-pack', input, { isUrgent: false, signal })
  }

  /** A tree pack is hurt only where both of its copies are. */
  private async weigh(pack: CheckedPack, first: CheckPackOutput, twin: CheckPackOutput | undefined): Promise<void> {
    const copies = [first, ...(twin === undefined ? [] : [twin])]
    const faults = copies.map((copy) => this.faultOf(pack, copy))
    const whole = copies.find((_, index) => faults[index] === undefined)
    if (whole !== undefined) {
      await this.countWhole(pack, whole)
      for (const [index, why] of faults.entries()) this.reportCopy(pack, index, why)
      return
    }
    this.countHurt(pack, copies, faults[0]!)
  }

  /** What is wrong with a copy, in words. */
  private faultOf(pack: CheckedPack, copy: CheckPackOutput): string | undefined {
    if (copy.kind === 'absent') return 'it is not there'
    if (copy.kind === 'unreadable') return copy.why
    if (copy.damage !== undefined) return copy.damage
    if (copy.sizeBytes !== pack.sizeBytes) return `it has ${copy.sizeBytes} bytes, the database says ${pack.sizeBytes}`
    return copy.damagedRecords.length === 0 ? undefined : `${copy.damagedRecords.length} of its records are damaged`
  }

  private reportCopy(pack: CheckedPack, index: number, why: string | undefined): void {
    const copy: PackCopy = index === 0 ? 'packs' : 'packs2'
    if (why !== undefined) this.findingsOf(pack).add({ kind: 'copy-damaged', pack: pack.packId, copy, why })
  }

  private async countWhole(pack: CheckedPack, copy: CheckPackOutput): Promise<void> {
    if (copy.kind !== 'read') return
    this.addRecords(pack, copy.records, new Set())
    const found = copy.records.sum
    // A pack that arrived while the table was read has no sum yet.
    const expected = this.sums.get(pack.pack) ?? (await this.sumRows(pack, copy.records))
    if (expected.count === found.count && expected.xor === found.xor) return
    const why =
      expected.count === found.count
        ? 'the database has some of its records in other places'
        : `it holds ${found.count} records, the database has ${expected.count} of it`
    this.findingsOf(pack).add({ kind: 'index-wrong', pack: pack.packId, why })
    this.hurt.push({ pack, state: 'damaged', lost: [] })
  }

  private async sumRows({ pack }: CheckedPack, records: PackedRecords): Promise<PlacesSum> {
    const { db, repository } = this.options
    const ids = Array.from({ length: records.count }, (_, index) => parseChunkId(idAt(records, index)))
    const rows = await listChunksOfPack(db, { repositoryId: repository.repositoryId, pack, ids })
    const sum = new PlacesSummer()
    for (const [key, place] of rows) sum.add(chunkIdOfKey(key), place)
    return sum.result()
  }

  private findingsOf({ state }: CheckedPack): Findings {
    return isLive(state) ? this.options.findings : this.known
  }

  /** Every copy has a fault: what no copy holds whole is lost. */
  private countHurt(pack: CheckedPack, copies: readonly CheckPackOutput[], why: string): void {
    const findings = this.findingsOf(pack)
    const read = copies.flatMap((copy) => (copy.kind === 'read' ? [copy] : []))
    const whole = new Set(read.flatMap(({ records }) => wholeIds(records)))
    const damaged = new Map(
      read.flatMap((copy) => copy.damagedRecords.map((record) => [idText(record.chunkId), record] as const)),
    )
    const lost = [...damaged].filter(([id]) => !whole.has(id)).map(([, record]) => record)
    for (const copy of read) this.addRecords(pack, copy.records, new Set(lost.map(({ chunkId }) => idText(chunkId))))
    this.hurt.push({
      pack,
      state: read.length === 0 ? 'missing' : 'damaged',
      lost: lost.map(({ chunkId }) => Buffer.from(chunkId)),
    })
    if (copies.every(({ kind }) => kind === 'absent')) findings.add({ kind: 'pack-missing', pack: pack.packId })
    else if (lost.length === 0) findings.add({ kind: 'pack-damaged', pack: pack.packId, why })
    for (const { chunkId, offset, why: reason } of lost) {
      const record = Buffer.from(chunkId).toString('hex')
      findings.add({ kind: 'record-damaged', pack: pack.packId, record, offset, why: reason })
    }
  }

  private addRecords(pack: CheckedPack, records: PackedRecords, lost: ReadonlySet<string>): void {
    const { graph } = this.options
    let refAt = 0
    for (let index = 0; index < records.count; index += 1) {
      const id = idAt(records, index)
      const refBytes = records.refCounts[index]! * idBytes
      const refs = records.refs.subarray(refAt, refAt + refBytes)
      refAt += refBytes
      if (records.whole[index] !== 1 || lost.has(idText(id)) || this.isKnownBad(pack, id)) continue
      const record = graph.numberOf(id)
      graph.setAvailable(record)
      if (records.types[index] !== recordTypes.data) graph.addNode(record, refs)
      this.records += 1
    }
  }

  /** Without reading the data, what an earlier check said of a record stands. */
  private isKnownBad({ pack }: CheckedPack, id: Uint8Array): boolean {
    return !this.options.isDataRead && this.bad.size > 0 && this.bad.has(badKey(pack, id))
  }
}

function wholeIds(records: PackedRecords): readonly string[] {
  return Array.from({ length: records.count }, (_, index) => index)
    .filter((index) => records.whole[index] === 1)
    .map((index) => idText(idAt(records, index)))
}

function idAt({ ids }: PackedRecords, index: number): Uint8Array {
  return ids.subarray(index * idBytes, (index + 1) * idBytes)
}

function idText(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1')
}

/** Files among the packs that no row names: what a crash left, for the next start to take up. */
export async function noteUnknownPackFiles({ db, repository, place, findings, signal }: CheckPacks): Promise<void> {
  const { repositoryId } = repository
  const known = await listPackIds(db, repositoryId)
  const folders = [
    ['packs', place.packsFolder],
    ['packs2', place.twinPacksFolder],
  ] as const
  for (const [copy, folder] of folders) {
    for (const prefix of await readdir(folder)) {
      signal.throwIfAborted()
      for (const name of await readdir(join(folder, prefix))) {
        const packId = findPackId(name)
        if (packId !== undefined && known.has(packId)) continue
        // One that was just arriving has its row by now.
        const isKnown = packId !== undefined && (await findPack(db, repositoryId, packId)) !== undefined
        if (!isKnown) findings.note({ kind: 'file-unknown', file: `${copy}/${prefix}/${name}` })
      }
    }
  }
}

function findPackId(name: string): PackId | undefined {
  return /^[0-9a-f]{64}$/.test(name) ? parsePackId(name) : undefined
}

/** For the marks. */
export function lostIds({ lost }: HurtPack) {
  return lost.map((id) => parseChunkId(id))
}
