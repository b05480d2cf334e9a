// The children that a tree, list or snapshot names: its refs, in order of first appearance, no repeats. Derived from the plaintext
// in one place, for sealing and for proving on opening.

import { readListNode } from '../format/list.ts'
import { readTreeNode } from '../format/tree.ts'
import { childIds } from '../format/tree-entry.ts'
import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import { type RecordType, recordTypes } from '../model/record-type.ts'

/** For list and tree records; empty for data. */
export function refsOfPlaintext(type: RecordType, plaintext: Buffer): ChunkId[] {
  if (type === recordTypes.tree) return distinct(treeChildren(plaintext))
  if (type === recordTypes.list) return distinct(listChildren(plaintext))
  return []
}

function* treeChildren(plaintext: Buffer): Generator<ChunkId> {
  const node = readTreeNode(plaintext)
  if (node.kind === 'index') for (const child of node.children) yield child.id
  else for (const entry of node.entries) yield* childIds(entry)
}

function* listChildren(plaintext: Buffer): Generator<ChunkId> {
  const node = readListNode(plaintext)
  if ('items' in node) {
    for (const item of node.items) if (item.kind === 'data') yield item.id
  } else for (const child of node.children) yield child.id
}

function distinct(ids: Iterable<ChunkId>): ChunkId[] {
  const seen = new Map<ChunkKey, ChunkId>()
  for (const id of ids) {
    const key = chunkKey(id)
    if (!seen.has(key)) seen.set(key, id)
  }
  return [...seen.values()]
}
