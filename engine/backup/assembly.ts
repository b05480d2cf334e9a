// One pass over the sources: walk, compare with the cache, have read what changed, and put the directories together in walk order.
//
// What the walk meets goes into a queue of nodes; files that must be read are filled in when a thread has read them, and the front of
// the queue is assembled as soon as it is complete. The queue is bounded, so the walk waits for slow files, and memory stays flat.

import type { BigIntStats } from 'node:fs'
import type { RepositoryKeys } from '../crypto/keys.ts'
import type { SkippedFile, SkipReason } from '../format/snapshot-body.ts'
import type { Extension } from '../format/tree-entry.ts'
import { childIds } from '../format/tree-entry.ts'
import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import { recordTypes } from '../model/record-type.ts'
import {
  commonOf,
  decodeContent,
  decodeEntry,
  directoryEntry,
  encodeEntry,
  fileEntry,
  specialEntry,
} from '../repository/encode-entry.ts'
import { TreeBuilder } from '../repository/tree-builder.ts'
import { readXattrs } from '../system/posix.ts'
import type { CacheCursor } from './cache-cursor.ts'
import { type FilePrint, filePrint } from './cache-format.ts'
import type { CacheWriter } from './cache-writer.ts'
import { finishFromCache, type OpenFolder } from './checkpoint.ts'
import type { ReadingPool } from './reading-pool.ts'
import type { RunCounts } from './run-counts.ts'
import type { SourceNode } from './source-tree.ts'
import type { TreeSink } from './tree-sink.ts'
import { type LocalPath, type WalkEvent, walk } from './walk.ts'
import type { FileToRead, ReadResults } from './worker-protocol.ts'

export interface AssemblyContext {
  readonly keys: RepositoryKeys
  readonly sources: SourceNode
  readonly isExcluded: (path: string, isDirectory: boolean) => boolean
  readonly cursor: CacheCursor
  readonly cache: CacheWriter
  readonly pool: ReadingPool
  readonly trees: TreeSink
  readonly counts: RunCounts
  /** Chunks that the target has lost: files that need them are read again. */
  readonly lost: ReadonlySet<ChunkKey>
  readonly now: () => number
  readonly throwIfEnded: () => void
  readonly onStep: () => void
  /** Called between two steps of the work; it may take its time, e.g. for a checkpoint. */
  readonly betweenSteps: () => Promise<void>
}

interface FileNode {
  readonly kind: 'file'
  readonly name: Buffer
  readonly path: LocalPath
  readonly stat: BigIntStats
  readonly isCached: boolean
  read: 'waiting' | 'skipped' | { readonly encoded: Buffer; readonly print: FilePrint }
}
type NewNode =
  | {
      readonly kind: 'ready'
      readonly name: Buffer
      readonly encoded: Buffer
      readonly print: FilePrint
      readonly isSame: boolean
    }
  | {
      readonly kind: 'enter'
      readonly name: Buffer
      readonly stat: BigIntStats
      readonly extensions: readonly Extension[]
      readonly isSame: boolean
    }
  | { readonly kind: 'leave'; readonly cached: Buffer | undefined }
  | FileNode
type QueueNode = NewNode & { readonly isAfterGone: boolean; readonly cachePosition: number }

const queueMax = 4_096
const batchFilesMax = 64
const batchBytesMax = 4 * 1024 * 1024
const waitingBatchesMax = 16
/** The event loop gets a turn this often: packs are sent and answers heard meanwhile. */
const sliceMs = 5
const eventsPerLook = 64
/** A file whose inode changed this shortly before it was read may change again within the same tick of the clock: do not trust its times. */
const racyNs = 50_000_000n

export class Assembly {
  private readonly context: AssemblyContext
  private readonly root: TreeBuilder
  private readonly open: OpenFolder[] = []
  private queue: QueueNode[] = []
  private head = 0
  private batch: FileNode[] = []
  private batchBytes = 0
  private readonly reading = new Map<number, { readonly files: readonly FileNode[]; readonly sentMs: number }>()
  private wake: (() => void) | undefined
  /** Where the cache stood before the event at hand. */
  private position = 0

  constructor(context: AssemblyContext) {
    this.context = context
    this.root = this.newBuilder()
  }

  /** Walks everything; resolves with the id of the root tree, all of whose parts were handed to pool and sink. */
  async run(): Promise<ChunkId> {
    const { context } = this
    let events = 0
    let sliceEnd = context.now() + sliceMs
    for (const event of walk(context)) {
      this.take(event)
      if (++events % eventsPerLook !== 0 || context.now() < sliceEnd) continue
      await this.pause()
      sliceEnd = context.now() + sliceMs
    }
    context.cursor.finish()
    context.counts.isWalkComplete = true
    this.closeBatch()
    while (this.head < this.queue.length || this.reading.size > 0) {
      this.drain()
      if (this.reading.size > 0) await this.somethingRead()
      await context.trees.whenReady()
      await context.betweenSteps()
      context.throwIfEnded()
    }
    if (context.cursor.takeGone()) context.cache.differ()
    return this.root.finish()
  }

  onResults(results: ReadResults): void {
    const { files, sentMs } = this.reading.get(results.batch)!
    const racyAfterNs = BigInt(Math.floor(sentMs)) * 1_000_000n - racyNs
    this.reading.delete(results.batch)
    const stats = new Map(results.stats.map((seen) => [seen.index, seen]))
    const problems = new Map(results.problems.map((problem) => [problem.index, problem]))
    const extensions = new Map(
      results.extensions.map(({ index, list }) => [
        index,
        list.map(({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) })),
      ]),
    )
    const contents = Buffer.from(results.contents.buffer, results.contents.byteOffset, results.contents.length)
    let at = 0
    files.forEach((file, index) => {
      const length = results.lengths[index]!
      const problem = problems.get(index)
      if (problem) this.skip(file.path, problem.reason, problem.detail)
      if (length === 0) file.read = 'skipped'
      else {
        const seen = stats.get(index) ?? {
          size: file.stat.size,
          mtimeNs: file.stat.mtimeNs,
          ctimeNs: file.stat.ctimeNs,
          inode: file.stat.ino,
        }
        const content = decodeContent(contents.subarray(at, at + length), Number(seen.size))
        const entry = fileEntry(file.name, file.stat, {
          size: Number(seen.size),
          mtimeNs: seen.mtimeNs,
          content,
          extensions: extensions.get(index) ?? [],
        })
        const isRacy = problem !== undefined || seen.ctimeNs > racyAfterNs
        file.read = { encoded: encodeEntry(entry), print: filePrint({ ...seen, inode: isRacy ? 0n : seen.inode }) }
      }
      at += length
    })
    this.context.counts.addedBytes += results.addedBytes
    this.context.counts.addedStoredBytes += results.addedStoredBytes
    this.wake?.()
  }

  /** The root of a version of what was assembled so far, the rest as the cache knows it. */
  checkpoint(cacheBodyPath: string | undefined): ChunkId {
    const position = this.queue[this.head]?.cachePosition ?? this.context.cursor.position
    const rest = cacheBodyPath === undefined ? undefined : { bodyPath: cacheBodyPath, position }
    const emit = (id: ChunkId, plaintext: Buffer) => this.context.trees.add(recordTypes.tree, id, plaintext)
    return finishFromCache(this.root, this.open, rest, emit)
  }

  /** Wakes a waiting run, so that it sees that it was ended. */
  onFailure(): void {
    this.wake?.()
  }

  private take(event: WalkEvent): void {
    this.position = this.context.cursor.position
    switch (event.kind) {
      case 'enter': {
        const isSame = this.context.cursor.enter(event.name)
        this.context.counts.directories++
        this.push({ kind: 'enter', name: event.name, stat: event.stat, extensions: readXattrs(event.path), isSame })
        break
      }
      case 'leave': {
        const cached = this.context.cursor.leave()
        this.push({ kind: 'leave', cached })
        break
      }
      case 'file':
        this.takeFile(event)
        break
      case 'symlink':
        this.context.counts.symlinks++
        this.takeSmall(
          event.name,
          event.stat,
          encodeEntry({ ...commonOf(event.name, event.stat, []), type: 'symlink', target: event.target }),
        )
        break
      case 'special':
        this.context.counts.others++
        this.takeSmall(event.name, event.stat, encodeEntry(specialEntry(event.name, event.stat)))
        break
      case 'skip':
        this.skip(event.path, event.reason, event.detail)
        break
      default:
        event satisfies never
    }
  }

  private takeFile(event: Extract<WalkEvent, { kind: 'file' }>): void {
    const { name, path, stat } = event
    const { counts } = this.context
    const cached = this.context.cursor.takeEntry(name)
    const size = Number(stat.size)
    counts.files++
    counts.bytes += size
    if (cached && isUnchanged(cached.print, stat) && !this.needsLost(cached.encoded)) {
      counts.unchangedFiles++
      counts.bytesDone += size
      this.push({ kind: 'ready', name, encoded: cached.encoded, print: cached.print, isSame: true })
      return
    }
    if (cached) counts.changedFiles++
    else counts.newFiles++
    const node: FileNode = { kind: 'file', name, path, stat, isCached: cached !== undefined, read: 'waiting' }
    this.push(node)
    if (this.batch.length > 0 && this.batchBytes + size > batchBytesMax) this.closeBatch()
    this.batch.push(node)
    this.batchBytes += size
    if (this.batch.length >= batchFilesMax || this.batchBytes >= batchBytesMax) this.closeBatch()
  }

  private takeSmall(name: Buffer, stat: BigIntStats, encoded: Buffer): void {
    const cached = this.context.cursor.takeEntry(name)
    const print = printOf(stat)
    const isSame = cached?.encoded.equals(encoded) === true && isUnchanged(cached.print, stat)
    this.push({ kind: 'ready', name, encoded, print, isSame })
  }

  private needsLost(encoded: Buffer): boolean {
    const { lost } = this.context
    if (lost.size === 0) return false
    for (const id of childIds(decodeEntry(encoded))) if (lost.has(chunkKey(id))) return true
    return false
  }

  private push<Node extends NewNode>(node: Node): Node {
    const queued = Object.assign(node, { isAfterGone: this.context.cursor.takeGone(), cachePosition: this.position })
    this.queue.push(queued)
    return queued
  }

  private closeBatch(): void {
    if (this.batch.length === 0) return
    const files: FileToRead[] = this.batch.map(({ path, stat }) => ({
      path,
      size: Number(stat.size),
      ctimeNs: stat.ctimeNs,
      isSparse: stat.blocks !== undefined && stat.blocks * 512n < stat.size,
    }))
    this.reading.set(this.context.pool.read(files), { files: this.batch, sentMs: this.context.now() })
    this.batch = []
    this.batchBytes = 0
  }

  /** A turn for everybody else; longer when the queue is full. */
  private async pause(): Promise<void> {
    if (this.context.pool.waitingBatches === 0) this.closeBatch()
    this.drain()
    this.context.onStep()
    await new Promise((resolve) => setImmediate(resolve))
    while (this.queue.length - this.head > queueMax || this.context.pool.waitingBatches > waitingBatchesMax) {
      this.closeBatch()
      await this.somethingRead()
      this.context.throwIfEnded()
      this.drain()
    }
    await this.context.trees.whenReady()
    await this.context.betweenSteps()
    this.context.throwIfEnded()
  }

  private somethingRead(): Promise<void> {
    this.context.throwIfEnded()
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined
        resolve()
      }
    })
  }

  /** Assembles the front of the queue as far as it is complete. */
  private drain(): void {
    while (this.head < this.queue.length) {
      const node = this.queue[this.head]!
      if (node.kind === 'file' && node.read === 'waiting') break
      this.queue[this.head++] = undefined as never
      this.assemble(node)
    }
    if (this.head > queueMax / 4) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
  }

  private assemble(node: QueueNode): void {
    const { cache, counts } = this.context
    if (node.isAfterGone) cache.differ()
    switch (node.kind) {
      case 'ready':
        cache.entry(node.print, node.encoded, node.isSame)
        this.builder.add(node.name, node.encoded)
        counts.entriesDone++
        break
      case 'file':
        if (node.read === 'waiting' || node.read === 'skipped') {
          if (node.isCached) cache.differ()
          break
        }
        cache.entry(node.read.print, node.read.encoded, false)
        this.builder.add(node.name, node.read.encoded)
        counts.entriesDone++
        break
      case 'enter':
        cache.enter(node.name, node.isSame)
        this.open.push({
          builder: this.newBuilder(),
          name: node.name,
          stat: node.stat,
          extensions: node.extensions,
          isCached: node.isSame,
        })
        break
      case 'leave': {
        const folder = this.open.pop()!
        const encoded = encodeEntry(directoryEntry(folder.name, folder.stat, folder.extensions, folder.builder.finish()))
        cache.leave(encoded, node.cached?.equals(encoded) === true)
        this.builder.add(folder.name, encoded)
        break
      }
      default:
        node satisfies never
    }
  }

  private get builder(): TreeBuilder {
    return this.open.at(-1)?.builder ?? this.root
  }

  private newBuilder(): TreeBuilder {
    return new TreeBuilder(this.context.keys, (id, plaintext) => {
      this.context.cache.treeId(id)
      this.context.trees.add(recordTypes.tree, id, plaintext)
    })
  }

  private skip(path: LocalPath, reason: SkipReason, detail: string): void {
    const file: SkippedFile = { path: Buffer.from(path as string), reason, detail }
    this.context.counts.skip(file)
  }
}

function isUnchanged(print: FilePrint, stat: BigIntStats): boolean {
  const now = printOf(stat)
  return print.ctimeNs === now.ctimeNs && print.mtimeNs === now.mtimeNs && print.inode === now.inode && print.size === now.size
}

function printOf({ mtimeNs, ctimeNs, ino, size }: BigIntStats): FilePrint {
  return filePrint({ mtimeNs, ctimeNs, inode: ino, size })
}
