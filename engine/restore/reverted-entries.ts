// Everything below what was selected of one version, in the order of its walk.

import { deriveKeys } from '../crypto/keys.ts'
import type { TreeEntry } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import { gatherPlaintexts } from '../repository/plaintext-source.ts'
import { walkTree } from '../repository/tree-walk.ts'
import type { Entries } from './held-version.ts'
import type { RestoreSettings } from './restore.ts'
import { RestoreError } from './restore-error.ts'
import type { SelectedItem } from './selection.ts'

/** Entries of one side that are kept in mind. */
export const revertedEntriesMax = 1_000_000

export interface SelectedEntries {
  readonly entries: Entries
  /** The keys of each item's own entries, in order. */
  readonly keysOf: (item: number) => readonly string[]
  /** Folders that hold just what they hold in `other`: what is below them is not among the entries. */
  readonly sameFolders: ReadonlySet<string>
}

/** `other`: of another version; what both share is not read again. @throws RestoreError `too-much`, `version-unreadable`; whatever the source throws */
export async function entriesOf(
  { records, secrets, signal }: Pick<RestoreSettings, 'records' | 'secrets' | 'signal'>,
  items: readonly SelectedItem[],
  other?: Entries,
): Promise<SelectedEntries> {
  const keys = deriveKeys(secrets)
  const gather = (ids: readonly ChunkId[]) => gatherPlaintexts(records, keys, ids, signal)
  const entries = new Map<string, TreeEntry>()
  const byItem: string[][] = []
  const sameFolders = new Set<string>()
  const isSame = (path: Buffer, tree: ChunkId): boolean => {
    const twin = other?.get(path.toString('latin1'))
    if (twin?.type !== 'directory' || !twin.tree.equals(tree)) return false
    sameFolders.add(path.toString('latin1'))
    return true
  }
  for (const { path, entry, tree } of items) {
    const own: string[] = []
    const add = (at: Buffer, one: TreeEntry) => {
      const key = at.toString('latin1')
      entries.set(key, one)
      own.push(key)
      if (entries.size > revertedEntriesMax)
        throw new RestoreError('too-much', `more than ${revertedEntriesMax} names are reverted at once: choose folders below`)
    }
    byItem.push(own)
    if (entry) add(path, entry)
    if (!tree || isSame(path, tree)) continue
    for await (const event of walkTree(gather, tree, path, isSame)) {
      signal?.throwIfAborted()
      if (event.kind === 'lost')
        throw new RestoreError('version-unreadable', `a part of the version cannot be read: ${event.error.message}`, {
          cause: event.error,
        })
      add(event.path, event.entry)
    }
  }
  return { entries, keysOf: (item) => byItem[item]!, sameFolders }
}
