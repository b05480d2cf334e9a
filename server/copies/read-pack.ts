/**
 * The worker's side of copying: reads a pack into memory that both threads see, and hashes it. Nothing is copied between them, and
 * where the system allows it nothing goes through the page cache.
 */
import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { directBlockBytes, isAligned, packMaxBytes } from '../../engine/index.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'

/** Room for the largest pack, in whole blocks, on a block's edge. */
export interface PackBuffer {
  readonly memory: SharedArrayBuffer
  readonly start: number
}

export interface ReadPackInput {
  readonly file: string
  readonly target: PackBuffer
}

export type ReadPackOutput =
  | { readonly kind: 'read'; readonly sizeBytes: number; readonly sha256: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string }

const roomBytes = packMaxBytes + directBlockBytes
/** Memory begins on an edge of these at least. */
const addressStep = 8

export function packBuffer(): PackBuffer {
  const memory = new SharedArrayBuffer(roomBytes + directBlockBytes)
  for (let start = 0; start < directBlockBytes; start += addressStep)
    if (isAligned(Buffer.from(memory, start, directBlockBytes))) return { memory, start }
  return { memory, start: 0 }
}

export function packBytes({ memory, start }: PackBuffer, sizeBytes: number): Uint8Array {
  return new Uint8Array(memory, start, sizeBytes)
}

export function readPack({ file, target }: ReadPackInput): TaskAnswer<'read-pack'> {
  try {
    const handle = openPast(file)
    try {
      return { output: readOpenPack(handle, packBytes(target, roomBytes)) }
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    if (error.code === 'ENOENT') return { output: { kind: 'absent' } }
    return { output: { kind: 'unreadable', why: `it cannot be read (${String(error.code)})` } }
  }
}

const refusals = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']

/** Past the page cache where the file system knows how. */
function openPast(file: string): number {
  try {
    return openSync(file, constants.O_RDONLY | (constants.O_DIRECT ?? 0))
  } catch (error) {
    if (!hasCode(error, refusals)) throw error
    return openSync(file, constants.O_RDONLY)
  }
}

/** Hashed while it is in the processor's cache. */
const pieceBytes = 1024 ** 2

function readOpenPack(handle: number, target: Uint8Array): ReadPackOutput {
  const { size } = fstatSync(handle)
  if (size > packMaxBytes) return { kind: 'unreadable', why: `it has ${size} bytes` }
  const hash = createHash('sha256')
  for (let at = 0; at < size; ) {
    // Whole blocks are asked for; only at the end of the file there are fewer bytes.
    const count = Math.min(readSync(handle, target, at, Math.min(pieceBytes, target.length - at), at), size - at)
    if (count <= 0) return { kind: 'unreadable', why: 'it became shorter while it was read' }
    hash.update(target.subarray(at, at + count))
    at += count
  }
  return { kind: 'read', sizeBytes: size, sha256: hash.digest('hex') }
}
