// Where trees and lists go: those the target does not have are sealed into tree packs on the main thread; they are about 1 % of the bytes.

import type { Compression } from '../compression/zstd.ts'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { type ChunkId, parseChunkId } from '../model/ids.ts'
import { packTargetMinBytes } from '../model/limits.ts'
import type { RecordType } from '../model/record-type.ts'
import { isInFilter } from '../repository/id-filter.ts'
import { PackWriter } from '../repository/pack-writer.ts'
import { refsOfPlaintext } from '../repository/refs.ts'
import type { BackupSession } from '../repository/target.ts'
import type { ClaimedIds } from './claimed-ids.ts'
import type { Uploads } from './uploads.ts'
import type { Knowledge } from './worker-protocol.ts'

interface Node {
  readonly type: RecordType
  readonly id: ChunkId
  readonly plaintext: Buffer
}

interface Context {
  readonly keys: RepositoryKeys
  readonly session: BackupSession
  readonly uploads: Uploads
  readonly claimed: ClaimedIds
  readonly compression: Compression
  readonly randomBytes: (length: number) => Buffer
  readonly knowledge: () => Knowledge
}

const batchNodes = 256
const batchBytes = 2 * 1024 * 1024
/** Tree packs stay small: a folder's metadata should be readable soon, and the buffer is the main thread's. */
const packTargetBytes = packTargetMinBytes
const packBufferBytes = packTargetBytes + 12 * 1024 * 1024

export class TreeSink {
  addedBytes = 0
  addedStoredBytes = 0
  private readonly context: Context
  private nodes: Node[] = []
  private nodesBytes = 0
  private waiting: Node[][] = []
  private working: Promise<void> = Promise.resolve()
  private buffer: Buffer | undefined
  private pack: PackWriter | undefined
  private failure: { readonly error: unknown } | undefined

  constructor(context: Context) {
    this.context = context
  }

  /** Takes a node of which the caller keeps the bytes. */
  add(type: RecordType, id: Uint8Array, plaintext: Uint8Array): void {
    if (!this.context.claimed.claim(id as Buffer)) return
    this.nodes.push({ type, id: parseChunkId(Buffer.from(id)), plaintext: Buffer.from(plaintext) })
    this.nodesBytes += plaintext.length
    if (this.nodes.length >= batchNodes || this.nodesBytes >= batchBytes) this.closeBatch()
  }

  /** Resolves at once unless more waits than a few batches. */
  async whenReady(): Promise<void> {
    if (this.waiting.length > 2) await this.working
    this.throwIfFailed()
  }

  /** Everything given so far is durable at the target. */
  async flush(): Promise<void> {
    this.closeBatch()
    await this.working
    this.throwIfFailed()
    await this.sendPack()
  }

  private throwIfFailed(): void {
    if (this.failure) throw this.failure.error
  }

  private closeBatch(): void {
    if (this.nodes.length === 0) return
    this.waiting.push(this.nodes)
    this.nodes = []
    this.nodesBytes = 0
    this.working = this.working.then(() => this.work())
  }

  private async work(): Promise<void> {
    const batch = this.waiting.shift()
    if (!batch || this.failure) return
    try {
      for (const node of await this.withoutHeld(batch)) await this.seal(node)
    } catch (error) {
      this.failure = { error }
    }
  }

  private async withoutHeld(batch: readonly Node[]): Promise<readonly Node[]> {
    const knowledge = this.context.knowledge()
    if (knowledge.kind === 'nothing') return batch
    const asked = knowledge.kind === 'filter' ? batch.filter((node) => isInFilter(knowledge.filter, node.id)) : batch
    if (asked.length === 0) return batch
    const answers = await this.context.session.have(asked.map((node) => node.id))
    const held = new Set(asked.filter((_, index) => answers[index]))
    return batch.filter((node) => !held.has(node))
  }

  private async seal(node: Node): Promise<void> {
    const refs = refsOfPlaintext(node.type, node.plaintext)
    if (this.pack && !this.pack.hasRoomFor(node.plaintext.length, refs.length)) await this.sendPack()
    this.buffer ??= Buffer.allocUnsafeSlow(packBufferBytes)
    this.pack ??= new PackWriter(this.buffer, this.context.keys, 'tree')
    const { id: chunkId, type, plaintext } = node
    const salt = this.context.randomBytes(32)
    this.addedStoredBytes += this.pack.add({ type, chunkId, plaintext, refs, compression: this.context.compression, salt })
    this.addedBytes += plaintext.length
    if (this.pack.sizeBytes >= packTargetBytes) await this.sendPack()
  }

  private async sendPack(): Promise<void> {
    if (!this.pack || this.pack.isEmpty) return
    const pack = this.pack.finish()
    this.pack = undefined
    await this.context.uploads.send(pack)
  }
}
