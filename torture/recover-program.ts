/**
 * `bin/holdfast recover` on a machine that strikes, into the data folder that HOLDFAST_DATA names.
 *
 *   node torture/recover-program.ts POINTS-FILE AHEAD-MS FROM KIT [STRIKE]
 */
import { loadConfig } from '../server/config.ts'
import { secretOfKitFile } from '../server/recovery/ask-secret.ts'
import { recoverCommand } from '../server/recovery/recover-command.ts'
import { thisMachine } from '../server/this-machine.ts'
import type { Strike } from './box-orders.ts'
import { strikingMachine } from './striking-machine.ts'

const [pointsFile, ahead, from, kit, firstStrike] = process.argv.slice(2)
if (pointsFile === undefined || from === undefined || kit === undefined) throw new Error('it wants POINTS-FILE AHEAD-MS FROM KIT')

const strike = firstStrike === undefined ? undefined : (JSON.parse(firstStrike) as Strike)
const striking = strikingMachine({ pointsFile, aheadMs: Number(ahead), strike })
const terminal = (line: string) => void process.stderr.write(line)
const { result, exitCode } = await recoverCommand.runAlone!(
  { from, secret: secretOfKitFile(kit).toString('base64') },
  {
    config: loadConfig(process.env, { dataFolder: '' }),
    machine: { ...thisMachine({ terminal }), ...striking.machine },
    report: (line) => terminal(`${line}\n`),
    signal: new AbortController().signal,
    onTaken: () => process.exit(1),
  },
)
console.log(JSON.stringify(result))
process.exit(exitCode ?? 0)
