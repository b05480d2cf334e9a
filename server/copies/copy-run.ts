/** What every step of a run is given, and where it counts. */
import type { PackId, RepositoryUid, Storage } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import type { ByteRate } from './byte-rate.ts'
import { type Copy, type CopyFindings, type CopyProgress, noFindings } from './copy.ts'
import type { PackBuffer } from './read-pack.ts'

/** A pack that its row calls stored, and that this disk has no longer as it was. */
export interface LostPack {
  readonly packId: PackId
  readonly state: 'damaged' | 'missing'
}

/** Marks a pack that was found lost, and heals it where it can; called outside of any transaction. */
export type OnPackLost = (repository: Repository, lost: LostPack, signal: AbortSignal) => Promise<void>

export interface CopyRun {
  readonly copy: Copy
  /** The place, watched. */
  readonly storage: Storage
  readonly database: Database
  readonly pool: WorkerPool
  readonly placeOf: (repository: Pick<Repository, 'uid'>) => RepositoryPlace
  readonly clock: Clock
  readonly log: Log
  readonly rate: ByteRate | undefined
  /** Each as large as a pack may be, seen by all threads. */
  readonly buffers: readonly [PackBuffer, PackBuffer]
  readonly onPackLost: OnPackLost
  readonly isRightDisk: (uid: RepositoryUid) => boolean
  readonly reached: ReachedPoint
  readonly signal: AbortSignal
  readonly tally: CopyTally
}

/** Counts what a run did and found, and tells whoever watches. */
export class CopyTally {
  packs = 0
  bytes = 0
  files = 0
  removedPacks = 0
  readBackBytes = 0
  unknownFiles = 0
  findings: CopyFindings = noFindings
  private readonly onProgress: (progress: CopyProgress) => void
  private phase: CopyProgress['phase'] = 'looking'
  private packsTotal = 0
  private bytesTotal = 0

  constructor(onProgress: (progress: CopyProgress) => void) {
    this.onProgress = onProgress
  }

  enter(phase: CopyProgress['phase']): void {
    this.phase = phase
    this.tell()
  }

  /** As much as there is to do, beside what is done. */
  expect(more: { readonly packs: number; readonly bytes: number }): void {
    this.packsTotal = this.packs + more.packs
    this.bytesTotal = this.bytes + more.bytes
    this.tell()
  }

  countPack(bytes: number): void {
    this.packs += 1
    this.bytes += bytes
    this.tell()
  }

  find(what: keyof CopyFindings, count = 1): void {
    this.findings = { ...this.findings, [what]: this.findings[what] + count }
  }

  private tell(): void {
    const { phase, packs, packsTotal, bytes, bytesTotal } = this
    this.onProgress({ phase, packs, packsTotal: Math.max(packs, packsTotal), bytes, bytesTotal: Math.max(bytes, bytesTotal) })
  }
}
