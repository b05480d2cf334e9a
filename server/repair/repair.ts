/** What a repair did, pack by pack. */
import type { PackId, RepositoryUid } from '../../engine/index.ts'

/** A whole pack out of a second copy, proved by its SHA-256; undefined when none has it. */
export type FindOtherCopy = (wanted: { readonly uid: RepositoryUid; readonly packId: PackId }) => Promise<Buffer | undefined>

export type PackRepair =
  /** Nothing was wrong with it any more. */
  | { readonly kind: 'whole' }
  /** Its right bytes are in place again, in every file that it should have: out of one of them, or of a second copy elsewhere. */
  | { readonly kind: 'healed'; readonly from: 'here' | 'second-copy' }
  /** What was whole lies in a new pack; the file was put aside. */
  | { readonly kind: 'moved'; readonly to: PackId; readonly records: number; readonly lost: number }
  /** Nothing in it was whole; the file was put aside. */
  | { readonly kind: 'put-aside'; readonly lost: number }
  /** Its file is gone, and no copy has it: only the computer that sent it can send it again. */
  | { readonly kind: 'gone'; readonly lost: number }
  /** Something else changed the pack meanwhile, or it was removed. */
  | { readonly kind: 'changed' }

export interface RepairedPack {
  readonly packId: PackId
  readonly repair: PackRepair
}

export interface RepairReport {
  readonly healed: number
  readonly moved: number
  readonly putAside: number
  readonly gone: number
  readonly recordsSaved: number
  /** Sent again by the next backup of the computer that still has them. */
  readonly recordsLost: number
  /** The first of them. */
  readonly packs: readonly RepairedPack[]
}

export const maxRepairsListed = 1000

export const nothingRepaired: RepairReport = {
  healed: 0,
  moved: 0,
  putAside: 0,
  gone: 0,
  recordsSaved: 0,
  recordsLost: 0,
  packs: [],
}

export function addRepair(report: RepairReport, repaired: RepairedPack): RepairReport {
  const { repair } = repaired
  if (repair.kind === 'whole') return report
  const one = (kind: PackRepair['kind']) => (repair.kind === kind ? 1 : 0)
  return {
    healed: report.healed + one('healed'),
    moved: report.moved + one('moved'),
    putAside: report.putAside + one('put-aside'),
    gone: report.gone + one('gone'),
    recordsSaved: report.recordsSaved + (repair.kind === 'moved' ? repair.records : 0),
    recordsLost: report.recordsLost + ('lost' in repair ? repair.lost : 0),
    packs: report.packs.length < maxRepairsListed ? [...report.packs, repaired] : report.packs,
  }
}
