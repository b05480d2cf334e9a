/** What was run and what came of it, as numbers that add up over processes and days. */

import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import { crashPoints } from '../server/storage-volumes/crash-points.ts'
import type { Baseline } from './baseline.ts'

export const faultKinds = ['kill-at-point', 'kill-twice', 'kill-at-moment', 'cut', 'full-disk'] as const
export type FaultKind = (typeof faultKinds)[number]

export interface Tally {
  readonly seed: number
  /** Runs whose fault struck. */
  readonly struck: Record<FaultKind, number>
  /** Runs in which it came too late or its point was not reached; judged all the same. */
  missed: number
  acknowledged: number
  restored: number
  lost: number
  cuts: number
  /** Runs of `kill-twice` in which the second kill struck too. */
  fellTwice: number
  /** Disk use at the end of each bed, and of a new box with the same folder. */
  readonly baselines: Baseline[]
  readonly histories: Record<string, number>
  readonly killsAt: Partial<Record<CrashPoint, number>>
  readonly reached: Set<CrashPoint>
  readonly complaints: string[]
  elapsedMs: number
  /** Of which in each kind of step. */
  readonly spentMs: Record<string, number>
}

export function emptyTally(seed: number): Tally {
  return {
    seed,
    struck: { 'kill-at-point': 0, 'kill-twice': 0, 'kill-at-moment': 0, cut: 0, 'full-disk': 0 },
    missed: 0,
    acknowledged: 0,
    restored: 0,
    lost: 0,
    cuts: 0,
    fellTwice: 0,
    baselines: [],
    histories: {},
    killsAt: {},
    reached: new Set(),
    complaints: [],
    elapsedMs: 0,
    spentMs: {},
  }
}

export function runsOf(tally: Tally): number {
  return Object.values(tally.struck).reduce((sum, count) => sum + count, 0) + tally.missed
}

/** For machines, and for adding up. */
export function tallyJson(tally: Tally): object {
  const { reached, elapsedMs, spentMs, struck, missed, ...rest } = tally
  return {
    ...rest,
    runs: runsOf(tally),
    struck,
    missed,
    elapsedS: Math.round(elapsedMs / 1000),
    baselineMost: mostLeft(tally),
    spentS: Object.fromEntries(Object.entries(spentMs).map(([name, ms]) => [name, Math.round(ms / 1000)])),
    points: crashPoints.length,
    pointsReached: reached.size,
    pointsNotReached: crashPoints.filter((point) => !reached.has(point)),
  }
}

function mostLeft({ baselines }: Tally): string {
  const shares = baselines.map(({ usedBytes, neededBytes }) => usedBytes / neededBytes)
  return shares.length === 0 ? 'not measured' : `${(Math.max(...shares) * 100).toFixed(1)} % (${shares.length} times)`
}

export function tallyTable(tally: Tally): string {
  const { struck } = tally
  const rows: readonly (readonly [string, number | string])[] = [
    ['crash points in the code', crashPoints.length],
    ['crash points reached', tally.reached.size],
    ['runs', runsOf(tally)],
    ['killed with -9 at a point', struck['kill-at-point']],
    ['killed at a point, to be killed again on the way up', `${struck['kill-twice']} (${tally.fellTwice} were)`],
    ['killed with -9 at a random moment', struck['kill-at-moment']],
    ['runs with a cut line', struck.cut],
    ['times that a line was cut', tally.cuts],
    ['runs with a full disk', struck['full-disk']],
    ['runs whose fault came too late', tally.missed],
    ['backups acknowledged', tally.acknowledged],
    ['versions restored and compared', tally.restored],
    ['acknowledged versions lost', tally.lost],
    ['most that was left on a disk, of what a new box needs', mostLeft(tally)],
    ['complaints of any kind', tally.complaints.length],
  ]
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n')
}
