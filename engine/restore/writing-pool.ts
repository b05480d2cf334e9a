// The writing threads as the main thread sees them, and the slabs of shared memory that sealed records reach them in.

import { Worker } from 'node:worker_threads'
import type { RepositorySecrets } from '../crypto/keys.ts'
import type { Root } from './folders.ts'
import type { Asked, ToWorker, WorkerAnswer, WorkerStart } from './worker-protocol.ts'

export interface WritingPoolOptions {
  readonly secrets: RepositorySecrets
  readonly roots: readonly Root[]
  readonly temporaryPrefix: string
  readonly threads: number
  readonly verify: boolean
}

/** Sealed bytes of one batch: more than the longest record has. Larger ones are no faster, and each thread holds one. */
export const slabBytes = 10 * 1024 * 1024
/** Being filled and waiting, beside the one that each thread works on. */
const slabsAhead = 2
/** A thread's objects are few and short-lived; a large nursery would only hold on to the buffers they point to. */
const youngGenerationMiB = 4

type AnswerTo<Message extends ToWorker> = Extract<
  WorkerAnswer,
  { kind: { write: 'written'; compare: 'compared'; copy: 'copied' }[Message['kind']] }
>

interface Writer {
  readonly worker: Worker
  failure: unknown
  readonly asked: Map<number, { resolve: (answer: WorkerAnswer) => void; reject: (error: unknown) => void }>
}

export class WritingPool {
  readonly slabs: readonly Buffer[]
  private readonly freeSlabs: number[]
  private readonly waitingForSlab: ((slab: number) => void)[] = []
  private readonly options: WritingPoolOptions
  private readonly sharedSlabs: readonly SharedArrayBuffer[]
  private readonly writers: Writer[] = []
  private nextNumber = 0

  /** One thread starts at once, the others when it has its hands full: a single file needs no second one. */
  constructor(options: WritingPoolOptions) {
    this.options = options
    this.sharedSlabs = Array.from({ length: options.threads + slabsAhead }, () => new SharedArrayBuffer(slabBytes))
    this.slabs = this.sharedSlabs.map((slab) => Buffer.from(slab))
    this.freeSlabs = [...this.slabs.keys()]
    this.startWriter()
  }

  /** The number of a slab that nobody uses; give it back with `giveSlab`. */
  takeSlab(): Promise<number> {
    const free = this.freeSlabs.pop()
    return free === undefined ? new Promise((resolve) => this.waitingForSlab.push(resolve)) : Promise.resolve(free)
  }

  giveSlab(slab: number): void {
    const next = this.waitingForSlab.shift()
    if (next) next(slab)
    else this.freeSlabs.push(slab)
  }

  /** Has the thread with the least to do answer. Rejects when that thread has died. */
  ask<Message extends ToWorker>(message: Message, transfer: ArrayBuffer[] = []): Promise<AnswerTo<Message>> {
    const writer = this.leastBusy()
    const number = this.nextNumber++
    if (writer.failure !== undefined) return Promise.reject(writer.failure)
    return new Promise((resolve, reject) => {
      writer.asked.set(number, { resolve: resolve as (answer: WorkerAnswer) => void, reject })
      writer.worker.postMessage({ number, message } satisfies Asked<ToWorker>, transfer)
    })
  }

  private leastBusy(): Writer {
    const best = this.writers.reduce((least, other) => (other.asked.size < least.asked.size ? other : least))
    return best.asked.size > 0 && this.writers.length < this.options.threads ? this.startWriter() : best
  }

  private startWriter(): Writer {
    const writer = startWriter(this.options, this.sharedSlabs, `${this.writers.length}-`)
    this.writers.push(writer)
    return writer
  }

  async close(): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.worker.terminate()))
  }
}

function startWriter(options: WritingPoolOptions, slabs: readonly SharedArrayBuffer[], name: string): Writer {
  const { secrets, roots, temporaryPrefix, verify } = options
  const workerData: WorkerStart = { secrets, roots, slabs, temporaryPrefix, name, verify }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData,
    // Descriptors come from the main thread and go back to it.
    trackUnmanagedFds: false,
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMiB },
  })
  const writer: Writer = { worker, failure: undefined, asked: new Map() }
  const { asked } = writer
  worker.on('message', ({ number, message }: Asked<WorkerAnswer>) => {
    asked.get(number)?.resolve(message)
    asked.delete(number)
  })
  const fail = (error: unknown) => {
    writer.failure ??= error
    for (const { reject } of asked.values()) reject(error)
    asked.clear()
  }
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`a writing thread ended (${code})`)))
  return writer
}
