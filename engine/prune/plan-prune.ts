// What becomes of each pack, decided from facts alone: nothing here reads a file or a clock.
//
//   stored ──condemn──> condemned ──trash──> (trash/) ──purge──> gone
//     ^───────restore──────┘
//   stored, too much dead or small ──repack──> one new pack; the old ones go to trash/

import type { PackKind } from '../format/pack.ts'
import { packMaxRecords, packTargetMinBytes } from '../model/limits.ts'
import type { PackNumber } from './node-index.ts'

export interface PackFacts {
  readonly pack: PackNumber
  readonly kind: PackKind
  readonly state: 'stored' | 'condemned' | 'trashed'
  /** Of all its files. */
  readonly sizeBytes: number
  readonly records: number
  /** Of all its records; of those that the mark reached. */
  readonly recordBytes: number
  readonly liveBytes: number
  /** Promised to somebody, or sent for a version that has not come yet: whatever the mark says, it stays as it is. */
  readonly isHeld: boolean
  /** It came for a version that never came, and for nothing else: that it goes is no surprise. */
  readonly isGivenUp: boolean
  /** It holds a record that did not open under its id: for repair, not for repacking. */
  readonly isHurt: boolean
  /** Observed time since it was condemned, or came into trash/. */
  readonly waitedMs: number
}

export interface PruneRules {
  /** From condemned to trash/. */
  readonly trashAfterMs: number
  /** From trash/ to gone. */
  readonly purgeAfterMs: number
  /** Bytes that one run copies at most. */
  readonly maxRepackBytes: number
}

const hourMs = 60 * 60 * 1000

export const usualRules: PruneRules = {
  trashAfterMs: 24 * hourMs,
  purgeAfterMs: 7 * 24 * hourMs,
  maxRepackBytes: 4 * 1024 ** 3,
}
/** `--now`: no waits. The marks stay: a pack still goes by the second of two only. */
export const impatientRules: PruneRules = { trashAfterMs: 0, purgeAfterMs: 0, maxRepackBytes: Number.POSITIVE_INFINITY }

export interface RepackGroup {
  readonly kind: PackKind
  readonly packs: readonly PackNumber[]
  readonly liveBytes: number
}

export interface PrunePlan {
  /** Needed after all. */
  readonly restore: readonly PackNumber[]
  readonly condemn: readonly PackNumber[]
  readonly trash: readonly PackNumber[]
  readonly purge: readonly PackNumber[]
  readonly repack: readonly RepackGroup[]
}

/** Small packs are put together once so many of a kind exist. */
export const mergeFromPacks = 20
/** What a repacked pack holds at most. */
export const repackTargetBytes = 16 * 1024 ** 2
const halfLive = 0.5
/** What may lie dead in packs that stay as they are, beside what is needed. */
const deadShareMax = 0.1

export function planPrune(packs: readonly PackFacts[], rules: PruneRules): PrunePlan {
  const isDead = (pack: PackFacts) => pack.liveBytes === 0 && !pack.isHeld
  const numbers = (state: PackFacts['state'], isChosen: (pack: PackFacts) => boolean) =>
    packs.filter((pack) => pack.state === state && isChosen(pack)).map(({ pack }) => pack)
  return {
    restore: numbers('condemned', (pack) => !isDead(pack)),
    condemn: numbers('stored', isDead),
    trash: numbers('condemned', (pack) => isDead(pack) && pack.waitedMs >= rules.trashAfterMs),
    purge: numbers('trashed', (pack) => pack.waitedMs >= rules.purgeAfterMs),
    repack: planRepack(packs, rules.maxRepackBytes),
  }
}

/** Packs with too much that is dead, and small ones together; each group becomes one pack. */
export function planRepack(packs: readonly PackFacts[], maxBytes: number): readonly RepackGroup[] {
  const movable = packs.filter((pack) => pack.state === 'stored' && pack.liveBytes > 0 && !pack.isHeld && !pack.isHurt)
  const groups: RepackGroup[] = []
  let roomBytes = maxBytes
  for (const kind of ['tree', 'data'] as const) {
    const ofKind = movable.filter((pack) => pack.kind === kind)
    const small = ofKind.filter(({ sizeBytes }) => sizeBytes < smallBytes(kind))
    const areSmallMerged = small.length >= mergeFromPacks
    const dying = tooDead(ofKind)
    const chosen = ofKind.filter((pack) => dying.has(pack.pack) || (areSmallMerged && small.includes(pack)))
    for (const group of groupsOf(kind, chosen)) {
      // One pack alone is rewritten for what is dead in it, not for its size.
      if (group.packs.length === 1 && !dying.has(group.packs[0]!)) continue
      if (group.liveBytes > roomBytes) return groups
      roomBytes -= group.liveBytes
      groups.push(group)
    }
  }
  return groups
}

/**
 * Packs below half live, and beyond them those with the largest dead share, until what is dead in the others is a tenth of all that is
 * needed: many packs that lost a little would else hold nearly twice the bytes.
 */
function tooDead(packs: readonly PackFacts[]): ReadonlySet<PackNumber> {
  const neededBytes = packs.reduce((sum, { liveBytes }) => sum + liveBytes, 0)
  const chosen = new Set<PackNumber>()
  let deadBytes = packs.reduce((sum, pack) => sum + deadBytesOf(pack), 0)
  for (const pack of packs.toSorted((a, b) => liveShare(a) - liveShare(b))) {
    if (liveShare(pack) >= halfLive && deadBytes <= neededBytes * deadShareMax) break
    deadBytes -= deadBytesOf(pack)
    chosen.add(pack.pack)
  }
  return chosen
}

function deadBytesOf({ recordBytes, liveBytes }: PackFacts): number {
  return recordBytes - liveBytes
}

function liveShare({ recordBytes, liveBytes }: PackFacts): number {
  return liveBytes / recordBytes
}

/** A tree pack has two files. */
function smallBytes(kind: PackKind): number {
  return kind === 'tree' ? 2 * packTargetMinBytes : packTargetMinBytes
}

/** In the order of their age, so that what came together stays together. */
function groupsOf(kind: PackKind, packs: readonly PackFacts[]): readonly RepackGroup[] {
  const groups: { kind: PackKind; packs: PackNumber[]; liveBytes: number; records: number }[] = []
  for (const { pack, liveBytes, records } of packs.toSorted((a, b) => a.pack - b.pack)) {
    const last = groups.at(-1)
    const fits = last && last.liveBytes + liveBytes <= repackTargetBytes && last.records + records <= packMaxRecords
    if (!fits) groups.push({ kind, packs: [pack], liveBytes, records })
    else {
      last.packs.push(pack)
      last.liveBytes += liveBytes
      last.records += records
    }
  }
  return groups.map(({ records: _, ...group }) => group)
}

/** What a plan takes off the stored bytes: whole packs, and what is dead in those that are repacked. */
export function freedBytes(plan: Pick<PrunePlan, 'trash' | 'repack'>, packs: readonly PackFacts[]): number {
  const byNumber = new Map(packs.map((pack) => [pack.pack, pack]))
  const whole = plan.trash.reduce((sum, pack) => sum + (byNumber.get(pack)?.sizeBytes ?? 0), 0)
  const repacked = plan.repack.flatMap((group) => group.packs)
  return repacked.reduce((sum, pack) => {
    const facts = byNumber.get(pack)
    const copies = facts?.kind === 'tree' ? 2 : 1
    return sum + (facts === undefined ? 0 : Math.max(0, facts.sizeBytes - copies * facts.liveBytes))
  }, whole)
}

const maxFreedShare = 0.3
/** Below it a share says little: a repository of three packs may well lose one. */
const minPacksForShare = 20

/** Whether so much would go at once that a person should look first. What was given up is not asked about: nobody has ever had it. */
export function isTooMuch(plan: Pick<PrunePlan, 'trash' | 'repack'>, packs: readonly PackFacts[]): boolean {
  const stored = packs.filter(({ state, isGivenUp }) => state !== 'trashed' && !isGivenUp)
  if (stored.length < minPacksForShare) return false
  const storedBytes = stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const expected = new Set(packs.filter(({ isGivenUp }) => isGivenUp).map(({ pack }) => pack))
  const trash = plan.trash.filter((pack) => !expected.has(pack))
  return freedBytes({ ...plan, trash }, packs) > storedBytes * maxFreedShare
}
