// Threads that inspect packs, one pack each at a time.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { RepositorySecrets } from '../crypto/keys.ts'
import type { PackId } from '../model/ids.ts'
import { packMaxBytes } from '../model/limits.ts'
import type { CheckedPack, CheckWorkerStart, PackToCheck } from './check-worker.ts'

interface Checker {
  readonly worker: Worker
  readonly slab: Buffer
}

export class CheckPool {
  private readonly idle: Checker[]
  private readonly all: readonly Checker[]
  private readonly waiting: ((checker: Checker) => void)[] = []

  constructor(secrets: RepositorySecrets | undefined, threads: number) {
    this.all = Array.from({ length: threads }, () => startChecker(secrets))
    this.idle = [...this.all]
  }

  /** Bytes of at most 64 MiB, copied before this returns control. Rejects when the thread has died. */
  async inspect(pack: PackId, read: () => Promise<Buffer>): Promise<CheckedPack> {
    const checker = this.idle.pop() ?? (await new Promise<Checker>((resolve) => this.waiting.push(resolve)))
    try {
      const bytes = await read()
      checker.slab.set(bytes)
      const answer = once(checker.worker, 'message') as Promise<[CheckedPack]>
      checker.worker.postMessage({ pack, length: bytes.length } satisfies PackToCheck)
      return (await answer)[0]
    } finally {
      const next = this.waiting.shift()
      if (next) next(checker)
      else this.idle.push(checker)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ worker }) => worker.terminate()))
  }
}

/** Pages of the slab that no pack reaches are never touched, and take no memory. */
function startChecker(secrets: RepositorySecrets | undefined): Checker {
  const slab = new SharedArrayBuffer(packMaxBytes)
  const workerData: CheckWorkerStart = { secrets, slab }
  return { worker: new Worker(new URL('./check-worker.ts', import.meta.url), { workerData }), slab: Buffer.from(slab) }
}
