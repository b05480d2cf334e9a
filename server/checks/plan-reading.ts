/** Which packs are read this time, so that every byte is read within 30 days and no night reads much more than another. Pure. */
import type { PackNumber } from '../packs/pack.ts'

/** `structure`: indexes and sizes only. `due`: and the data of those packs whose turn it is. `all`: and all data. */
export const checkReadings = ['structure', 'due', 'all'] as const
export type CheckReading = (typeof checkReadings)[number]

export interface ProvedPack {
  readonly pack: PackNumber
  readonly sizeBytes: number
  /** 0: not opened since its bytes came; verification on arrival does that. */
  readonly provedAt: number
}

/** Read until here, in the order of proof. */
export interface ReadingTurn {
  readonly provedAt: number
  readonly pack: PackNumber
}

const dayMs = 24 * 60 * 60 * 1000
/** Nights for one round, of the 30 days that are promised. */
const nightsPerRound = 28
/** Whatever is older is read tonight, however much it is: the box may have been off. */
const oldestMs = 29 * dayMs

/** `packs` in the order of proof, the oldest first. */
export async function planReading(
  packs: AsyncIterable<ProvedPack> | Iterable<ProvedPack>,
  { totalBytes, nowMs }: { readonly totalBytes: number; readonly nowMs: number },
): Promise<ReadingTurn | undefined> {
  const share = totalBytes / nightsPerRound
  let bytes = 0
  let turn: ReadingTurn | undefined
  for await (const { pack, sizeBytes, provedAt } of packs) {
    if (bytes >= share && provedAt > nowMs - oldestMs) break
    bytes += sizeBytes
    turn = { provedAt, pack }
  }
  return turn
}

export function isDue({ provedAt, pack }: ProvedPack, turn: ReadingTurn | undefined): boolean {
  if (turn === undefined || provedAt === 0) return false
  return provedAt < turn.provedAt || (provedAt === turn.provedAt && pack <= turn.pack)
}
