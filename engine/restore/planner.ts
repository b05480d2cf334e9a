// Goes through what was selected and gives each entry to whoever places its kind.

import { opendirSync } from 'node:fs'
import { deriveKeys, type RepositoryKeys, type RepositorySecrets } from '../crypto/keys.ts'
import type { TreeEntry } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import { gatherPlaintexts } from '../repository/plaintext-source.ts'
import type { RecordSource } from '../repository/target.ts'
import { joinNames, walkTree } from '../repository/tree-walk.ts'
import type { PlacedItem } from './destination.ts'
import type { FilePlacing } from './file-placing.ts'
import type { FileQueue } from './file-queue.ts'
import type { FolderPlacing } from './folder-placing.ts'
import type { OpenFolder } from './folders.ts'
import { removeLeftovers } from './leftovers.ts'
import { placeSpecial, placeSymlink } from './link-placing.ts'
import { failureOf } from './restore-report.ts'
import type { FolderState, PlacingContext } from './spot.ts'

export interface PlannerContext extends PlacingContext {
  readonly records: RecordSource
  readonly secrets: RepositorySecrets
  readonly signal: AbortSignal
}

const noPath = Buffer.alloc(0)

export class Planner {
  private readonly context: PlannerContext
  private readonly keys: RepositoryKeys
  private readonly folderPlacing: FolderPlacing
  private readonly filePlacing: FilePlacing

  constructor(context: PlannerContext, folderPlacing: FolderPlacing, filePlacing: FilePlacing) {
    this.context = context
    this.keys = deriveKeys(context.secrets)
    this.folderPlacing = folderPlacing
    this.filePlacing = filePlacing
  }

  async plan(queue: FileQueue, { item, root, above }: PlacedItem): Promise<void> {
    const place = { root, path: noPath }
    const top = this.context.folders.at(place)
    let state: FolderState | undefined = { place, isFresh: isEmptyFolder(top) }
    if (this.context.isLeft && !state.isFresh) removeLeftovers(top, this.context.isLeft)
    const known = item.above.slice(0, item.above.length - above.length)
    let path = known.reduce<Buffer>((joined, entry) => joinNames(joined, entry.name), noPath)
    for (const entry of above) {
      path = joinNames(path, entry.name)
      state = state && entry.type === 'directory' ? this.folderPlacing.enter(state, entry, path, { isAbove: true }) : undefined
    }
    if (!state) return
    const inside = item.entry ? await this.planEntry(queue, state, item.entry, item.path) : state
    if (inside && item.tree) await this.planBelow(queue, inside, item.tree, item.path)
  }

  /** Everything in a folder. Of folders only those on the way are kept in mind. */
  private async planBelow(queue: FileQueue, top: FolderState, tree: ChunkId, topPath: Buffer): Promise<void> {
    const { records, signal, report } = this.context
    const gather = (ids: readonly ChunkId[]) => gatherPlaintexts(records, this.keys, ids, signal)
    const way: { readonly path: Buffer; readonly state: FolderState | undefined }[] = [{ path: topPath, state: top }]
    for await (const event of walkTree(gather, tree, topPath)) {
      signal.throwIfAborted()
      if (report.stopped) return
      if (event.kind === 'lost') {
        report.addFailed(event.path, failureOf(event.error))
        continue
      }
      const { path, entry } = event
      while (!isParent(way.at(-1)!.path, path, entry.name)) way.pop()
      const parent = way.at(-1)!.state
      const state = parent && (await this.planEntry(queue, parent, entry, path))
      if (entry.type === 'directory') way.push({ path, state })
    }
  }

  /** The folder to go into, for a folder that has one. */
  private async planEntry(
    queue: FileQueue,
    parent: FolderState,
    entry: TreeEntry,
    path: Buffer,
  ): Promise<FolderState | undefined> {
    switch (entry.type) {
      case 'directory':
        return this.folderPlacing.enter(parent, entry, path, { isAbove: false })
      case 'symlink':
        placeSymlink(this.context, parent, entry, path)
        break
      case 'special':
        placeSpecial(this.context, parent, entry, path)
        break
      case 'file':
      case 'hardlink':
        await this.filePlacing.place(queue, parent, entry, path)
        break
      default:
        entry satisfies never
    }
    this.context.folders.trim()
    return undefined
  }
}

function isParent(parent: Buffer, path: Buffer, name: Buffer): boolean {
  const length = Math.max(0, path.length - name.length - 1)
  return parent.length === length && path.subarray(0, length).equals(parent)
}

/** Whether no name in a folder can be taken. */
function isEmptyFolder(top: OpenFolder): boolean {
  try {
    using folder = opendirSync(top.pathOf(noPath) as string) // takes bytes as well
    return folder.readSync() === null
  } catch {
    return false
  }
}
