/** A device as people see it: a computer that is safe, or is not, and why. Pure. */
import type { ComputerState } from '../../views/pages/computers.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { Device } from './device.ts'

/** The last run of a device that has ended. */
export interface EndedRun {
  readonly verdict: 'ok' | 'partial' | 'failed'
  readonly endedAt: number
  /** Of a run that failed. */
  readonly code: string | undefined
  readonly detail: string | undefined
}

export interface Computer {
  readonly device: Device
  readonly newest: Snapshot | undefined
  readonly lastGood: Snapshot | undefined
  readonly latestRun: EndedRun | undefined
  readonly isRunning: boolean
}

const dayMs = 24 * 60 * 60 * 1000
/** Without a good backup for so long, a computer is called silent. */
export const silentAfterMs = 7 * dayMs
/** A run that goes on is believed in while the computer was heard from within this time. */
export const heardWithinMs = 10 * 60 * 1000

export function computerState(computer: Computer, nowMs: number): ComputerState {
  if (computer.isRunning && nowMs - computer.device.lastSeenAt <= heardWithinMs) {
    return { kind: 'running', isSafe: restingState(computer, nowMs).kind === 'ok' }
  }
  return restingState(computer, nowMs)
}

/** How it stands apart from what is going on just now: the worst of what is true. */
export function restingState(computer: Computer, nowMs: number): Exclude<ComputerState, { kind: 'running' }> {
  const { newest, lastGood } = computer
  if (hasFailed(computer)) return { kind: 'failed' }
  if (newest === undefined || lastGood === undefined) return { kind: 'none' }
  if (nowMs - lastGood.receivedAt > silentAfterMs) return { kind: 'silent', sinceMs: lastGood.receivedAt }
  return newest.verdict === 'partial' ? { kind: 'partial', skipped: newest.counts.skipped } : { kind: 'ok' }
}

function hasFailed({ newest, latestRun }: Computer): boolean {
  if (newest?.verdict === 'failed') return true
  return latestRun?.verdict === 'failed' && latestRun.endedAt > (newest?.receivedAt ?? 0)
}
