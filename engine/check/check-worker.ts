// A thread that inspects packs, which lie in shared memory.

import { parentPort, workerData } from 'node:worker_threads'
import { deriveKeys, type RepositorySecrets } from '../crypto/keys.ts'
import type { PackId } from '../model/ids.ts'
import { type DamagedRecord, inspectPack } from './pack-inspection.ts'

export interface CheckWorkerStart {
  readonly secrets: RepositorySecrets | undefined
  readonly slab: SharedArrayBuffer
}

export interface PackToCheck {
  readonly pack: PackId
  readonly length: number
}

export interface CheckedPack {
  readonly fault: string | undefined
  readonly damaged: readonly DamagedRecord[]
}

const port = parentPort!
const start = workerData as CheckWorkerStart
const keys = start.secrets && deriveKeys(start.secrets)
const slab = Buffer.from(start.slab)

port.on('message', ({ pack, length }: PackToCheck) => {
  const { fault, damaged } = inspectPack(slab.subarray(0, length), pack, keys)
  port.postMessage({ fault, damaged } satisfies CheckedPack)
})
