// kill -9 of the server, of its database and of the agent, at random moments of a backup: whatever was acknowledged restores byte for
// byte, and the next run succeeds. The moments come from a seed, printed when the test fails.

import { createHash, randomBytes, randomInt } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type AgentAtBox, agentAtBox, type Ended, summaryOf } from '../support/agent-at-box.ts'
import { describeTree, differences, type TreeLine } from '../support/compare-trees.ts'
import { type RunningBox, startBox } from '../support/start-box.ts'

/** Twenty when it is asked for; a few in every run of the suite. */
const rounds = Number(process.env.HOLDFAST_KILL_ROUNDS ?? 2)
/** A run of this tree takes about this long; kills fall into it. */
const killWithinMs = 1_500

interface Bed {
  box: RunningBox
  readonly agent: AgentAtBox
  readonly source: string
}

type Victim = (bed: Bed, backup: ReturnType<AgentAtBox['start']>) => Promise<void>

const victims: Readonly<Record<string, Victim>> = {
  async server(bed) {
    await bed.box.kill()
    bed.box = await bed.box.restart()
  },
  async database(bed) {
    process.kill(Number(readFileSync(join(bed.box.dataFolder, 'mysql.pid'), 'utf8')), 'SIGKILL')
  },
  async agent(_, backup) {
    backup.process.kill('SIGKILL')
  },
}

describe.each(Object.entries(victims))('kill -9 of the %s during a backup', (name, kill) => {
  it(`loses nothing in ${rounds} rounds`, { timeout: 600_000 }, async () => {
    const seed = process.env.HOLDFAST_TEST_SEED ?? String(randomInt(1e9))
    const home = mkdtempSync(join(tmpdir(), 'holdfast kill '))
    await using first = await startBox({ privateDatabase: true })
    using agent = await agentAtBox(first)
    const bed: Bed = { box: first, agent, source: join(home, 'source') }
    try {
      mkdirSync(bed.source)
      for (let index = 0; index < 150; index++) writeFileSync(join(bed.source, `file ${index}`), randomBytes(40_000))
      await agent.succeed(['add', bed.source])
      const acknowledged = new Map<string, ReadonlyMap<string, TreeLine>>()
      for (let round = 0; round < rounds; round++) {
        change(bed.source, round)
        const state = describeTree(bed.source)
        const backup = agent.start(['backup', '--json'])
        await Promise.race([wait(momentOf(`${seed}/${name}/${round}`)), backup.ended])
        await kill(bed, backup)
        remember(acknowledged, await backup.ended, state)
        const next = await agent.run(['backup', '--json'])
        expect(next.exitCode, `seed ${seed}, round ${round}: the run after the kill: ${next.output}${next.errors}`).toBe(0)
        remember(acknowledged, next, state)
      }
      expect(acknowledged.size).toBeGreaterThanOrEqual(rounds)
      for (const [snapshot, state] of acknowledged) {
        const to = join(home, 'restored')
        await agent.succeed(['restore', snapshot, '--to', to])
        expect(differences(state, describeTree(join(to, bed.source))), `seed ${seed}: version ${snapshot}`).toEqual([])
        rmSync(to, { recursive: true })
      }
    } finally {
      await bed.box.stop()
      rmSync(home, { recursive: true, force: true })
    }
  })
})

/** New bytes in a few files, one file more and one less, so that each round has packs to send. */
function change(source: string, round: number): void {
  for (let index = 0; index < 4; index++) writeFileSync(join(source, `file ${(round * 7 + index) % 150}`), randomBytes(2_000_000))
  writeFileSync(join(source, `new ${round}`), randomBytes(5_000))
  rmSync(join(source, `new ${round - 3}`), { force: true })
}

function remember(
  acknowledged: Map<string, ReadonlyMap<string, TreeLine>>,
  ended: Ended,
  state: ReadonlyMap<string, TreeLine>,
): void {
  if (ended.exitCode !== 0) return
  const { snapshot } = summaryOf(ended) as { snapshot?: { id?: string } }
  expect(snapshot?.id).toMatch(/^snap_/)
  acknowledged.set(snapshot!.id!, state)
}

function momentOf(label: string): number {
  return createHash('sha256').update(label).digest().readUInt32LE(0) % killWithinMs
}
