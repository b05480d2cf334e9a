// The reading threads as the main thread sees them: batches of files go out, contents come back, finished packs are sent on.

import { Worker } from 'node:worker_threads'
import type { Compression } from '../compression/zstd.ts'
import type { RepositorySecrets } from '../crypto/keys.ts'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import { rawRecordMaxBytes } from '../model/limits.ts'
import { recordTypes } from '../model/record-type.ts'
import type { ClaimedIdsMemory } from './claimed-ids.ts'
import type { TreeSink } from './tree-sink.ts'
import { type Uploads, uploadTargetMaxBytes } from './uploads.ts'
import {
  answerStates,
  asksPerCallMax,
  control,
  type FileToRead,
  type FromWorker,
  type Knowledge,
  type ReadResults,
  type ToWorker,
  type WorkerStart,
} from './worker-protocol.ts'

export interface ReadingPoolContext {
  readonly secrets: RepositorySecrets
  readonly compression: Compression
  readonly claimed: ClaimedIdsMemory
  readonly threads: number
  readonly uploads: Uploads
  readonly trees: TreeSink
  readonly knowledge: Knowledge
  /** Whether the target holds each id. */
  readonly ask: (ids: readonly ChunkId[]) => Promise<readonly boolean[]>
  readonly onResults: (results: ReadResults) => void
  readonly onBytes: (bytes: number) => void
  readonly onFailure: (error: unknown) => void
}

const slotsPerWorker = 2
/** A pack may pass its target by one record. */
const slotBytes = uploadTargetMaxBytes + rawRecordMaxBytes
const batchesPerWorker = 3
/** A thread's objects are few and short-lived; a large nursery would only hold on to the buffers they point to. */
const youngGenerationMiB = 4

interface Reader {
  readonly worker: Worker
  readonly slots: readonly SharedArrayBuffer[]
  readonly slotStates: Int32Array
  readonly control: Int32Array
  readonly answers: Uint8Array
  batches: number
  onFlushed: (() => void) | undefined
}

export class ReadingPool {
  private readonly context: ReadingPoolContext
  private knowledge: Knowledge
  private readonly readers: Reader[] = []
  private readonly waiting: { readonly batch: number; readonly files: readonly FileToRead[] }[] = []
  private sending = new Set<Promise<void>>()
  private nextBatch = 0

  constructor(context: ReadingPoolContext) {
    this.context = context
    this.knowledge = context.knowledge
  }

  get waitingBatches(): number {
    return this.waiting.length
  }

  /** Queues files to be read; the results carry the number returned. */
  read(files: readonly FileToRead[]): number {
    const batch = this.nextBatch++
    this.waiting.push({ batch, files })
    this.dispatch()
    return batch
  }

  tell(knowledge: Knowledge): void {
    this.knowledge = knowledge
    for (const reader of this.readers) post(reader, { kind: 'knowledge', knowledge })
  }

  /** Resolves when all that was handed to the threads before is read, and durable at the target. */
  async flush(): Promise<void> {
    const flushed = this.readers.map(
      (reader) =>
        new Promise<void>((resolve) => {
          reader.onFlushed = resolve
          post(reader, { kind: 'flush' })
        }),
    )
    await Promise.all(flushed)
    await Promise.all(this.sending)
    this.context.uploads.throwIfFailed()
  }

  async close(): Promise<void> {
    for (const reader of this.readers) {
      Atomics.store(reader.control, control.stop, 1)
      Atomics.notify(reader.control, control.answerReady)
      reader.slots.forEach((_, slot) => {
        Atomics.notify(reader.slotStates, slot)
      })
    }
    await Promise.all(this.readers.map((reader) => reader.worker.terminate()))
    await Promise.allSettled(this.sending)
  }

  private dispatch(): void {
    while (this.waiting.length > 0) {
      const free = this.freeReader()
      if (!free) return
      free.batches++
      const { batch, files } = this.waiting.shift()!
      post(free, { kind: 'read', batch, files })
    }
  }

  /** The least busy thread; another one is started when all have something to do. */
  private freeReader(): Reader | undefined {
    const leastBusy = this.readers.reduce<Reader | undefined>(
      (best, reader) => (best && best.batches <= reader.batches ? best : reader),
      undefined,
    )
    if ((!leastBusy || leastBusy.batches > 0) && this.readers.length < this.context.threads) return this.startReader()
    return leastBusy && leastBusy.batches < batchesPerWorker ? leastBusy : undefined
  }

  private startReader(): Reader {
    const { secrets, compression, claimed, uploads } = this.context
    const slots = Array.from({ length: slotsPerWorker }, () => new SharedArrayBuffer(slotBytes))
    const slotStates = new SharedArrayBuffer(slotsPerWorker * 4)
    const words = new SharedArrayBuffer(control.words * 4)
    const answers = new SharedArrayBuffer(asksPerCallMax)
    const workerData: WorkerStart = { secrets, compression, claimed, slots, slotStates, control: words, answers }
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMiB },
    })
    const reader: Reader = {
      worker,
      slots,
      slotStates: new Int32Array(slotStates),
      control: new Int32Array(words),
      answers: new Uint8Array(answers),
      batches: 0,
      onFlushed: undefined,
    }
    Atomics.store(reader.control, control.packTargetBytes, uploads.packTargetBytes)
    worker.on('message', (message: FromWorker) => this.hear(reader, message))
    worker.on('error', this.context.onFailure)
    post(reader, { kind: 'knowledge', knowledge: this.knowledge })
    this.readers.push(reader)
    return reader
  }

  private hear(reader: Reader, message: FromWorker): void {
    switch (message.kind) {
      case 'results':
        reader.batches--
        this.dispatch()
        this.context.onResults(message)
        break
      case 'pack':
        this.send(reader, message)
        break
      case 'list':
        this.context.trees.add(recordTypes.list, Buffer.from(message.id.buffer), message.plaintext)
        break
      case 'ask':
        void this.answer(reader, message.ids)
        break
      case 'progress':
        this.context.onBytes(message.bytes)
        break
      case 'flushed':
        reader.onFlushed?.()
        break
      default:
        message satisfies never
    }
  }

  private send(reader: Reader, pack: Extract<FromWorker, { kind: 'pack' }>): void {
    const { uploads } = this.context
    const bytes = Buffer.from(reader.slots[pack.slot]!, 0, pack.length)
    const sending = uploads.send({ id: pack.id, kind: 'data', bytes }).then(
      () => {
        for (const other of this.readers) Atomics.store(other.control, control.packTargetBytes, uploads.packTargetBytes)
        Atomics.store(reader.slotStates, pack.slot, 0)
        Atomics.notify(reader.slotStates, pack.slot)
      },
      (error: unknown) => this.context.onFailure(error),
    )
    this.sending.add(sending)
    void sending.finally(() => this.sending.delete(sending))
  }

  private async answer(reader: Reader, bytes: Uint8Array): Promise<void> {
    const ids = Array.from(
      { length: bytes.length / chunkIdBytes },
      (_, index) => Buffer.from(bytes.buffer, index * chunkIdBytes, chunkIdBytes) as ChunkId,
    )
    let state: number = answerStates.ready
    try {
      const has = await this.context.ask(ids)
      has.forEach((value, index) => {
        reader.answers[index] = value ? 1 : 0
      })
    } catch (error) {
      state = answerStates.failed
      this.context.onFailure(error)
    }
    Atomics.store(reader.control, control.answerReady, state)
    Atomics.notify(reader.control, control.answerReady)
  }
}

function post(reader: Reader, message: ToWorker): void {
  reader.worker.postMessage(message)
}
