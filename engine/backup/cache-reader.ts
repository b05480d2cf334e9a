// Reads a cache body token by token beside the walk, in constant memory.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { chunkIdBytes } from '../model/ids.ts'
import { entryHeadBytes, type FilePrint, footBytes, footMagic, nameHeadBytes, tokenMaxBytes, tokens } from './cache-format.ts'

export type CacheToken =
  | { readonly kind: 'entry'; readonly print: FilePrint; readonly encoded: Buffer }
  | { readonly kind: 'enter'; readonly name: Buffer }
  | { readonly kind: 'leave'; readonly encoded: Buffer }
  | { readonly kind: 'end' }

const blockBytes = 1024 * 1024

/** A cache that cannot be what this program wrote: it is thrown away, and the run reads everything. */
export class CacheDamagedError extends Error {
  override readonly name = 'CacheDamagedError'
}

export class CacheReader {
  private readonly fd: number
  private buffer = Buffer.allocUnsafe(blockBytes)
  private start = 0
  private end = 0
  private fileOffset: number
  private current: CacheToken | undefined
  private offset: number

  constructor(path: string, offset = 0) {
    this.fd = openSync(path, 'r')
    this.fileOffset = offset
    this.offset = offset
  }

  /** Where the token at hand begins in the file. */
  get position(): number {
    return this.offset
  }

  /** The token at hand, without moving. Buffers in it are views, valid until `next`. */
  peek(): CacheToken {
    this.current ??= this.parse()
    return this.current
  }

  next(): void {
    const token = this.peek()
    if (token.kind === 'end') return
    const length = tokenBytes(token)
    this.start += length
    this.offset += length
    this.current = undefined
  }

  /** Passes over one whole item: an entry, or a folder with all below it. */
  skip(): void {
    let depth = 0
    do {
      const { kind } = this.peek()
      if (kind === 'end') throw new CacheDamagedError('the cache ends inside a folder')
      if (kind === 'enter') depth++
      if (kind === 'leave') depth--
      this.next()
    } while (depth > 0)
  }

  /** The ids of all tree nodes of the version, as one buffer. */
  treeIds(): Buffer {
    const size = fstatSync(this.fd).size
    const foot = Buffer.alloc(footBytes)
    if (
      size < footBytes ||
      readSync(this.fd, foot, 0, footBytes, size - footBytes) !== footBytes ||
      !foot.subarray(8).equals(footMagic)
    ) {
      throw new CacheDamagedError('the cache does not end as it should')
    }
    const length = Number(foot.readBigUInt64LE(0)) * chunkIdBytes
    if (length > size - footBytes) throw new CacheDamagedError('the cache is shorter than it says')
    const ids = Buffer.allocUnsafeSlow(length)
    if (readSync(this.fd, ids, 0, length, size - footBytes - length) !== length)
      throw new CacheDamagedError('the cache is shorter than it says')
    return ids
  }

  close(): void {
    closeSync(this.fd)
  }

  private parse(): CacheToken {
    this.require(1)
    const kind = this.buffer[this.start]!
    if (kind === tokens.end) return { kind: 'end' }
    if (kind === tokens.entry) {
      this.require(entryHeadBytes)
      const length = this.length()
      this.require(entryHeadBytes + length)
      const { buffer, start } = this
      const print = {
        mtimeNs: buffer.readBigInt64LE(start + 5),
        ctimeNs: buffer.readBigInt64LE(start + 13),
        inode: buffer.readBigUInt64LE(start + 21),
        size: buffer.readBigUInt64LE(start + 29),
      }
      return { kind: 'entry', print, encoded: buffer.subarray(start + entryHeadBytes, start + entryHeadBytes + length) }
    }
    if (kind !== tokens.enter && kind !== tokens.leave) throw new CacheDamagedError(`the cache holds the unknown token ${kind}`)
    this.require(nameHeadBytes)
    const length = this.length()
    this.require(nameHeadBytes + length)
    const bytes = this.buffer.subarray(this.start + nameHeadBytes, this.start + nameHeadBytes + length)
    return kind === tokens.enter ? { kind: 'enter', name: bytes } : { kind: 'leave', encoded: bytes }
  }

  private length(): number {
    const length = this.buffer.readUInt32LE(this.start + 1)
    if (length > tokenMaxBytes) throw new CacheDamagedError(`the cache holds a token of ${length} bytes`)
    return length
  }

  private require(bytes: number): void {
    if (this.end - this.start >= bytes) return
    const rest = this.buffer.subarray(this.start, this.end)
    const target = bytes > blockBytes / 2 ? Buffer.allocUnsafe(bytes + blockBytes) : Buffer.allocUnsafe(blockBytes)
    rest.copy(target)
    this.end = rest.length
    this.start = 0
    this.buffer = target
    while (this.end < bytes) {
      const read = readSync(this.fd, target, this.end, target.length - this.end, this.fileOffset)
      if (read === 0) throw new CacheDamagedError('the cache ends early')
      this.end += read
      this.fileOffset += read
    }
  }
}

function tokenBytes(token: CacheToken): number {
  switch (token.kind) {
    case 'entry':
      return entryHeadBytes + token.encoded.length
    case 'enter':
      return nameHeadBytes + token.name.length
    case 'leave':
      return nameHeadBytes + token.encoded.length
    case 'end':
      return 0
    default:
      return token satisfies never
  }
}

/** The name inside an encoded tree entry: a varint length and the bytes. */
export function nameOfEncoded(encoded: Buffer): Buffer {
  const first = encoded[0]!
  if (first < 0x80) return encoded.subarray(1, 1 + first)
  return encoded.subarray(2, 2 + (first & 0x7f) + encoded[1]! * 128)
}
