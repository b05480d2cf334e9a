// Files and folders that never lay on a disk: a name, a time, bytes. They belong to nobody, and everybody may read them.

import type { RepositoryKeys } from '../crypto/keys.ts'
import { clampToInt64 } from '../format/bytes.ts'
import type { DirectoryEntry, FileEntry, TreeEntry } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import { inlineMaxBytes } from '../model/limits.ts'
import { encodeEntry } from '../repository/encode-entry.ts'
import { type EmitNode, ListBuilder } from '../repository/list-builder.ts'
import { TreeBuilder } from '../repository/tree-builder.ts'

const fileMode = 0o644
const folderMode = 0o755
const nanosecondsPerMs = 1_000_000n

const common = (name: Buffer, changedMs: number) => ({
  name,
  uid: 0,
  gid: 0,
  mtimeNs: clampToInt64(BigInt(Math.floor(changedMs)) * nanosecondsPerMs),
  extensions: [],
})

/** One file on its way in: its chunks in order, as they become known. */
export class DepositedFile {
  private readonly facts: { readonly name: Buffer; readonly changedMs: number }
  private readonly list: ListBuilder
  private inline: Buffer | undefined
  private sizeBytes = 0

  /** `emit` gets the nodes of a file with many chunks. */
  constructor(keys: RepositoryKeys, emit: EmitNode, facts: { readonly name: Buffer; readonly changedMs: number }) {
    this.facts = facts
    this.list = new ListBuilder(keys, emit)
  }

  addChunk(chunk: { readonly id: ChunkId; readonly length: number }): void {
    this.list.add({ kind: 'data', ...chunk })
    this.sizeBytes += chunk.length
  }

  /** The whole of a small file: it lies in its folder's listing. */
  setInline(bytes: Buffer): void {
    if (bytes.length > inlineMaxBytes || this.sizeBytes > 0) throw new RangeError('only a small file lies in its folder')
    this.inline = Buffer.from(bytes)
    this.sizeBytes = bytes.length
  }

  finish(): FileEntry {
    const { name, changedMs } = this.facts
    const content = this.inline?.length ? { kind: 'inline' as const, bytes: this.inline } : this.list.finish()
    return { ...common(name, changedMs), mode: fileMode, type: 'file', size: this.sizeBytes, content }
  }
}

export function depositedFolder(folder: {
  readonly name: Buffer
  readonly changedMs: number
  readonly tree: ChunkId
}): DirectoryEntry {
  return { ...common(folder.name, folder.changedMs), mode: folderMode, type: 'directory', tree: folder.tree }
}

/** The tree of a folder with these entries, in whatever order they come. Its nodes go to `emit`. */
export function folderTree(keys: RepositoryKeys, entries: readonly TreeEntry[], emit: EmitNode): ChunkId {
  const builder = new TreeBuilder(keys, emit)
  const inOrder = entries.toSorted((one, other) => Buffer.compare(one.name, other.name))
  for (const entry of inOrder) builder.add(entry.name, encodeEntry(entry))
  return builder.finish()
}
