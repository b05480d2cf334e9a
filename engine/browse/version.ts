// One version of a device's files, for looking around in: folders, single files, parts of files. Nothing is read that was not asked
// for, and no byte is given that was not proved. Paths are bytes with `/`, as in the version: /home/ann, or C:/Users on Windows.

import type { FileEntry, HardlinkEntry, TreeEntry } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import type { ByteRange } from '../repository/file-content.ts'
import { namesOfPath, pathOfNames } from '../repository/path-names.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { TreeReader } from '../repository/tree-reader.ts'
import { type Gather, walkTree } from '../repository/tree-walk.ts'
import { filePieces } from './file-pieces.ts'
import { type FolderPage, type ListOptions, listPage } from './folder-page.ts'
import { gatherEach } from './gather-each.ts'
import { type FilesEvent, type ItemToRead, readFiles } from './many-files.ts'

export interface WalkedEntry {
  /** From the version's root, no slash in front. */
  readonly path: Buffer
  readonly entry: TreeEntry
}

export interface Version {
  /** Undefined when there is nothing of that path. The root is a directory without a name. */
  stat(path: Buffer): Promise<TreeEntry | undefined>
  /** A page of a folder, in order of names; reads the parts of a large folder that the page lies in. Empty when it is no folder. */
  listFolder(path: Buffer, options: ListOptions): Promise<FolderPage>
  /** The bytes of a file or of a range of it, in pieces of a few MiB at most that must not be written to. */
  readFile(entry: FileEntry | HardlinkEntry, range?: ByteRange): AsyncIterable<Buffer>
  /**
   * Items in their order, each file followed by its bytes, many small files in one go; a file that cannot be read costs only itself
   * (`lost`). Items are asked for ahead of whoever takes what comes.
   */
  readFiles<Item>(items: AsyncIterable<ItemToRead<Item>>): AsyncIterable<readonly FilesEvent<Item>[]>
  /** Says that pieces which `readFile` or `readFiles` gave are used up, for good: nobody looks at them again. */
  release(pieces: readonly Buffer[]): void
  /**
   * Everything below a path, the path's own entry first (but for the root), folders before what they hold. A folder that cannot be read
   * ends it by its error; with `onLost` it is told of, and the walk goes on.
   */
  walk(path: Buffer, options?: { readonly onLost?: (lost: LostFolder) => void }): AsyncIterable<WalkedEntry>
}

/** A part of this folder, or all of it, cannot be read: what it held is not known. */
export interface LostFolder {
  readonly path: Buffer
  readonly error: Error
}

export function openVersion(source: PlaintextSource, root: ChunkId): Version {
  const reader = new TreeReader(source)
  const rootEntry: TreeEntry = {
    ...{ type: 'directory', name: Buffer.alloc(0), tree: root },
    ...{ mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n, extensions: [] },
  }

  async function stat(path: Buffer): Promise<TreeEntry | undefined> {
    let entry: TreeEntry = rootEntry
    for (const name of namesOfPath(path)) {
      const below: TreeEntry | undefined = entry.type === 'directory' ? await reader.find(entry.tree, name) : undefined
      if (!below) return undefined
      entry = below
    }
    return entry
  }

  return {
    stat,
    async listFolder(path, options) {
      const folder = await stat(path)
      return folder?.type === 'directory' ? await listPage(reader, folder.tree, options) : { entries: [], next: undefined }
    },
    readFile: (entry, range) => filePieces(source, entry, range),
    readFiles: (items) => readFiles(source, items),
    release(pieces) {
      for (const piece of pieces) source.release?.(piece)
    },
    async *walk(path, { onLost } = {}) {
      const start = await stat(path)
      if (!start) return
      const startPath = pathOfNames(namesOfPath(path))
      if (startPath.length > 0) yield { path: startPath, entry: start }
      if (start.type !== 'directory') return
      const gather: Gather = onLost === undefined ? gatherAll(source) : (ids) => gatherEach(source, ids)
      for await (const event of walkTree(gather, start.tree, startPath)) {
        if (event.kind === 'entry') yield { path: event.path, entry: event.entry }
        else if (onLost === undefined) throw event.error
        else onLost({ path: event.path, error: event.error })
      }
    },
  }
}

function gatherAll(source: PlaintextSource): Gather {
  return async (ids) => ({ opened: await source.readPlaintexts(ids), failures: new Map() })
}
