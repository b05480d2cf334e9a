/**
 * The box as `bin/holdfast serve` runs it, but on a machine that strikes.
 *
 *   node torture/box-program.ts POINTS-FILE AHEAD-MS [STRIKE]      a child of the harness; the STRIKE is JSON
 */
import { runServer } from '../server/cli/run-server.ts'
import { loadConfig } from '../server/config.ts'
import type { Obeyed, Order, Strike } from './box-orders.ts'
import { strikingMachine } from './striking-machine.ts'

if (process.send === undefined) throw new Error('the box under torture is a child of its harness')
const [pointsFile, ahead, firstStrike] = process.argv.slice(2)
if (pointsFile === undefined) throw new Error('the file for points is missing')

const strike = firstStrike === undefined ? undefined : (JSON.parse(firstStrike) as Strike)
const striking = strikingMachine({ pointsFile, aheadMs: Number(ahead), strike })

process.on('message', (order: Order) => {
  striking.strikeAt(order.strike)
  process.send?.({ kind: 'obeyed' } satisfies Obeyed)
})
// A harness that is gone leaves no box behind.
process.on('disconnect', () => process.exit(1))

try {
  process.exitCode = await runServer({
    config: loadConfig(process.env, { dataFolder: '' }),
    isJson: true,
    machine: striking.machine,
  })
} catch (error) {
  // As `bin/holdfast` ends when the box cannot start again, on a full disk above all. The line to the harness would hold it here.
  console.error(error)
  process.exitCode = 1
}
process.exit()
