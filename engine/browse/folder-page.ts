import type { TreeEntry } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import type { TreeReader } from '../repository/tree-reader.ts'

export interface ListOptions {
  /** Names after this one. */
  readonly after?: Buffer | undefined
  /** Entries at most. */
  readonly limit: number
  /** Only names that it says yes to. */
  readonly matches?: ((name: Buffer) => boolean) | undefined
}

export interface FolderPage {
  readonly entries: readonly TreeEntry[]
  /** The `after` of the next page; undefined when this is the last one. */
  readonly next: Buffer | undefined
}

export async function listPage(reader: TreeReader, tree: ChunkId, options: ListOptions): Promise<FolderPage> {
  const { after, limit, matches } = options
  if (!(limit >= 1)) throw new RangeError('a page has at least one entry')
  const entries: TreeEntry[] = []
  for await (const leaf of reader.leaves(tree, after)) {
    for (const entry of leaf.entries) {
      if ((after && Buffer.compare(entry.name, after) <= 0) || (matches && !matches(entry.name))) continue
      if (entries.length === limit) return { entries, next: entries.at(-1)!.name }
      entries.push(entry)
    }
  }
  return { entries, next: undefined }
}
