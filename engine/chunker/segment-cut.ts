// Where directories and lists are cut: by their content, so that an insertion changes the nodes around it and no others.

import {
  listMaxItems,
  listMinItems,
  listTargetItems,
  treeIndexMaxChildren,
  treeIndexTargetChildren,
  treeSegmentMinBytes,
  treeSegmentTargetBytes,
} from '../model/limits.ts'

const targetBits = 31 - Math.clz32(treeSegmentTargetBytes)
const indexMinChildren = 16

/**
 * Whether a directory's segment ends behind this entry. The chance is entry bytes / 64 KiB, so segments are about 64 KiB whatever
 * the entries weigh; it hangs on the name alone otherwise, hashed with the repository's gear table.
 */
export function endsSegment(name: Uint8Array, entryBytes: number, segmentBytes: number, gear: Int32Array): boolean {
  if (segmentBytes < treeSegmentMinBytes) return false
  return nameHash(name, gear) >>> (32 - targetBits) < entryBytes
}

/** Whether an index node ends behind this child, the `children`-th of the node. */
export function endsIndex(childId: Buffer, children: number): boolean {
  if (children >= treeIndexMaxChildren) return true
  return children >= indexMinChildren && childId.readUInt32LE(0) % treeIndexTargetChildren === 0
}

/** Whether a list ends behind this item, the `items`-th of the list; `id` of a data chunk or of the list below. Holes end nothing. */
export function endsList(id: Buffer | undefined, items: number): boolean {
  if (items >= listMaxItems) return true
  return items >= listMinItems && id !== undefined && id.readUInt32LE(0) % listTargetItems === 0
}

function nameHash(name: Uint8Array, gear: Int32Array): number {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + gear[name[at]!]!) | 0
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
}
