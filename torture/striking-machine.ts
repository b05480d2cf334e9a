/**
 * A machine whose crash points strike and whose clock is ahead. Only the programs in this folder have it: nothing in the environment or
 * the settings of a real box reaches a crash point. Each point that is reached is a line in a file before anything strikes there, and so
 * is the strike.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Machine } from '../server/box.ts'
import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import { type Strike, struckLine } from './box-orders.ts'

/** Nobody reads the old place of a moved repository for longer here. */
const moveGraceMs = 100

export interface StrikingMachine {
  readonly machine: Pick<Machine, 'reached' | 'clock' | 'moveGraceMs'>
  readonly strikeAt: (strike: Strike | undefined) => void
}

export function strikingMachine(options: {
  readonly pointsFile: string
  readonly aheadMs: number
  /** Counts from the start. */
  readonly strike: Strike | undefined
}): StrikingMachine {
  const points = openSync(options.pointsFile, 'a')
  let { strike } = options
  let left = strike?.nth ?? 0
  const reached = (point: CrashPoint) => {
    writeSync(points, `${point}\n`)
    if (strike?.point !== point) return
    left -= 1
    if (left > 0) return
    const { blow } = strike
    strike = undefined
    if (blow.kind === 'kill' && blow.pid !== undefined && !isThere(blow.pid)) return
    writeSync(points, `${struckLine}\n`)
    if (blow.kind === 'kill') process.kill(blow.pid ?? process.pid, 'SIGKILL')
    else fill(blow.file)
  }
  return {
    machine: { reached, clock: { now: () => Date.now() + options.aheadMs }, moveGraceMs },
    strikeAt(next) {
      strike = next
      left = next?.nth ?? 0
    },
  }
}

/** An agent may have ended while the box still works for it. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function fill(file: string): void {
  const descriptor = openSync(file, 'a')
  try {
    for (let size = 1024 * 1024; size >= 1; ) {
      try {
        if (writeSync(descriptor, Buffer.alloc(size)) < size) size = Math.floor(size / 2)
      } catch {
        size = Math.floor(size / 2)
      }
    }
  } finally {
    closeSync(descriptor)
  }
}
