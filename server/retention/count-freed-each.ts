/**
 * What it frees when the versions of some groups go, each alone and all together, in bytes of records: one mark for up to thirty groups.
 * What two groups share comes free only with both, so together is at least the sum.
 */
import type { SnapshotId } from '../../engine/index.ts'
import { type OwnersAsked, visitReached } from './visit-reached.ts'

/** Bit 0 stands for what stays, bit 30 for groups beyond those that are counted apart. */
export const groupsPerMark = 29
const staying = 1
const uncounted = 2 ** (groupsPerMark + 1)

export interface FreedByGroups<Group> {
  readonly togetherBytes: number
  /** Of the first groups that were met; the others are only in `togetherBytes`. */
  readonly aloneBytes: ReadonlyMap<Group, number>
}

/** Undefined where it cannot be told. */
export async function countFreedEach<Group>(
  options: Omit<OwnersAsked, 'ownerOf'> & { readonly groupOf: (version: SnapshotId) => Group | undefined },
): Promise<FreedByGroups<Group> | undefined> {
  const bits = new Map<Group, number>()
  const bitOf = (group: Group) => {
    const known = bits.get(group)
    if (known !== undefined) return known
    const bit = bits.size < groupsPerMark ? 2 ** (bits.size + 1) : uncounted
    bits.set(group, bit)
    return bit
  }
  const ownerOf = (version: SnapshotId) => {
    const group = options.groupOf(version)
    return group === undefined ? staying : bitOf(group)
  }
  let togetherBytes = 0
  const byBit = new Map<number, number>()
  const walked = await visitReached({ ...options, ownerOf }, ({ owners, lengthBytes }) => {
    if ((owners & staying) !== 0) return
    togetherBytes += lengthBytes
    byBit.set(owners, (byBit.get(owners) ?? 0) + lengthBytes)
  })
  if (walked === undefined) return undefined
  const counted = [...bits].filter(([, bit]) => bit !== uncounted)
  return { togetherBytes, aloneBytes: new Map(counted.map(([group, bit]) => [group, byBit.get(bit) ?? 0])) }
}
