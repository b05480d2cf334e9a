/** The worker's side of copying: reads a pack into memory that both threads see, and hashes it. Nothing is copied between them. */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { TaskAnswer } from '../worker-pool/tasks.ts'

export interface ReadPackInput {
  readonly file: string
  /** As large as a pack may be. */
  readonly target: SharedArrayBuffer
}

export type ReadPackOutput =
  | { readonly kind: 'read'; readonly sizeBytes: number; readonly sha256: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string }

/** Hashed while it is in the processor's cache. */
const pieceBytes = 1024 ** 2

export function readPack({ file, target }: ReadPackInput): TaskAnswer<'read-pack'> {
  try {
    const handle = openSync(file, 'r')
    try {
      return { output: readOpenPack(handle, new Uint8Array(target)) }
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    if (error.code === 'ENOENT') return { output: { kind: 'absent' } }
    return { output: { kind: 'unreadable', why: `it cannot be read (${String(error.code)})` } }
  }
}

function readOpenPack(handle: number, target: Uint8Array): ReadPackOutput {
  const { size } = fstatSync(handle)
  if (size > target.length) return { kind: 'unreadable', why: `it has ${size} bytes` }
  const hash = createHash('sha256')
  for (let at = 0; at < size; ) {
    const count = readSync(handle, target, at, Math.min(pieceBytes, size - at), at)
    if (count === 0) return { kind: 'unreadable', why: 'it became shorter while it was read' }
    hash.update(target.subarray(at, at + count))
    at += count
  }
  return { kind: 'read', sizeBytes: size, sha256: hash.digest('hex') }
}
