// From what the walk saw to an encoded line of a tree.

import type { BigIntStats } from 'node:fs'
import { ByteReader, ByteWriter, clampToInt64 } from '../format/bytes.ts'
import {
  type Extension,
  type FileContent,
  readContent,
  readTreeEntry,
  type SpecialKind,
  type TreeEntry,
  writeTreeEntry,
} from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'

const scratch = new ByteWriter()

export function encodeEntry(entry: TreeEntry): Buffer {
  scratch.reset()
  writeTreeEntry(scratch, entry)
  return Buffer.from(scratch.view())
}

export function decodeEntry(encoded: Buffer): TreeEntry {
  return readTreeEntry(new ByteReader(encoded, 'tree-damaged'))
}

export function decodeContent(bytes: Buffer, size: number): FileContent {
  return readContent(new ByteReader(bytes, 'tree-damaged'), size)
}

/** Name, mode, owner and time; what all kinds share. */
export function commonOf(name: Buffer, stat: BigIntStats, extensions: readonly Extension[]) {
  return {
    name,
    mode: Number(stat.mode & 0o7777n),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: clampToInt64(stat.mtimeNs),
    extensions,
  }
}

export function directoryEntry(name: Buffer, stat: BigIntStats, extensions: readonly Extension[], tree: ChunkId): TreeEntry {
  return { ...commonOf(name, stat, extensions), type: 'directory', tree }
}

/** A file with one name, or, where it has more, an entry that says which others are the same file. */
export function fileEntry(
  name: Buffer,
  stat: BigIntStats,
  file: { size: number; mtimeNs: bigint; content: FileContent; extensions: readonly Extension[] },
): TreeEntry {
  const { size, content } = file
  const base = { ...commonOf(name, stat, file.extensions), mtimeNs: clampToInt64(file.mtimeNs), size, content }
  if (stat.nlink <= 1n) return { ...base, type: 'file' }
  // Node gives these 64 bits a sign
  return { ...base, type: 'hardlink', device: BigInt.asUintN(64, stat.dev), inode: BigInt.asUintN(64, stat.ino) }
}

export function specialEntry(name: Buffer, stat: BigIntStats): TreeEntry {
  return { ...commonOf(name, stat, []), type: 'special', special: specialKindOf(stat), deviceNumber: Number(stat.rdev) }
}

function specialKindOf(stat: BigIntStats): SpecialKind {
  if (stat.isFIFO()) return 'fifo'
  if (stat.isSocket()) return 'socket'
  return stat.isCharacterDevice() ? 'character-device' : 'block-device'
}
