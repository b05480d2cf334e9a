// What versions need and nothing holds whole: found by plain child ids, without keys. Trees and lists above something lost are
// remembered, so that the files can be named without reading every tree.

import { FormatError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkIdOfKey, chunkKey } from '../model/ids.ts'
import type { Trailers } from '../repository/trailers.ts'
import type { WholeRecords } from './check-packs.ts'
import type { BoundedList } from './check-report.ts'

export class LostChunks {
  private readonly whole: WholeRecords
  private readonly trailers: Trailers
  private readonly lost: BoundedList<ChunkId>
  private readonly lostKeys = new Set<ChunkKey>()
  /** Of trees and lists: whether anything below them, or they themselves, is lost. */
  private readonly isHit = new Map<ChunkKey, boolean>()

  constructor(whole: WholeRecords, trailers: Trailers, lost: BoundedList<ChunkId>) {
    this.whole = whole
    this.trailers = trailers
    this.lost = lost
  }

  isLost(id: ChunkId): boolean {
    return this.lostKeys.has(chunkKey(id))
  }

  /** Only for what was reached from a root given to `visit`. */
  isHitBelow(id: ChunkId): boolean {
    return this.isLost(id) || this.isHit.get(chunkKey(id)) === true
  }

  /** Goes through everything below a root, once for all roots. */
  async visit(root: ChunkId): Promise<void> {
    // A node stays on the stack below its children, and is judged when it comes up again.
    const stack: { readonly key: ChunkKey; children: readonly ChunkId[] | undefined }[] = [
      { key: chunkKey(root), children: undefined },
    ]
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { key } = top
      if (top.children) {
        this.isHit.set(
          key,
          top.children.some((child) => this.isHitBelow(child)),
        )
        continue
      }
      if (this.isHit.has(key) || this.lostKeys.has(key)) continue
      const children = await this.childrenOf(key)
      if (children === 'none') continue
      if (children === 'lost') {
        this.lostKeys.add(key)
        this.lost.add(chunkIdOfKey(key))
        continue
      }
      this.isHit.set(key, false) // a hostile circle cannot be: ids are hashes of what names the children
      stack.push({ key, children })
      for (const child of children) stack.push({ key: chunkKey(child), children: undefined })
    }
  }

  private async childrenOf(key: ChunkKey): Promise<readonly ChunkId[] | 'none' | 'lost'> {
    const location = this.whole.find(chunkIdOfKey(key))
    if (!location) return 'lost'
    if (location.kind === 'data') return 'none'
    try {
      return (await this.trailers.childrenIn(location.pack)).get(key) ?? 'lost'
    } catch (error) {
      if (error instanceof FormatError) return 'lost'
      throw error
    }
  }
}
