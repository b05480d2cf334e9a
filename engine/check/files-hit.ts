// Names the files of which something is lost: walks only into folders that have something lost below them.

import { readTreeNode, type TreeNode } from '../format/tree.ts'
import type { FileEntry, HardlinkEntry, TreeEntry } from '../format/tree-entry.ts'
import { isLoss } from '../model/errors.ts'
import { type ChunkId, chunkKey } from '../model/ids.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { joinNames } from '../repository/tree-walk.ts'
import type { BoundedList, FileHit } from './check-report.ts'
import type { CheckedSnapshot } from './check-snapshots.ts'
import type { LostChunks } from './lost-chunks.ts'

export async function nameFilesHit(
  snapshot: CheckedSnapshot,
  plaintexts: PlaintextSource,
  lost: LostChunks,
  filesHit: BoundedList<FileHit>,
): Promise<void> {
  const { device, seq, root } = snapshot.envelope
  const report = (path: Buffer, isFolder: boolean) => filesHit.add({ device, seq, snapshot: snapshot.id, path, isFolder })
  const folders: { readonly path: Buffer; readonly tree: ChunkId }[] = [{ path: Buffer.alloc(0), tree: root }]
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    if (!lost.isHitBelow(folder.tree)) continue
    if (lost.isLost(folder.tree)) {
      report(folder.path, true)
      continue
    }
    const node = await tryNode(plaintexts, folder.tree)
    if (!node) {
      report(folder.path, true) // whole by its place, not by its bytes, which nobody asked to read
      continue
    }
    if (node.kind === 'index') {
      for (const child of node.children) folders.push({ path: folder.path, tree: child.id })
      continue
    }
    for (const entry of node.entries) {
      const path = joinNames(folder.path, entry.name)
      if (entry.type === 'directory') folders.push({ path, tree: entry.tree })
      else if (isFile(entry) && idsOf(entry).some((id) => lost.isHitBelow(id))) report(path, false)
    }
  }
}

async function tryNode(plaintexts: PlaintextSource, tree: ChunkId): Promise<TreeNode | undefined> {
  try {
    return readTreeNode((await plaintexts.readPlaintexts([tree])).get(chunkKey(tree))!)
  } catch (error) {
    if (isLoss(error)) return undefined
    throw error
  }
}

function isFile(entry: TreeEntry): entry is FileEntry | HardlinkEntry {
  return entry.type === 'file' || entry.type === 'hardlink'
}

function idsOf({ content }: FileEntry | HardlinkEntry): readonly ChunkId[] {
  if (content.kind === 'list') return [content.id]
  return content.kind === 'chunks' ? content.items.flatMap((item) => (item.kind === 'data' ? [item.id] : [])) : []
}
