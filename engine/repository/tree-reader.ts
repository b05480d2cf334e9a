// Single nodes of folders, with the last ones kept: who pages through a folder comes back to its index every time.

import { readTreeNode, type TreeNode } from '../format/tree.ts'
import type { TreeEntry } from '../format/tree-entry.ts'
import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import type { PlaintextSource } from './plaintext-source.ts'
import { expectPlace, type Segment, type SegmentPlace, segmentsBelow } from './tree-segment.ts'

const keptNodesMax = 64
const segmentsPerReadMax = 16

export interface Leaf {
  readonly entries: readonly TreeEntry[]
}

export class TreeReader {
  private readonly source: PlaintextSource
  private readonly kept = new Map<ChunkKey, TreeNode>()

  constructor(source: PlaintextSource) {
    this.source = source
  }

  /** The entry of this name in a folder. */
  async find(tree: ChunkId, name: Buffer): Promise<TreeEntry | undefined> {
    for await (const leaf of this.leaves(tree, name)) return leaf.entries.find((entry) => entry.name.equals(name))
    return undefined
  }

  /** The folder's parts, in order, from the one on that holds `from` or the name after it. */
  async *leaves(tree: ChunkId, from?: Buffer): AsyncGenerator<Leaf> {
    yield* this.leavesBelow(await this.node(tree), undefined, from)
  }

  private async *leavesBelow(node: TreeNode, place: SegmentPlace | undefined, from: Buffer | undefined): AsyncGenerator<Leaf> {
    if (place) expectPlace(node, place)
    if (node.kind === 'leaf') {
      yield node
      return
    }
    const segments = segmentsBelow(node, place?.before)
    const isPast = ({ place: { before } }: Segment) =>
      from !== undefined && before !== undefined && Buffer.compare(before, from) <= 0
    const left = segments.filter((segment) => !isPast(segment))
    let together = 1 // most callers stop after the first; those that go on get more at once
    for (let at = 0; at < left.length; at += together, together = Math.min(together * 2, segmentsPerReadMax)) {
      const group = left.slice(at, at + together)
      const nodes = await this.nodes(group.map((segment) => segment.id))
      for (const [index, segment] of group.entries()) yield* this.leavesBelow(nodes[index]!, segment.place, from)
    }
  }

  private async node(id: ChunkId): Promise<TreeNode> {
    return (await this.nodes([id]))[0]!
  }

  private async nodes(ids: readonly ChunkId[]): Promise<readonly TreeNode[]> {
    const absent = ids.filter((id) => !this.kept.has(chunkKey(id)))
    const plaintexts = absent.length > 0 ? await this.source.readPlaintexts(absent) : undefined
    const nodes = ids.map((id) => {
      const key = chunkKey(id)
      const node = this.kept.get(key) ?? readTreeNode(plaintexts!.get(key)!)
      this.kept.delete(key)
      this.kept.set(key, node)
      return node
    })
    for (const key of this.kept.keys()) {
      if (this.kept.size <= keptNodesMax) break
      this.kept.delete(key)
    }
    return nodes
  }
}
