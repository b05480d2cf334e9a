// One building of a version's tree inside a session: threads, packs and cache for it, and their end.

import { basename } from 'node:path'
import { deriveKeys, type RepositoryKeys } from '../crypto/keys.ts'
import type { SkippedFile, SnapshotCounts, Verdict } from '../format/snapshot-body.ts'
import { type ChunkId, type ChunkKey, chunkIdBytes, chunkKey, type SnapshotId } from '../model/ids.ts'
import type { BackupSession } from '../repository/target.ts'
import { Assembly } from './assembly.ts'
import type { BackupOptions, BackupProgress, SessionRun } from './back-up.ts'
import { CacheCursor } from './cache-cursor.ts'
import { keepCache, newBodyPath } from './cache-files.ts'
import { cacheVersion } from './cache-format.ts'
import { CacheReader } from './cache-reader.ts'
import { CacheWriter } from './cache-writer.ts'
import { ClaimedIds, type ClaimedIdsMemory, createClaimedIdsMemory } from './claimed-ids.ts'
import { commitVersion } from './commit-version.ts'
import { ReadingPool } from './reading-pool.ts'
import { RunCounts } from './run-counts.ts'
import { sourceTree } from './source-tree.ts'
import { TreeSink } from './tree-sink.ts'
import { Uploads } from './uploads.ts'
import type { Knowledge } from './worker-protocol.ts'

export interface PassContext extends SessionRun {
  readonly lost: ReadonlySet<ChunkKey>
  /** Bytes sent by earlier passes of this run. */
  readonly sentBefore: number
}

export interface BuiltVersion {
  readonly root: ChunkId
  readonly verdict: Verdict
  readonly counts: SnapshotCounts
  readonly skipped: readonly SkippedFile[]
  readonly sentBytes: number
}

const defaultThreads = 2
const progressEveryMs = 100
const checkpointEveryMs = 30 * 60 * 1000
/** From here on a filter costs less than asking. */
const asksBeforeFilter = 1_000

export class Pass {
  private readonly context: PassContext
  private readonly options: BackupOptions
  private readonly session: BackupSession
  private readonly keys: RepositoryKeys
  private readonly claimedMemory: ClaimedIdsMemory = createClaimedIdsMemory()
  private readonly counts = new RunCounts()
  private readonly uploads: Uploads
  private readonly bodyPath: string
  private readonly cacheWriter: CacheWriter
  private knowledge: Knowledge = { kind: 'ask' }
  private asked = 0
  private pool: ReadingPool | undefined
  private reader: CacheReader | undefined
  private failure: { readonly error: unknown } | undefined
  private isCacheKept = false
  private lastProgressMs = 0
  private lastCheckpointMs: number
  private phase: BackupProgress['phase'] = 'scanning'

  constructor(context: PassContext) {
    this.context = context
    this.options = context.options
    this.session = context.options.isDryRun ? withoutSending(context.session) : context.session
    this.keys = deriveKeys(context.options.secrets)
    this.lastCheckpointMs = context.options.now()
    this.uploads = new Uploads(this.session, context.options.now)
    this.bodyPath = newBodyPath(context.options.cacheFile)
    this.cacheWriter = new CacheWriter(this.bodyPath, context.cache?.bodyPath)
  }

  async run(): Promise<BuiltVersion> {
    const { options, context } = this
    const claimed = new ClaimedIds(this.claimedMemory)
    this.claimKnownTrees(claimed)
    if (!context.cache) this.knowledge = await this.fetchKnowledge()
    const trees = new TreeSink({
      keys: this.keys,
      session: this.session,
      uploads: this.uploads,
      claimed,
      compression: options.compression,
      randomBytes: options.randomBytes,
      knowledge: () => this.knowledge,
    })
    this.reader = context.cache && new CacheReader(context.cache.bodyPath)
    let assembly: Assembly | undefined
    const end = (error: unknown) => {
      this.failure ??= { error }
      assembly?.onFailure()
    }
    const onAbort = () => end(options.signal?.reason)
    options.signal?.addEventListener('abort', onAbort)
    this.pool = new ReadingPool({
      secrets: options.secrets,
      compression: options.compression,
      claimed: this.claimedMemory,
      threads: options.threads ?? defaultThreads,
      uploads: this.uploads,
      trees,
      knowledge: this.knowledge,
      ask: (ids) => this.ask(ids),
      onResults: (results) => assembly!.onResults(results),
      onBytes: (bytes) => {
        this.counts.bytesDone += bytes
        this.phase = 'sending'
        this.report()
      },
      onFailure: end,
    })
    assembly = new Assembly({
      keys: this.keys,
      sources: sourceTree(options.sources),
      isExcluded: options.isExcluded,
      cursor: new CacheCursor(this.reader),
      cache: this.cacheWriter,
      pool: this.pool,
      trees,
      counts: this.counts,
      lost: context.lost,
      now: options.now,
      throwIfEnded: () => this.throwIfEnded(),
      onStep: () => this.report(),
      betweenSteps: () => this.checkpointWhenDue(assembly!, trees),
    })
    try {
      this.throwIfEnded()
      const root = await assembly.run()
      this.phase = 'finishing'
      this.report(true)
      await this.pool.flush()
      await trees.flush()
      this.throwIfEnded()
      return this.built(root, trees)
    } catch (error) {
      throw this.failure ? this.failure.error : error
    } finally {
      options.signal?.removeEventListener('abort', onAbort)
    }
  }

  /** The version is committed: from now on the cache speaks of it. */
  keepCache(version: { readonly id: SnapshotId; readonly seq: number; readonly root: ChunkId }): void {
    const { options, context } = this
    const isNew = this.cacheWriter.finish()
    this.isCacheKept = true
    keepCache(options.cacheFile, {
      version: cacheVersion,
      repository: this.keys.uid.toString('hex'),
      device: options.device,
      job: options.job,
      snapshot: version.id,
      seq: version.seq,
      closureEpoch: this.session.closureEpoch,
      root: version.root.toString('hex'),
      body: basename(isNew ? this.bodyPath : context.cache!.bodyPath),
      files: this.counts.files,
      bytes: this.counts.bytes,
    })
  }

  async close(): Promise<void> {
    await this.pool?.close()
    this.reader?.close()
    if (!this.isCacheKept) this.cacheWriter.discard()
  }

  private built(root: ChunkId, trees: TreeSink): BuiltVersion {
    return {
      root,
      verdict: this.counts.skippedTotal > 0 ? 'partial' : 'ok',
      counts: this.counts.snapshotCounts(trees),
      skipped: this.counts.skipped,
      sentBytes: this.context.sentBefore + this.uploads.sentBytes,
    }
  }

  /** What was done so far becomes a version of its own, so that a run of many hours is never for nothing. */
  private async checkpointWhenDue(assembly: Assembly, trees: TreeSink): Promise<void> {
    const { options, context } = this
    const everyMs = options.checkpointEveryMs ?? checkpointEveryMs
    if (options.isDryRun || options.now() - this.lastCheckpointMs < everyMs) return
    const root = assembly.checkpoint(context.cache?.bodyPath)
    await this.pool!.flush()
    await trees.flush()
    this.throwIfEnded()
    // a checkpoint that the target cannot take is passed over: the final version says what is missing
    await commitVersion(context, { ...this.built(root, trees), verdict: 'partial' }, { isCheckpoint: true })
    this.lastCheckpointMs = options.now()
  }

  private throwIfEnded(): void {
    if (this.failure) throw this.failure.error
    this.options.signal?.throwIfAborted()
  }

  /** The trees of the last version are at the target: they are not sent again. */
  private claimKnownTrees(claimed: ClaimedIds): void {
    const { cache, lost } = this.context
    if (!cache) return
    for (let at = 0; at < cache.treeIds.length; at += chunkIdBytes) {
      const id = cache.treeIds.subarray(at, at + chunkIdBytes)
      if (!lost.has(chunkKey(id))) claimed.claim(id)
    }
  }

  private async fetchKnowledge(): Promise<Knowledge> {
    const filter = await this.session.filter()
    return filter ? { kind: 'filter', filter } : { kind: 'nothing' }
  }

  private async ask(ids: readonly ChunkId[]): Promise<readonly boolean[]> {
    const before = this.asked
    this.asked += ids.length
    if (before <= asksBeforeFilter && this.asked > asksBeforeFilter && this.knowledge.kind === 'ask') {
      this.knowledge = await this.fetchKnowledge()
      this.pool?.tell(this.knowledge)
    }
    return this.session.have(ids)
  }

  private report(isForced = false): void {
    const { onProgress, now } = this.options
    if (!onProgress) return
    const time = now()
    if (!isForced && time - this.lastProgressMs < progressEveryMs) return
    this.lastProgressMs = time
    const { counts } = this
    onProgress({
      phase: this.phase,
      filesDone: Math.min(counts.files, counts.entriesDone),
      filesSeen: counts.files,
      bytesDone: counts.bytesDone,
      bytesSeen: counts.bytes,
      bytesExpected: this.context.cache?.head.bytes,
      sentBytes: this.context.sentBefore + this.uploads.sentBytes,
      isWalkComplete: counts.isWalkComplete,
    })
  }
}

/** A dry run asks as a real one would, and sends nothing. */
function withoutSending(session: BackupSession): BackupSession {
  return {
    head: session.head,
    closureEpoch: session.closureEpoch,
    isParentHeld: session.isParentHeld,
    filter: () => session.filter(),
    have: (ids) => session.have(ids),
    putPack: () => Promise.resolve(),
    commit: (file, commitOptions) => session.commit(file, commitOptions),
    abort: (reason) => session.abort(reason),
  }
}
