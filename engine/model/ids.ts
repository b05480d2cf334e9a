// The nouns' identities. Each brand has one maker, which checks what it is given.

declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

export const chunkIdBytes = 32
export const repositoryUidBytes = 16

/** 32 bytes: HMAC-SHA-256 of a record's type and plaintext. */
export type ChunkId = Branded<Buffer, 'ChunkId'>
/** A chunk id as a one-byte string of 32 characters: the quickest key for maps and sets. */
export type ChunkKey = Branded<string, 'ChunkKey'>
/** 64 lower-case hex digits: SHA-256 of the pack file. */
export type PackId = Branded<string, 'PackId'>
/** 64 lower-case hex digits: SHA-256 over envelope and record of a snapshot file. */
export type SnapshotId = Branded<string, 'SnapshotId'>
/** 16 random bytes, public. */
export type RepositoryUid = Branded<Buffer, 'RepositoryUid'>
/** Names a device inside a repository; safe as a folder name. */
export type DeviceId = Branded<string, 'DeviceId'>

const hex32 = /^[0-9a-f]{32}$/
const hex64 = /^[0-9a-f]{64}$/
const deviceName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

export function parseChunkId(bytes: Uint8Array): ChunkId {
  if (bytes.length !== chunkIdBytes) throw new RangeError(`a chunk id has ${chunkIdBytes} bytes, not ${bytes.length}`)
  return asBuffer(bytes) as ChunkId
}

export function parseRepositoryUid(value: Uint8Array | string): RepositoryUid {
  if (typeof value === 'string' && !hex32.test(value)) throw new RangeError('a repository uid is 32 lower-case hex digits')
  const bytes = typeof value === 'string' ? Buffer.from(value, 'hex') : asBuffer(value)
  if (bytes.length !== repositoryUidBytes)
    throw new RangeError(`a repository uid has ${repositoryUidBytes} bytes, not ${bytes.length}`)
  return bytes as RepositoryUid
}

export function parsePackId(value: string): PackId {
  if (!hex64.test(value)) throw new RangeError('a pack id is 64 lower-case hex digits')
  return value as PackId
}

export function parseSnapshotId(value: string): SnapshotId {
  if (!hex64.test(value)) throw new RangeError('a snapshot id is 64 lower-case hex digits')
  return value as SnapshotId
}

export function parseDeviceId(value: string): DeviceId {
  if (!deviceName.test(value)) throw new RangeError('a device id is 1 to 64 letters, digits, _ and -')
  return value as DeviceId
}

export function chunkKey(id: Uint8Array): ChunkKey {
  return asBuffer(id).toString('latin1', 0, chunkIdBytes) as ChunkKey
}

export function chunkIdOfKey(key: ChunkKey): ChunkId {
  return Buffer.from(key, 'latin1') as ChunkId
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
