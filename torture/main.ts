// npm run torture -- [--seed N] [--minutes M | --runs R] [--points pack:synced,…] [--faults cut,…] [--histories backup,…] [--json FILE]
// npm run torture -- --mutants [--only WORDS]      mistakes put into a copy of the program: are they noticed?
// npm run torture -- --flips                       every bit and every length of a 64 KiB pack: is each change found?
//
// Ends boxes, databases, computers and lines in the middle of their work, and proves after each that nothing acknowledged was lost.
// Exit 1 when anything was. The same seed gives the same runs; where a kill at a moment falls depends on the machine.

import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { countFlipsFound } from '../tests/support/every-flip.ts'
import { isCrashPoint } from './box-orders.ts'
import { runMutants } from './run-mutants.ts'
import { runTorture } from './run-torture.ts'
import { faultKinds, type Tally, tallyJson, tallyTable } from './tally.ts'

// What looks and restores in here starts threads all the time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '..', 'node_modules', '.cache', 'torture')

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    runs: { type: 'string' },
    points: { type: 'string' },
    faults: { type: 'string' },
    histories: { type: 'string' },
    json: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
    flips: { type: 'boolean', default: false },
  },
})
if (values.mutants) {
  const { total, caught, escaped } = runMutants((line) => console.log(line), values.only)
  console.log(`mutants caught: ${caught} of ${total}`)
  process.exit(escaped.length > 0 ? 1 : 0)
}
if (values.flips) {
  const found = countFlipsFound({ kind: 'data', bits: 'all' })
  console.log(
    `a pack of ${found.packBytes} bytes: ${found.flipsFound} of ${found.flips} flips found, ${found.truncationsFound} of ${found.truncations} truncations`,
  )
  process.exit(found.unseen.length > 0 ? 1 : 0)
}
const seed = Number(values.seed ?? randomInt(1e6))
const points = values.points?.split(',').map((text) => {
  if (!isCrashPoint(text)) throw new Error(`there is no crash point ${text}`)
  return text
})
const faults = values.faults?.split(',').map((text) => {
  const kind = faultKinds.find((known) => known === text)
  if (kind === undefined) throw new Error(`faults are ${faultKinds.join(', ')}`)
  return kind
})
const keep = (tally: Tally) => {
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(tallyJson(tally), undefined, 2)}\n`)
}
console.log(`seed ${seed}`)
const tally = await runTorture({
  seed,
  untilMs: Date.now() + Number(values.minutes) * 60_000,
  now: Date.now,
  say: (line) => console.log(line),
  keep,
  ...(values.runs === undefined ? {} : { maxRuns: Number(values.runs) }),
  ...(points === undefined ? {} : { points }),
  ...(faults === undefined ? {} : { faults }),
  ...(values.histories === undefined ? {} : { histories: values.histories.split(',') }),
})
console.log(`\n${tallyTable(tally)}`)
keep(tally)
for (const complaint of tally.complaints) console.error(complaint)
process.exit(tally.lost + tally.complaints.length > 0 ? 1 : 0)
