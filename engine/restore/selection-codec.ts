// What was selected of a version, as the box hands it to a computer: the entries themselves and what the folders above them are like.
// The ids of those folders' trees are left out, so that whoever gets this can read what was selected and nothing beside it.
//
//   varint n and n bytes path, varint k and k entries above it (trees of zeros), u8 whether an entry follows, the entry as in a tree

import { ByteReader, ByteWriter } from '../format/bytes.ts'
import { readTreeEntry, type TreeEntry, writeTreeEntry } from '../format/tree-entry.ts'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import { treeMaxDepth } from '../model/limits.ts'
import { namesOfPath, pathOfNames } from '../repository/path-names.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { TreeReader } from '../repository/tree-reader.ts'
import { findSelection, type SelectedItem } from './selection.ts'

const pathMaxBytes = 64 * 1024
const noTree = Buffer.alloc(chunkIdBytes) as Buffer as ChunkId

export interface Selection {
  readonly items: readonly SelectedItem[]
  /** The version was read, and has nothing of these paths. */
  readonly absent: readonly Buffer[]
  /** Damaged or missing on the way there: whether the version has these paths is unknown. */
  readonly lost: readonly Buffer[]
}

/** @throws whatever the source throws: that it cannot answer now says nothing of what the version has */
export async function selectFrom(source: PlaintextSource, root: ChunkId, paths: readonly Buffer[]): Promise<Selection> {
  const found = await findSelection(new TreeReader(source), root, paths)
  return {
    items: found.flatMap((one) => (one.kind === 'found' ? [one.item] : [])),
    absent: found.flatMap((one) => (one.kind === 'absent' ? [one.path] : [])),
    lost: found.flatMap((one) => (one.kind === 'lost' ? [one.path] : [])),
  }
}

export function encodeSelectedItem({ path, entry, tree, above }: SelectedItem): Buffer {
  const to = new ByteWriter()
  to.sized(path)
  to.varint(above.length)
  for (const folder of above) writeTreeEntry(to, folder.type === 'directory' ? { ...folder, tree: noTree } : folder)
  to.u8(entry ? 1 : 0)
  if (entry) writeTreeEntry(to, entry)
  else to.bytes(tree ?? noTree)
  return Buffer.from(to.view())
}

/** @throws FormatError when it is none, or does not agree with itself */
export function decodeSelectedItem(bytes: Buffer): SelectedItem {
  const from = new ByteReader(bytes, 'tree-damaged')
  const path = from.sized(pathMaxBytes, 'a path in bytes')
  const above = Array.from({ length: from.bounded(treeMaxDepth, 'the folders above') }, () => readTreeEntry(from))
  const entry = from.u8() === 1 ? readTreeEntry(from) : undefined
  const tree = entry === undefined ? (from.bytes(chunkIdBytes) as ChunkId) : entry.type === 'directory' ? entry.tree : undefined
  if (!from.isAtEnd) throw from.damage('bytes behind a selected entry')
  const names: readonly Buffer[] = [...above, ...(entry ? [entry] : [])].map(({ name }: TreeEntry) => name)
  if (
    above.some(({ type }) => type !== 'directory') ||
    !pathOfNames(names).equals(path) ||
    namesOfPath(path).length !== names.length
  )
    throw from.damage('a selected entry that is not where it says')
  return { path, entry, tree, above }
}
