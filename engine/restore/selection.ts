// From the paths asked for to what is restored where.

import type { TreeEntry } from '../format/tree-entry.ts'
import { isLoss } from '../model/errors.ts'
import type { ChunkId } from '../model/ids.ts'
import { namesOfPath, pathOfNames } from '../repository/path-names.ts'
import type { TreeReader } from '../repository/tree-reader.ts'
import { RestoreError } from './restore-error.ts'

/** One thing to restore, with the folders that lead to it. */
export interface SelectedItem {
  /** In the version; empty for its root. */
  readonly path: Buffer
  /** The entry itself; undefined when it is the version's root. */
  readonly entry: TreeEntry | undefined
  /** The folder that is walked, if it is one. */
  readonly tree: ChunkId | undefined
  /** The folders above it, from the root on. */
  readonly above: readonly TreeEntry[]
}

export type FoundSelection =
  | { readonly kind: 'found'; readonly item: SelectedItem }
  | { readonly kind: 'absent'; readonly path: Buffer }
  | { readonly kind: 'lost'; readonly path: Buffer; readonly error: unknown }

/**
 * No path means everything. What lies inside another selected path is selected already.
 * @throws whatever the source of records throws when it fails as a whole
 */
export async function findSelection(
  reader: TreeReader,
  root: ChunkId,
  paths: readonly Buffer[],
): Promise<readonly FoundSelection[]> {
  const wanted = outermost(paths.length === 0 ? [Buffer.alloc(0)] : paths)
  const found: FoundSelection[] = []
  for (const names of wanted) found.push(await findItem(reader, root, names))
  return found
}

/** With `strip`, what is selected lies side by side: each name may be there once. @throws RestoreError `ambiguous-selection` */
export function expectDistinctNames(items: readonly SelectedItem[]): void {
  const seen = new Map<string, SelectedItem>()
  for (const item of items) {
    const name = item.entry?.name.toString('latin1')
    if (name === undefined) continue
    const other = seen.get(name)
    if (other) {
      const both = `/${other.path.toString()} and /${item.path.toString()}`
      throw new RestoreError(
        'ambiguous-selection',
        `${both} would get the same name: restore them one at a time, or with their folders`,
      )
    }
    seen.set(name, item)
  }
}

function outermost(paths: readonly Buffer[]): readonly (readonly Buffer[])[] {
  const chosen = new Map(paths.map((path) => [`${pathOfNames(namesOfPath(path)).toString('latin1')}/`, namesOfPath(path)]))
  const keys = [...chosen.keys()]
  return keys
    .filter((key) => !keys.some((other) => other !== key && (other === '/' || key.startsWith(other))))
    .map((key) => chosen.get(key)!)
}

async function findItem(reader: TreeReader, root: ChunkId, names: readonly Buffer[]): Promise<FoundSelection> {
  const path = pathOfNames(names)
  const chain: TreeEntry[] = []
  let tree: ChunkId | undefined = root
  try {
    for (const name of names) {
      const entry: TreeEntry | undefined = tree && (await reader.find(tree, name))
      if (!entry) return { kind: 'absent', path }
      chain.push(entry)
      tree = entry.type === 'directory' ? entry.tree : undefined
    }
  } catch (error) {
    if (!isLoss(error)) throw error
    return { kind: 'lost', path, error }
  }
  return { kind: 'found', item: { path, entry: chain.at(-1), tree, above: chain.slice(0, -1) } }
}
