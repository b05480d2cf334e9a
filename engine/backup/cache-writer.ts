// Writes the next cache body. As long as what is written is what the old body says, nothing is written at all: an unchanged run
// keeps its body, and the first difference copies what went before.

import { closeSync, fsyncSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import { entryHeadBytes, type FilePrint, footBytes, footMagic, nameHeadBytes, tokens } from './cache-format.ts'

const blockBytes = 1024 * 1024

export class CacheWriter {
  private readonly path: string
  private readonly oldPath: string | undefined
  private fd: number | undefined
  private block = Buffer.allocUnsafe(64 * 1024)
  private used = 0
  /** Bytes that are the same as in the old body, while nothing differs. */
  private sameBytes = 0
  private treeIds: Buffer[] = []

  constructor(path: string, oldPath: string | undefined) {
    this.path = path
    this.oldPath = oldPath
  }

  entry(print: FilePrint, encoded: Buffer, isSame: boolean): void {
    if (this.staysSame(isSame, entryHeadBytes + encoded.length)) return
    const at = this.reserve(entryHeadBytes + encoded.length)
    const { block } = this
    block[at] = tokens.entry
    block.writeUInt32LE(encoded.length, at + 1)
    block.writeBigInt64LE(print.mtimeNs, at + 5)
    block.writeBigInt64LE(print.ctimeNs, at + 13)
    block.writeBigUInt64LE(print.inode, at + 21)
    block.writeBigUInt64LE(print.size, at + 29)
    block.set(encoded, at + entryHeadBytes)
  }

  enter(name: Buffer, isSame: boolean): void {
    this.named(tokens.enter, name, isSame)
  }

  leave(encoded: Buffer, isSame: boolean): void {
    this.named(tokens.leave, encoded, isSame)
  }

  treeId(id: ChunkId): void {
    this.treeIds.push(id)
  }

  /** Something of the old body is gone: what follows cannot lie where it lay. */
  differ(): void {
    if (this.fd === undefined) this.begin()
  }

  /** Durable when it returns. True when a new body was written, false when the old one still says all. */
  finish(): boolean {
    if (this.fd === undefined && this.oldPath !== undefined) return false
    this.differ()
    this.block[this.reserve(1)] = tokens.end
    for (const id of this.treeIds) this.block.set(id, this.reserve(chunkIdBytes))
    const at = this.reserve(footBytes)
    this.block.writeBigUInt64LE(BigInt(this.treeIds.length), at)
    this.block.set(footMagic, at + 8)
    this.flush()
    fsyncSync(this.fd!)
    closeSync(this.fd!)
    return true
  }

  /** Drops what was written: the run failed. */
  discard(): void {
    if (this.fd === undefined) return
    closeSync(this.fd)
    this.fd = undefined
    unlinkSync(this.path)
  }

  private named(token: number, bytes: Buffer, isSame: boolean): void {
    if (this.staysSame(isSame, nameHeadBytes + bytes.length)) return
    const at = this.reserve(nameHeadBytes + bytes.length)
    this.block[at] = token
    this.block.writeUInt32LE(bytes.length, at + 1)
    this.block.set(bytes, at + nameHeadBytes)
  }

  private staysSame(isSame: boolean, bytes: number): boolean {
    if (this.fd === undefined && isSame) {
      this.sameBytes += bytes
      return true
    }
    this.differ()
    return false
  }

  private begin(): void {
    this.fd = openSync(this.path, 'wx', 0o600)
    if (this.sameBytes > 0) this.copyOld(this.fd, this.sameBytes)
  }

  private copyOld(fd: number, bytes: number): void {
    const old = openSync(this.oldPath!, 'r')
    const buffer = Buffer.allocUnsafe(Math.min(bytes, blockBytes))
    for (let at = 0; at < bytes; ) {
      const read = readSync(old, buffer, 0, Math.min(buffer.length, bytes - at), at)
      if (read === 0) throw new Error('the old cache became shorter while it was read')
      writeSync(fd, buffer, 0, read)
      at += read
    }
    closeSync(old)
  }

  private reserve(bytes: number): number {
    if (this.used + bytes > this.block.length) {
      this.flush()
      if (bytes > this.block.length || this.block.length < blockBytes)
        this.block = Buffer.allocUnsafe(Math.max(bytes, blockBytes))
    }
    const at = this.used
    this.used += bytes
    return at
  }

  private flush(): void {
    for (let at = 0; at < this.used; ) at += writeSync(this.fd!, this.block, at, this.used - at)
    this.used = 0
  }
}
