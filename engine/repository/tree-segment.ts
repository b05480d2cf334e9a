// A large folder lies in several records. Each of them must hold just the names that the index above it says, or two records could
// both bring a name, or hide one from a search.

import type { TreeNode } from '../format/tree.ts'
import { FormatError } from '../model/errors.ts'
import type { ChunkId } from '../model/ids.ts'

/** What the index above says of a node. */
export interface SegmentPlace {
  readonly level: number
  readonly firstName: Buffer
  /** All names sort before this one; undefined at the folder's end. */
  readonly before: Buffer | undefined
}

export interface Segment {
  readonly id: ChunkId
  readonly place: SegmentPlace
}

/** The nodes below an index node, whose own names end before `before`. */
export function segmentsBelow(node: TreeNode & { kind: 'index' }, before: Buffer | undefined): readonly Segment[] {
  return node.children.map((child, index) => ({
    id: child.id,
    place: { level: node.level - 1, firstName: child.firstName, before: node.children[index + 1]?.firstName ?? before },
  }))
}

/** @throws FormatError `tree-damaged` */
export function expectPlace(node: TreeNode, place: SegmentPlace): void {
  const level = node.kind === 'leaf' ? 0 : node.level
  const names = node.kind === 'leaf' ? node.entries.map((entry) => entry.name) : node.children.map((child) => child.firstName)
  const first = names[0]
  const last = names.at(-1)
  if (level !== place.level || !first?.equals(place.firstName) || (place.before && Buffer.compare(last!, place.before) >= 0))
    throw new FormatError('tree-damaged', 'a part of a folder is not the one that its index names')
}
