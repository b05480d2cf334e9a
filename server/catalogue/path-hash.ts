/** Paths as 16 bytes. Each is made from its folder's hash and its own name, so a walk needs no whole paths. Pure. */
import { hash } from 'node:crypto'

export const pathHashBytes = 16

/** Of a version's top, which has no name. */
export const topHash = Buffer.alloc(pathHashBytes)

const input = Buffer.alloc(pathHashBytes + 4096)

/** SHA-256 over the folder's hash and the name, cut to 16 bytes. */
export function pathHash(folder: Uint8Array, name: Uint8Array): Buffer {
  const bytes =
    name.length + pathHashBytes <= input.length
      ? input.subarray(0, pathHashBytes + name.length)
      : Buffer.alloc(pathHashBytes + name.length)
  bytes.set(folder, 0)
  bytes.set(name, pathHashBytes)
  return hash('sha256', bytes, 'buffer').subarray(0, pathHashBytes)
}

export function pathHashOf(names: readonly Uint8Array[]): Buffer {
  return names.reduce<Buffer>(pathHash, topHash)
}
