// The worker's way from a chunk to a sealed record in a pack: claim it, learn whether the target has it, else seal it.
// Packs lie in shared memory slots; while the main thread sends one, the next one is filled.

import { randomFillSync } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'
import type { Compression } from '../compression/zstd.ts'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import { recordTypes } from '../model/record-type.ts'
import { isInFilter } from '../repository/id-filter.ts'
import { PackWriter } from '../repository/pack-writer.ts'
import { ClaimedIds } from './claimed-ids.ts'
import { answerStates, asksPerCallMax, control, type FromWorker, type Knowledge, type WorkerStart } from './worker-protocol.ts'

interface PendingChunk {
  readonly id: ChunkId
  readonly plaintext: Buffer
  readonly mustAsk: boolean
}

/** Thrown inside a worker when the main thread has ended the run. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

const waitMs = 1_000
const saltBytes = 32
const saltPoolBytes = saltBytes * 512

export class ChunkStore {
  knowledge: Knowledge = { kind: 'ask' }
  addedBytes = 0
  addedStoredBytes = 0
  private readonly keys: RepositoryKeys
  private readonly port: MessagePort
  private readonly claimed: ClaimedIds
  private readonly slots: readonly Buffer[]
  private readonly slotStates: Int32Array
  private readonly control: Int32Array
  private readonly answers: Uint8Array
  private readonly salts = new SaltPool()
  private readonly compression: Compression
  private pending: PendingChunk[] = []
  private slot = 0
  private pack: PackWriter | undefined

  constructor(start: WorkerStart, keys: RepositoryKeys, port: MessagePort) {
    this.keys = keys
    this.port = port
    this.claimed = new ClaimedIds(start.claimed)
    this.slots = start.slots.map((slot) => Buffer.from(slot))
    this.slotStates = new Int32Array(start.slotStates)
    this.control = new Int32Array(start.control)
    this.answers = new Uint8Array(start.answers)
    this.compression = start.compression
  }

  /** Takes note of a chunk, whose bytes must stay in place until `settle`. Returns its id. */
  add(plaintext: Buffer): ChunkId {
    const id = this.keys.chunkId(recordTypes.data, plaintext)
    if (this.claimed.claim(id)) {
      const { knowledge } = this
      const mustAsk = knowledge.kind === 'ask' || (knowledge.kind === 'filter' && isInFilter(knowledge.filter, id))
      this.pending.push({ id, plaintext, mustAsk })
    }
    return id
  }

  /** Seals whatever the target does not have; the bytes of the chunks may go after this. */
  settle(): void {
    const asked = this.pending.filter((chunk) => chunk.mustAsk)
    const held = new Set<PendingChunk>()
    for (let at = 0; at < asked.length; at += asksPerCallMax) {
      const part = asked.slice(at, at + asksPerCallMax)
      this.ask(part).forEach((has, index) => {
        if (has) held.add(part[index]!)
      })
    }
    for (const chunk of this.pending) if (!held.has(chunk)) this.seal(chunk)
    this.pending = []
  }

  /** Sends the pack that is being filled, however small. */
  flush(): void {
    this.settle()
    if (this.pack) this.sendPack(this.pack)
  }

  throwIfStopped(): void {
    if (Atomics.load(this.control, control.stop) !== 0) throw new StoppedError('the run was ended')
  }

  private seal(chunk: PendingChunk): void {
    this.throwIfStopped()
    if (this.pack && !this.pack.hasRoomFor(chunk.plaintext.length, 0)) this.sendPack(this.pack)
    this.pack ??= new PackWriter(this.nextSlot(), this.keys, 'data')
    this.addedStoredBytes += this.pack.add({
      type: recordTypes.data,
      chunkId: chunk.id,
      plaintext: chunk.plaintext,
      refs: [],
      compression: this.compression,
      salt: this.salts.next(),
    })
    this.addedBytes += chunk.plaintext.length
    if (this.pack.sizeBytes >= Atomics.load(this.control, control.packTargetBytes)) this.sendPack(this.pack)
  }

  private sendPack(pack: PackWriter): void {
    const { id, bytes } = pack.finish()
    Atomics.store(this.slotStates, this.slot, 1)
    this.post({ kind: 'pack', slot: this.slot, id, length: bytes.length })
    this.pack = undefined
    this.slot = (this.slot + 1) % this.slots.length
  }

  private nextSlot(): Buffer {
    while (Atomics.load(this.slotStates, this.slot) !== 0) {
      this.throwIfStopped()
      Atomics.wait(this.slotStates, this.slot, 1, waitMs)
    }
    return this.slots[this.slot]!
  }

  private ask(chunks: readonly PendingChunk[]): boolean[] {
    const ids = new Uint8Array(chunks.length * chunkIdBytes)
    chunks.forEach((chunk, index) => {
      ids.set(chunk.id, index * chunkIdBytes)
    })
    Atomics.store(this.control, control.answerReady, answerStates.waiting)
    this.post({ kind: 'ask', ids })
    while (Atomics.load(this.control, control.answerReady) === answerStates.waiting) {
      this.throwIfStopped()
      Atomics.wait(this.control, control.answerReady, answerStates.waiting, waitMs)
    }
    if (Atomics.load(this.control, control.answerReady) === answerStates.failed)
      throw new StoppedError('the target did not answer')
    return chunks.map((_, index) => this.answers[index] === 1)
  }

  private post(message: FromWorker): void {
    this.port.postMessage(message)
  }
}

/** Random bytes in larger draws; none is given out twice. The system's generator itself: a worker cannot be handed a function. */
class SaltPool {
  private pool = Buffer.alloc(0)
  private at = 0

  next(): Buffer {
    if (this.at === this.pool.length) {
      this.pool = randomFillSync(Buffer.allocUnsafeSlow(saltPoolBytes))
      this.at = 0
    }
    this.at += saltBytes
    return this.pool.subarray(this.at - saltBytes, this.at)
  }
}
