/**
 * The box as `bin/holdfast serve` runs it, but on a machine whose crash points strike and whose clock moves. This program is the only
 * way to have them: nothing in the environment or the settings of a real box reaches a crash point.
 *
 *   node torture/box-program.ts POINTS-FILE AHEAD-MS [STRIKE]      a child of the harness; the STRIKE (JSON) counts from the start
 *
 * Each point that is reached is a line in POINTS-FILE before anything strikes there.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { runServer } from '../server/cli/run-server.ts'
import { loadConfig } from '../server/config.ts'
import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import type { Obeyed, Order, Strike } from './box-orders.ts'

if (process.send === undefined) throw new Error('the box under torture is a child of its harness')
const [pointsFile, ahead, firstStrike] = process.argv.slice(2)
if (pointsFile === undefined) throw new Error('the file for points is missing')

const points = openSync(pointsFile, 'a')
const aheadMs = Number(ahead)
let strike = firstStrike === undefined ? undefined : (JSON.parse(firstStrike) as Strike)
let left = strike?.nth ?? 0

function reached(point: CrashPoint): void {
  writeSync(points, `${point}\n`)
  if (strike?.point !== point) return
  left -= 1
  if (left > 0) return
  const { blow } = strike
  strike = undefined
  if (blow.kind === 'kill') process.kill(blow.pid ?? process.pid, 'SIGKILL')
  else fill(blow.file)
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

process.on('message', (order: Order) => {
  strike = order.strike
  left = strike?.nth ?? 0
  process.send?.({ kind: 'obeyed' } satisfies Obeyed)
})
// A harness that is gone leaves no box behind.
process.on('disconnect', () => process.exit(1))

process.exitCode = await runServer({
  config: loadConfig(process.env, { dataFolder: '' }),
  isJson: true,
  machine: { reached, clock: { now: () => Date.now() + aheadMs } },
})
process.exit()
