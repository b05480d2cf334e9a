// One run's dealings with a repository of plain files.

import { createHash } from 'node:crypto'
import { type PackIndex, readWholePackIndex } from '../format/pack.ts'
import { readSnapshotBody, type SnapshotBody } from '../format/snapshot-body.ts'
import { readSnapshotFile, type SnapshotFile, snapshotFileName } from '../format/snapshot-envelope.ts'
import { FormatError, StorageError } from '../model/errors.ts'
import type { ChunkId } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'
import { findMissing } from './closure.ts'
import type { SessionContext } from './file-repository.ts'
import { addToFilter, createFilter } from './id-filter.ts'
import { packFileName, packFolder, twinPackFolder } from './pack-files.ts'
import { openRecord } from './record.ts'
import { type ChainEntry, forgetSnapshot, readChain, readSnapshot } from './snapshot-files.ts'
import {
  type BackupSession,
  type ChainHead,
  type CommitAnswer,
  haveIdsPerCallMax,
  type IdFilter,
  type SealedPack,
} from './target.ts'

/** Nothing here marks what is lost for good, so nothing ever raises it: a lost chunk shows at the commit. */
const closureEpoch = 1
/** Versions looked at for checkpoints to replace, newest first. */
const checkpointsLookedAtMax = 1_000

export class FileSession implements BackupSession {
  readonly closureEpoch = closureEpoch
  readonly isParentHeld: boolean
  head: ChainHead
  private readonly context: SessionContext
  private isOpen = true

  constructor(context: SessionContext, chain: readonly ChainEntry[], parent: { readonly isParentHeld: boolean }) {
    this.context = context
    this.isParentHeld = parent.isParentHeld
    this.head = this.headAfter(chain)
  }

  async filter(): Promise<IdFilter | undefined> {
    this.expectOpen()
    const { stored } = this.context.catalog
    if (stored.size === 0) return undefined
    const filter = createFilter(stored.size)
    for (const id of stored.ids()) addToFilter(filter, id)
    return filter
  }

  async have(ids: readonly ChunkId[]): Promise<readonly boolean[]> {
    this.expectOpen()
    if (ids.length > haveIdsPerCallMax) throw new RangeError(`at most ${haveIdsPerCallMax} ids in one call`)
    return ids.map((id) => this.context.catalog.stored.has(id))
  }

  async putPack(pack: SealedPack): Promise<void> {
    this.expectOpen()
    const { storage, keys, catalog } = this.context
    const index = readPack(pack)
    if (!index.uid.equals(keys.uid)) throw new FormatError('wrong-repository', `pack ${pack.id} is one of another repository`)
    const folders = index.kind === 'tree' ? ([packFolder, twinPackFolder] as const) : ([packFolder] as const)
    for (const folder of folders) await storeWhole(storage, packFileName(pack.id, folder), pack.bytes)
    catalog.addPack(pack.id, index)
  }

  commit(file: Buffer, options: { readonly isCheckpoint: boolean }): Promise<CommitAnswer> {
    this.expectOpen()
    const snapshot = readSnapshotFile(file)
    const body = this.readBody(snapshot, options)
    return oneAtATime(this.context.storage, async () => {
      const chain = await readChain(this.context.storage, this.context.device)
      const isThere = chain.some((entry) => entry.isLive && entry.id === snapshot.id) // an answer that was lost on its way
      if (!isThere) {
        const refusal = await this.refusalOf(snapshot, chain)
        if (refusal) return refusal
        await this.context.storage.put(snapshotFileName({ ...snapshot.envelope, id: snapshot.id }), file)
        const rival = await this.withdrawIfNotAlone(snapshot)
        if (rival) return rival
      }
      return await this.finish(snapshot, body)
    })
  }

  async abort(): Promise<void> {
    this.isOpen = false // packs that were sent stay, and serve the next run
  }

  private async refusalOf(snapshot: SnapshotFile, chain: readonly ChainEntry[]): Promise<CommitAnswer | undefined> {
    const { storage, keys, catalog } = this.context
    const { seq, previous, root } = snapshot.envelope
    const head = this.headAfter(chain)
    if (seq !== head.seq || previous !== head.previous) return this.stale(head)
    const closure = await findMissing(storage, keys.uid, catalog.stored, root)
    if (closure.missing.length > 0) return { kind: 'missing', ids: closure.missing, isComplete: closure.isComplete }
    return undefined
  }

  /**
   * Another process may have taken the same number in the same moment. Whoever finds that somebody else has it gives it up, and nobody
   * was told yet that it succeeded: so of two at most one is.
   */
  private async withdrawIfNotAlone(snapshot: SnapshotFile): Promise<CommitAnswer | undefined> {
    const chain = await readChain(this.context.storage, this.context.device)
    const { seq } = snapshot.envelope
    if (!chain.some((entry) => entry.seq >= seq && entry.id !== snapshot.id)) return undefined
    await this.context.storage.remove(snapshotFileName({ ...snapshot.envelope, id: snapshot.id }))
    return this.stale(this.headAfter(chain.filter((entry) => entry.id !== snapshot.id)))
  }

  private async finish(snapshot: SnapshotFile, body: SnapshotBody): Promise<CommitAnswer> {
    await this.replaceCheckpoints(snapshot, body)
    const { seq } = snapshot.envelope
    const next = { seq: seq + 1, previous: snapshot.id, serverTimeMs: this.context.now() }
    this.head = next
    this.isOpen = body.isCheckpoint
    return { kind: 'committed', id: snapshot.id, seq, verdict: body.verdict, next: body.isCheckpoint ? next : undefined }
  }

  /** A checkpoint gives way to the job's next one and to its next good version; a run that failed ends nothing. */
  private async replaceCheckpoints(snapshot: SnapshotFile, body: SnapshotBody): Promise<void> {
    if (body.verdict === 'failed') return
    const { storage, device } = this.context
    const chain = await readChain(storage, device)
    const older = chain.filter((entry) => entry.isLive && entry.seq < snapshot.envelope.seq).reverse()
    for (const entry of older.slice(0, checkpointsLookedAtMax)) {
      const other = await this.tryBody(entry)
      if (other?.job !== body.job) continue
      if (!other.isCheckpoint) return // what lies before that one was replaced by it
      await forgetSnapshot(storage, entry)
    }
  }

  /** Undefined when that version is damaged: `check` says so, a backup goes on. */
  private async tryBody(entry: ChainEntry): Promise<SnapshotBody | undefined> {
    try {
      return this.openBody((await readSnapshot(this.context.storage, entry)).file)
    } catch (error) {
      if (error instanceof FormatError) return undefined
      throw error
    }
  }

  private readBody(snapshot: SnapshotFile, options: { readonly isCheckpoint: boolean }): SnapshotBody {
    if (snapshot.envelope.device !== this.context.device)
      throw new FormatError(
        'snapshot-damaged',
        `a version of ${snapshot.envelope.device} cannot be stored by ${this.context.device}`,
      )
    const body = this.openBody(snapshot)
    if (body.isCheckpoint !== options.isCheckpoint)
      throw new FormatError('snapshot-damaged', 'a version that is a checkpoint must say so, and no other may')
    return body
  }

  private openBody(snapshot: SnapshotFile): SnapshotBody {
    return readSnapshotBody(openRecord(snapshot.record, this.context.keys, snapshot.envelopeBytes).plaintext)
  }

  private headAfter(chain: readonly ChainEntry[]): ChainHead {
    const last = chain.at(-1)
    return { seq: (last?.seq ?? 0) + 1, previous: last?.id, serverTimeMs: this.context.now() }
  }

  private stale(head: ChainHead): CommitAnswer {
    this.head = head
    return { kind: 'stale-head', head }
  }

  private expectOpen(): void {
    if (!this.isOpen) throw new RangeError('this session has ended')
  }
}

function readPack(pack: SealedPack): PackIndex {
  if (createHash('sha256').update(pack.bytes).digest('hex') !== pack.id)
    throw new FormatError('pack-damaged', `pack ${pack.id} holds other bytes than its id says`)
  const index = readWholePackIndex(pack.bytes)
  if (index.kind !== pack.kind) throw new FormatError('pack-damaged', `pack ${pack.id} is a ${index.kind} pack`)
  return index
}

/** A pack's name says its bytes; whatever else lies there is damaged, and gives way. */
async function storeWhole(storage: Storage, name: string, bytes: Buffer): Promise<void> {
  try {
    await storage.put(name, bytes)
  } catch (error) {
    if (!(error instanceof StorageError) || error.fault !== 'exists-different') throw error
    await storage.replace(name, bytes)
  }
}

const commits = new WeakMap<Storage, Promise<unknown>>()

/** Commits through one storage take turns, whichever repository object they come from. */
function oneAtATime<T>(storage: Storage, work: () => Promise<T>): Promise<T> {
  const turn = (commits.get(storage) ?? Promise.resolve()).then(work, work)
  commits.set(
    storage,
    turn.catch(() => undefined),
  )
  return turn
}
