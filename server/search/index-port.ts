/** The main thread's end of the index: calls and their answers. The thread starts with the first call; one that dies fails its calls. */
import type { Worker } from 'node:worker_threads'
import type { FoundInIndex, IndexQuestion } from './find-in-index.ts'
import type { IndexAnswer, IndexCall, IndexReply, IndexRequest } from './index-messages.ts'
import { SearchError } from './search-error.ts'

interface Waiting {
  readonly resolve: (answer: IndexAnswer) => void
  readonly reject: (error: unknown) => void
}

export class IndexPort {
  private readonly start: () => Worker
  private readonly onDied: () => void
  private readonly waiting = new Map<number, Waiting>()
  private worker: Worker | undefined
  private calls = 0
  private isClosed = false

  /** `onDied`: whatever the thread held is gone. */
  constructor(start: () => Worker, onDied: () => void) {
    this.start = start
    this.onDied = onDied
  }

  async ask(request: IndexRequest): Promise<IndexAnswer> {
    if (this.isClosed) throw new SearchError('closed', 'The search was stopped.')
    this.worker ??= this.begin()
    const { promise, resolve, reject } = Promise.withResolvers<IndexAnswer>()
    this.calls += 1
    const call: IndexCall = { call: this.calls, request }
    this.waiting.set(call.call, { resolve, reject })
    // While somebody waits, the process stays.
    this.worker.ref()
    this.worker.postMessage(call, request.kind === 'add' ? [request.rows.buffer as ArrayBuffer] : [])
    return promise
  }

  async askAboutJob(request: IndexRequest): Promise<Extract<IndexAnswer, { kind: 'job' }>> {
    const answer = await this.ask(request)
    if (answer.kind !== 'job') throw new Error(`the thread of the index answered ${answer.kind}`)
    return answer
  }

  async find(question: IndexQuestion): Promise<FoundInIndex> {
    const answer = await this.ask({ kind: 'find', question })
    if (answer.kind !== 'found') throw new Error(`the thread of the index answered ${answer.kind}`)
    const { hits } = answer.found
    return {
      ...answer.found,
      hits: hits.map((hit) => ({ ...hit, hash: asBuffer(hit.hash), ancestors: asBuffer(hit.ancestors) })),
    }
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.worker?.terminate()
    this.failAll(new SearchError('closed', 'The search was stopped.'))
  }

  private begin(): Worker {
    const worker = this.start()
    worker.unref()
    worker.on('message', (reply: IndexReply) => this.settle(reply))
    const bury = (error: unknown) => {
      if (this.worker !== worker) return
      this.worker = undefined
      this.onDied()
      this.failAll(error)
    }
    worker.on('error', bury)
    worker.on('exit', (code) => bury(new SearchError('thread-died', `the thread of the index ended with code ${code}`)))
    return worker
  }

  private settle(reply: IndexReply): void {
    const waiting = this.waiting.get(reply.call)
    this.waiting.delete(reply.call)
    if (this.waiting.size === 0) this.worker?.unref()
    if ('error' in reply) waiting?.reject(reply.error)
    else if ('fault' in reply) waiting?.reject(new SearchError(reply.fault, reply.message))
    else waiting?.resolve(reply.answer)
  }

  private failAll(error: unknown): void {
    const failed = [...this.waiting.values()]
    this.waiting.clear()
    for (const { reject } of failed) reject(error)
  }
}

/** What was a Buffer before it crossed threads. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
