// npm run torture -- [--seed N] [--minutes M | --runs R] [--points pack:synced,…] [--json FILE]
//
// Ends boxes, databases, computers and lines in the middle of their work, and proves after each that nothing acknowledged was lost.
// Exit 1 when anything was. The same seed gives the same runs; where a kill at a moment falls depends on the machine.

import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { isCrashPoint } from './box-orders.ts'
import { runTorture } from './run-torture.ts'
import { tallyJson, tallyTable } from './tally.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    runs: { type: 'string' },
    points: { type: 'string' },
    json: { type: 'string' },
  },
})
const seed = Number(values.seed ?? randomInt(1e6))
const points = values.points?.split(',').map((text) => {
  if (!isCrashPoint(text)) throw new Error(`there is no crash point ${text}`)
  return text
})
console.log(`seed ${seed}`)
const tally = await runTorture({
  seed,
  untilMs: Date.now() + Number(values.minutes) * 60_000,
  now: Date.now,
  say: (line) => console.log(line),
  ...(values.runs === undefined ? {} : { maxRuns: Number(values.runs) }),
  ...(points === undefined ? {} : { points }),
})
console.log(`\n${tallyTable(tally)}`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(tallyJson(tally), undefined, 2)}\n`)
for (const complaint of tally.complaints) console.error(complaint)
process.exit(tally.lost + tally.complaints.length > 0 ? 1 : 0)
