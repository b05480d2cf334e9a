/** A device as people see it: a computer that is safe, or is not, and why. Pure. */
import type { ComputerState } from '../../views/pages/computers.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { type DeviceStanding, restingKind, standingKind } from '../standings/standing.ts'
import type { Device } from './device.ts'

export interface Computer {
  readonly device: Device
  readonly newest: Snapshot | undefined
  readonly lastGood: Snapshot | undefined
  readonly standing: DeviceStanding
}

export function computerState(computer: Computer, nowMs: number): ComputerState {
  const resting = restingState(computer, nowMs)
  return standingKind(judged(computer), nowMs) === 'running' ? { kind: 'running', isSafe: resting.kind === 'ok' } : resting
}

/** How it stands apart from what is going on just now: the worst of what is true. */
export function restingState(computer: Computer, nowMs: number): Exclude<ComputerState, { kind: 'running' }> {
  const { ended, goodAt, pause } = computer.standing
  const kind = restingKind(judged(computer), nowMs)
  switch (kind) {
    case 'silent':
      return { kind, sinceMs: goodAt ?? nowMs }
    case 'partial':
      return { kind, skipped: ended?.skipped ?? 0 }
    case 'paused':
      return { kind, of: pause?.of ?? 'computer', untilMs: pause?.untilMs }
    case 'failed':
    case 'none':
    case 'ok':
      return { kind }
    default:
      return kind satisfies never
  }
}

function judged({ device, standing }: Computer) {
  return { standing, lastSeenAt: device.lastSeenAt }
}
