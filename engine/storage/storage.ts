// Where a repository's files lie: named, write-once files. Every storage keeps the promises below; tests/contract/storage.ts
// holds each of them to it. A storage knows nothing of records, keys or snapshots.
//
// Names are relative, ASCII, of the repository's own making (packs/ab/…, snapshots/…); `..`, empty and absolute parts are refused.

export interface StoredFile {
  readonly name: string
  readonly sizeBytes: number
}

export interface PutOptions {
  /** Awaited before each piece goes out, so that a line or a disk stays usable for others. What it throws ends the put. */
  readonly beforePiece?: (pieceBytes: number) => Promise<void>
}

export interface ReadRange {
  readonly start: number
  readonly length: number
  /** To prove what is stored: not out of a cache, where that can be helped. */
  readonly isFromDisk?: boolean
}

/** A put that is asked before each piece goes out in pieces of at most this. */
export const pieceMaxBytes = 256 * 1024

export interface Storage {
  /**
   * Stores a file whole, under a name that nobody has. Resolves when the bytes are durable (file and folder); until then no file
   * of this name is visible. The same bytes again are a success; others throw StorageError `exists-different`.
   */
  put(name: string, bytes: Uint8Array, options?: PutOptions): Promise<void>
  /** Replaces a file whole, durably and atomically: marks, counters, and what is found damaged. */
  replace(name: string, bytes: Uint8Array, options?: PutOptions): Promise<void>
  /** A range that reaches past the end gives what there is. @throws StorageError `absent` */
  read(name: string, range?: ReadRange): Promise<Buffer>
  /** The size in bytes, or undefined when there is no such file. */
  find(name: string): Promise<number | undefined>
  /** Files below a folder, in order of their names. A folder that is absent is empty; one that cannot be read throws. */
  list(folder: string): AsyncIterable<StoredFile>
  /** Removes a file durably; one that is absent is no error. */
  remove(name: string): Promise<void>
}

const namePattern = /^(?:[A-Za-z0-9][A-Za-z0-9._-]*\/)*[A-Za-z0-9][A-Za-z0-9._-]*$/
const nameMaxLength = 512

/** The one check between a name and a file system. */
export function checkStorageName(name: string): string {
  if (name.length > nameMaxLength || !namePattern.test(name))
    throw new RangeError(`not a name in a repository: ${JSON.stringify(name)}`)
  return name
}
