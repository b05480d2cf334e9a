/** How a customer stands, of what its computers say: as bad as the worst of them. Pure. */
import { type DeviceStanding, restingKind, type StandingKind } from '../standings/standing.ts'
import type { Customer } from './customer.ts'

export interface DeviceFacts {
  readonly standing: DeviceStanding
}

export type ComputerCounts = Readonly<Record<Exclude<StandingKind, 'running'>, number>>

export interface CustomerOverview {
  readonly customer: Customer
  readonly computers: number
  readonly counts: ComputerCounts
  /** The newest good version of any of its computers. */
  readonly lastGoodAt: number | undefined
  /** Undefined: it never had one. */
  readonly licence: { readonly planName: string; readonly usedBytes: number; readonly quotaBytes: number } | undefined
}

export function countStandings(devices: readonly DeviceFacts[], nowMs: number): ComputerCounts {
  const counts = { failed: 0, silent: 0, partial: 0, none: 0, paused: 0, ok: 0 }
  for (const { standing } of devices) counts[restingKind({ standing }, nowMs)] += 1
  return counts
}

export function newestGood(devices: readonly DeviceFacts[]): number | undefined {
  const times = devices.flatMap(({ standing }) => standing.goodAt ?? [])
  return times.length === 0 ? undefined : Math.max(...times)
}

/** The licence that counts: the oldest that runs, else the one that ended last. */
export function currentOf<Licence extends { readonly validFrom: number; readonly validUntil: number | undefined }>(
  licences: readonly Licence[],
  nowMs: number,
): Licence | undefined {
  const isRunning = ({ validFrom, validUntil }: Licence) => validFrom <= nowMs && (validUntil === undefined || nowMs < validUntil)
  return licences.find(isRunning) ?? licences.at(-1)
}
