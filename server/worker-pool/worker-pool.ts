/**
 * Two threads for what would stall the main one: opening records, decoding trees, proving packs. Threads start with the first task
 * that needs them. What a person waits for goes before what nobody waits for; both queues are bounded.
 * A thread that dies fails its task and is replaced by the next one.
 */
import { Worker } from 'node:worker_threads'
import type { TaskInput, TaskName, TaskOutput, TaskRequest, TaskResponse } from './tasks.ts'
import { WorkerPoolError } from './worker-pool-error.ts'

export interface WorkerPool extends AsyncDisposable {
  readonly threads: number
  /**
   * @throws WorkerPoolError `busy` when too much waits already, `closed`, `thread-died`; whatever the task itself throws; the
   * signal's reason when it is aborted while the task waits (a task that runs is not interrupted)
   */
  readonly run: <Name extends TaskName>(
    name: Name,
    input: TaskInput<Name>,
    options: { readonly isUrgent: boolean; readonly signal?: AbortSignal | undefined },
  ) => Promise<TaskOutput<Name>>
}

interface Waiting {
  readonly request: TaskRequest
  readonly resolve: (output: TaskOutput<TaskName>) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  task: Waiting | undefined
}

const defaultThreads = 2
const maxWaitingTasks = 1000
const workerFile = new URL('./worker.ts', import.meta.url)
/** Buffers are not counted in it; a task's objects are small. */
const maxHeapMiB = 192
/** Objects of a task are few and short-lived: a large nursery would only keep memory. */
const nurseryMiB = 8

export function createWorkerPool(options: { readonly threads?: number } = {}): WorkerPool {
  const threads = options.threads ?? defaultThreads
  const living = new Set<Thread>()
  const urgent: Waiting[] = []
  const patient: Waiting[] = []
  let isClosed = false

  const startThread = (): Thread => {
    const worker = new Worker(workerFile, {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB, maxYoungGenerationSizeMb: nurseryMiB },
    })
    const thread: Thread = { worker, task: undefined }
    living.add(thread)
    worker.unref()
    worker.on('message', (response: TaskResponse) => {
      const task = thread.task
      thread.task = undefined
      worker.unref()
      if (response.kind === 'done') task?.resolve(response.output)
      else task?.reject(response.error)
      dispatch()
    })
    const bury = (error: unknown) => {
      if (!living.delete(thread)) return
      thread.task?.reject(error)
      dispatch()
    }
    worker.on('error', bury)
    worker.on('exit', (code) => bury(new WorkerPoolError('thread-died', `a worker thread ended with code ${code}`)))
    return thread
  }

  const freeThread = (): Thread | undefined => {
    for (const thread of living) if (thread.task === undefined) return thread
    return living.size < threads ? startThread() : undefined
  }

  const dispatch = () => {
    while (!isClosed && urgent.length + patient.length > 0) {
      const thread = freeThread()
      if (thread === undefined) return
      const task = urgent.shift() ?? patient.shift()!
      thread.task = task
      // While it works, the process stays.
      thread.worker.ref()
      thread.worker.postMessage(task.request)
    }
  }

  return {
    threads,
    run: async (name, input, { isUrgent, signal }) => {
      const { promise, resolve, reject } = Promise.withResolvers<TaskOutput<typeof name>>()
      const queue = isUrgent ? urgent : patient
      if (isClosed) throw new WorkerPoolError('closed', 'the worker threads were stopped')
      if (queue.length >= maxWaitingTasks) throw new WorkerPoolError('busy', 'too many files are being opened at once')
      signal?.throwIfAborted()
      const task: Waiting = { request: { name, input }, resolve: resolve as Waiting['resolve'], reject }
      const giveUp = () => {
        const at = queue.indexOf(task)
        if (at < 0) return
        queue.splice(at, 1)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      queue.push(task)
      dispatch()
      return await promise.finally(() => signal?.removeEventListener('abort', giveUp))
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true
      const closed = new WorkerPoolError('closed', 'the worker threads were stopped')
      for (const { reject } of [...urgent.splice(0), ...patient.splice(0)]) reject(closed)
      await Promise.all([...living].map(({ worker }) => worker.terminate()))
    },
  }
}
