// The chunks of a file with more than 16 of them. Lists nest, so that a change in a file of 10 TB costs a few records.
//
//   u8 level · varint n (at most 4,096)
//   level 0:  n items as in a tree entry: varint length * 2 + (1 for a hole), and for data the 32-byte chunk id
//   level k:  n times: varint bytes of file below, 32-byte id of a list of level k - 1

import { FormatError } from '../model/errors.ts'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import { listMaxItems, listMaxLevels } from '../model/limits.ts'
import { ByteReader, type ByteWriter } from './bytes.ts'
import { type ContentItem, readItem, writeItem } from './tree-entry.ts'

export interface ListChild {
  /** Bytes of the file below this child. */
  readonly length: number
  readonly id: ChunkId
}

export type ListNode =
  | { readonly level: 0; readonly items: readonly ContentItem[] }
  | { readonly level: number; readonly children: readonly ListChild[] }

export function writeListItems(to: ByteWriter, items: readonly ContentItem[]): void {
  to.u8(0)
  to.varint(items.length)
  for (const item of items) writeItem(to, item)
}

export function writeListChildren(to: ByteWriter, level: number, children: readonly ListChild[]): void {
  to.u8(level)
  to.varint(children.length)
  for (const child of children) {
    to.varint(child.length)
    to.bytes(child.id)
  }
}

/** @throws FormatError `tree-damaged`, `limit-exceeded` */
export function readListNode(plaintext: Buffer): ListNode {
  const from = new ByteReader(plaintext, 'tree-damaged')
  const level = from.u8()
  if (level > listMaxLevels) throw new FormatError('limit-exceeded', `a list of level ${level}`)
  const count = from.bounded(listMaxItems, 'the number of items in a list')
  if (count === 0) throw from.damage('an empty list')
  if (level === 0) {
    const items = Array.from({ length: count }, () => readItem(from))
    from.end()
    return { level: 0, items }
  }
  const children = Array.from({ length: count }, () => ({ length: from.varint(), id: from.bytes(chunkIdBytes) as ChunkId }))
  if (children.some((child) => child.length === 0)) throw from.damage('a list of no bytes')
  from.end()
  return { level, children }
}
