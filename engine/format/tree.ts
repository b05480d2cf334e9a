// A directory's listing. Small ones are one leaf; large ones are cut by content into leaves of about 64 KiB below index nodes,
// so that a change in a folder of 50,000 files costs two records, not the folder.
//
//   leaf:   u8 0 · varint n · n entries, sorted by name bytes, no repeats; at most 1 MiB in all
//   index:  u8 level (1 … 6) · varint n · n times: varint k, first name below, 32-byte id of the node below

import { FormatError } from '../model/errors.ts'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import {
  nameMaxBytes,
  rawRecordMaxBytes,
  treeIndexMaxChildren,
  treeIndexMaxLevels,
  treeSegmentMaxBytes,
} from '../model/limits.ts'
import { ByteReader, type ByteWriter } from './bytes.ts'
import { readTreeEntry, type TreeEntry } from './tree-entry.ts'

export interface TreeIndexChild {
  readonly firstName: Buffer
  readonly id: ChunkId
}

export type TreeNode =
  | { readonly kind: 'leaf'; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'index'; readonly level: number; readonly children: readonly TreeIndexChild[] }

/** Head of a leaf; its entries' bytes follow as they were written. */
export function writeLeafHead(to: ByteWriter, entries: number): void {
  to.u8(0)
  to.varint(entries)
}

export function writeTreeIndex(to: ByteWriter, level: number, children: readonly TreeIndexChild[]): void {
  to.u8(level)
  to.varint(children.length)
  for (const child of children) {
    to.sized(child.firstName)
    to.bytes(child.id)
  }
}

/** @throws FormatError `tree-damaged`, `limit-exceeded` */
export function readTreeNode(plaintext: Buffer): TreeNode {
  if (plaintext.length > rawRecordMaxBytes) throw new FormatError('limit-exceeded', `a tree of ${plaintext.length} bytes`)
  const from = new ByteReader(plaintext, 'tree-damaged')
  const level = from.u8()
  if (level > treeIndexMaxLevels) throw new FormatError('limit-exceeded', `a directory index of level ${level}`)
  if (level > 0) return readIndex(from, level)
  if (plaintext.length > treeSegmentMaxBytes) throw new FormatError('limit-exceeded', `a tree leaf of ${plaintext.length} bytes`)
  return readLeaf(from)
}

function readLeaf(from: ByteReader): TreeNode {
  const count = from.bounded(treeSegmentMaxBytes, 'the number of entries')
  const entries: TreeEntry[] = []
  for (let index = 0; index < count; index++) {
    const entry = readTreeEntry(from)
    if (index > 0 && Buffer.compare(entries[index - 1]!.name, entry.name) >= 0) throw from.damage('entries that are not in order')
    entries.push(entry)
  }
  from.end()
  return { kind: 'leaf', entries }
}

function readIndex(from: ByteReader, level: number): TreeNode {
  const count = from.bounded(treeIndexMaxChildren, 'the number of segments')
  if (count === 0) throw from.damage('an index with nothing below')
  const children: TreeIndexChild[] = []
  for (let index = 0; index < count; index++) {
    const child = { firstName: from.sized(nameMaxBytes, 'a name in bytes'), id: from.bytes(chunkIdBytes) as ChunkId }
    if (index > 0 && Buffer.compare(children[index - 1]!.firstName, child.firstName) >= 0)
      throw from.damage('segments that are not in order')
    children.push(child)
  }
  from.end()
  return { kind: 'index', level, children }
}
