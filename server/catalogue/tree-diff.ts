/**
 * The walk behind a stage: two roots, and only the folders that differ between them. The newest found are compared first, so what
 * waits stays small; a few tasks are under way at a time, each located by SQL, compared by a worker and written by SQL.
 */
import { type ChunkId, type ChunkKey, chunkKey, parseChunkId, type RepositorySecrets, treeMaxDepth } from '../../engine/index.ts'
import type { RecordPlace } from '../packs/pack.ts'
import { filePlaces } from '../plaintexts/file-places.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { CatalogueError } from './catalogue-error.ts'
import type { FolderDiff, FolderToDiff, IndexedNode, NodeToRead } from './diff-folders.ts'
import { cutFolder, type FolderPart, type FolderPiece } from './folder-pieces.ts'
import { topHash } from './path-hash.ts'

export interface TreeDiff {
  readonly secrets: RepositorySecrets
  readonly files: RepositoryPlace
  readonly pool: WorkerPool
  readonly locate: (ids: readonly ChunkId[]) => Promise<ReadonlyMap<ChunkKey, readonly RecordPlace[]>>
  readonly insert: (rows: string) => Promise<void>
  readonly jobId: number
  readonly version: number
  readonly signal: AbortSignal | undefined
}

export type DiffResult =
  | { readonly kind: 'done'; readonly rows: number }
  /** A folder of the old version cannot be read any more. */
  | { readonly kind: 'old-lost' }

/** A folder, or a range of one, that differs. */
interface Work extends FolderPiece {
  readonly hash: Uint8Array
  readonly depth: number
}

/** One works on SQL while the others have a thread each. */
const tasksUnderWay = 3
const nodesPerTask = 64
/** Paths of one version. Two names for one folder, forty times nested, would be more than anybody has. */
const maxRowsOfStage = 50_000_000

export async function diffTrees(
  diff: TreeDiff,
  roots: { readonly old: ChunkId | undefined; readonly new: ChunkId },
): Promise<DiffResult> {
  const walk = new Walk(diff)
  walk.add({ hash: topHash, depth: 0, ...wholeFolder(roots) })
  return walk.run()
}

function wholeFolder(trees: { readonly old: Uint8Array | undefined; readonly new: Uint8Array | undefined }): FolderPiece {
  const part = (id: Uint8Array | undefined) => (id === undefined ? [] : [{ id, firstName: undefined, level: undefined }])
  return { from: undefined, before: undefined, old: part(trees.old), new: part(trees.new) }
}

class Walk {
  private readonly diff: TreeDiff
  private readonly waiting: Work[] = []
  private readonly underWay = new Set<Promise<void>>()
  private rows = 0
  private isOldLost = false

  constructor(diff: TreeDiff) {
    this.diff = diff
  }

  add(work: Work): void {
    if (work.depth > treeMaxDepth) throw new CatalogueError('too-large', `Folders lie more than ${treeMaxDepth} deep.`)
    this.waiting.push(work)
  }

  async run(): Promise<DiffResult> {
    try {
      while (!this.isOldLost && (this.waiting.length > 0 || this.underWay.size > 0)) {
        this.diff.signal?.throwIfAborted()
        while (this.waiting.length > 0 && this.underWay.size < tasksUnderWay) this.begin(this.take())
        await Promise.race(this.underWay)
      }
    } finally {
      // Nothing of this walk writes any more when it ends, however it ends.
      await Promise.allSettled(this.underWay)
    }
    return this.isOldLost ? { kind: 'old-lost' } : { kind: 'done', rows: this.rows }
  }

  /** As much as one task takes, the newest first. */
  private take(): readonly Work[] {
    const works: Work[] = []
    for (let nodes = 0; nodes < nodesPerTask; ) {
      const work = this.waiting.pop()
      if (work === undefined) break
      works.push(work)
      nodes += work.old.length + work.new.length
    }
    return works
  }

  private begin(works: readonly Work[]): void {
    const task = this.compare(works).finally(() => this.underWay.delete(task))
    task.catch(() => {})
    this.underWay.add(task)
  }

  private async compare(works: readonly Work[]): Promise<void> {
    const { pool, secrets, jobId, version, signal, insert } = this.diff
    const folders = await this.locate(works)
    const output = await pool.run('diff-folders', { secrets, jobId, version, folders }, { isUrgent: false, signal })
    for (const { text, count } of output.rows) {
      this.rows += count
      if (this.rows > maxRowsOfStage)
        throw new CatalogueError('too-large', `The version changes more than ${maxRowsOfStage} paths.`)
      await insert(text)
    }
    output.folders.forEach((folder, index) => {
      this.follow(works[index]!, folder)
    })
  }

  private async locate(works: readonly Work[]): Promise<readonly FolderToDiff[]> {
    const parts = works.flatMap((work) => [...work.old, ...work.new])
    const places = await this.diff.locate(parts.map(({ id }) => parseChunkId(id)))
    const toRead = (part: FolderPart): NodeToRead => {
      return { ...part, places: filePlaces(this.diff.files, places.get(chunkKey(part.id)) ?? []) }
    }
    return works.map((work) => ({ ...work, old: work.old.map(toRead), new: work.new.map(toRead) }))
  }

  private follow(work: Work, diff: FolderDiff): void {
    switch (diff.kind) {
      case 'done':
        for (const folder of diff.below) this.add({ hash: folder.hash, depth: work.depth + 1, ...wholeFolder(folder) })
        return
      case 'indexed': {
        const pieces = cutFolder(partsBelow(work.old, diff.old), partsBelow(work.new, diff.new), work)
        for (const piece of pieces) this.add({ hash: work.hash, depth: work.depth, ...piece })
        return
      }
      case 'lost':
        if (diff.side === 'new') throw new CatalogueError('tree-lost', `A folder of the version cannot be read: ${diff.why}.`)
        this.isOldLost = true
        return
      default:
        diff satisfies never
    }
  }
}

/** Each index gives way to what it names. */
function partsBelow(parts: readonly FolderPart[], indexes: readonly (IndexedNode | undefined)[]): readonly FolderPart[] {
  return parts.flatMap((part, at) => {
    const index = indexes[at]
    return index === undefined ? [part] : index.children.map((child) => ({ ...child, level: index.level - 1 }))
  })
}
