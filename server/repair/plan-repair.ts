/**
 * What to do about one pack, from what its copies were found to be. Nothing is ever deleted: either the right bytes are written over a
 * wrong file, or what is whole moves into a new pack and the file is put aside. Pure.
 */
import { type ChunkId, chunkKey, type PackId, parseChunkId } from '../../engine/index.ts'
import type { CheckPackOutput } from '../checks/check-pack.ts'
import { packedIdAt } from '../checks/packed-records.ts'
import { weighCopies } from '../checks/weigh-copies.ts'

/** A record that is whole in one of the copies. */
export interface SavedRecord {
  readonly id: ChunkId
  /** Which of the copies. */
  readonly copy: number
  readonly offset: number
  readonly length: number
}

export type RepairPlan =
  | { readonly kind: 'whole' }
  /** That copy has the bytes that the pack's name promises: they are written to where they are not. */
  | { readonly kind: 'copy-back'; readonly from: number }
  | { readonly kind: 'move'; readonly records: readonly SavedRecord[] }
  /** There is a file, and nothing in it is whole. */
  | { readonly kind: 'put-aside' }
  /** No file is there. */
  | { readonly kind: 'absent' }

export function planRepair(
  pack: { readonly packId: PackId; readonly sizeBytes: number; readonly isLive: boolean; readonly hasBadRecords: boolean },
  copies: readonly CheckPackOutput[],
): RepairPlan {
  // Every record that does not open counts here, also one that is known.
  const weighed = weighCopies({ ...pack, isKnownBad: () => false }, copies)
  if (weighed.kind === 'whole' && weighed.faults.some((why) => why !== undefined))
    return { kind: 'copy-back', from: weighed.faults.indexOf(undefined) }
  if (weighed.kind === 'whole') return pack.isLive && !pack.hasBadRecords ? { kind: 'whole' } : { kind: 'copy-back', from: 0 }
  if (weighed.kind === 'hurt' && weighed.areAllAbsent) return { kind: 'absent' }
  const records = savedRecords(copies)
  return records.length === 0 ? { kind: 'put-aside' } : { kind: 'move', records }
}

/** Every record that any copy holds whole, once. */
function savedRecords(copies: readonly CheckPackOutput[]): readonly SavedRecord[] {
  const saved = new Map<string, SavedRecord>()
  for (const [copy, read] of copies.entries()) {
    if (read.kind !== 'read') continue
    const { records } = read
    for (let index = 0; index < records.count; index += 1) {
      const key = chunkKey(packedIdAt(records, index))
      if (records.whole[index] !== 1 || saved.has(key)) continue
      const id = parseChunkId(Buffer.from(packedIdAt(records, index)))
      saved.set(key, { id, copy, offset: records.offsets[index]!, length: records.lengths[index]! })
    }
  }
  return [...saved.values()]
}
