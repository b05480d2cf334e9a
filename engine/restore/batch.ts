// What is fetched in one call and written by one thread: whole files, and pieces of files that are too large for that.

import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import { recordsPerCallMax } from '../repository/target.ts'
import { dataItems, type PlannedFile, sealedBound } from './planned-file.ts'
import type { SplitFile } from './split-file.ts'
import type { DataRun } from './worker-protocol.ts'
import { slabBytes } from './writing-pool.ts'

export interface BatchPiece {
  readonly split: SplitFile
  readonly runs: DataRun[]
  bytes: number
}

/** Files without records of their own would otherwise never fill a batch. */
const groupsMax = 2_048

export class Batch {
  readonly ids: ChunkId[] = []
  readonly groups: (readonly PlannedFile[])[] = []
  readonly pieces: BatchPiece[] = []
  /** The most bytes that each wanted record may have. */
  readonly bounds = new Map<ChunkKey, number>()
  private bytes = 0

  get isEmpty(): boolean {
    return this.groups.length === 0 && this.pieces.length === 0
  }

  /** False when it has no room left; an empty batch has room for every file that fits one. */
  tryFiles(group: readonly PlannedFile[]): boolean {
    const items = dataItems(group[0]!.entry.content)
    if (!this.isEmpty && (this.groups.length === groupsMax || !this.hasRoom(items))) return false
    this.groups.push(group)
    for (const item of items) this.want(item.id, sealedBound(item))
    return true
  }

  tryRun(split: SplitFile, run: { readonly at: number; readonly length: number; readonly id: ChunkId }): boolean {
    const item = { kind: 'data', ...run } as const
    if (!this.isEmpty && !this.hasRoom([item])) return false
    this.want(run.id, sealedBound(item))
    let piece = this.pieces.at(-1)
    if (piece?.split !== split) {
      piece = { split, runs: [], bytes: 0 }
      this.pieces.push(piece)
      split.beginPiece()
    }
    piece.runs.push({ at: run.at, length: run.length, id: run.id })
    piece.bytes += run.length
    return true
  }

  private hasRoom(items: readonly { readonly kind: 'data'; readonly length: number; readonly id: ChunkId }[]): boolean {
    const more = items.reduce((sum, item) => sum + (this.bounds.has(chunkKey(item.id)) ? 0 : sealedBound(item)), 0)
    return this.bytes + more <= slabBytes && this.ids.length + items.length <= recordsPerCallMax
  }

  private want(id: ChunkId, bound: number): void {
    const key = chunkKey(id)
    if (this.bounds.has(key)) return
    this.bounds.set(key, bound)
    this.ids.push(id)
    this.bytes += bound
  }
}
