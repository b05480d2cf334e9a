// A box whose whole data folder, database and all, lies on a disk that somebody else fills to the last byte: people are told, backups
// are refused in clear words, restores and prune go on, and everything is as before once there is room. It also starts so. Mounting needs root, as CI has.

import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agentAtBox, summaryOf } from '../support/agent-at-box.ts'
import { describeTree, differences } from '../support/compare-trees.ts'
import { eventually } from '../support/eventually.ts'
import { canMount, smallDisk } from '../support/small-disk.ts'
import { type RunningBox, runHoldfast, startBox } from '../support/start-box.ts'

const MiB = 1024 * 1024

it.runIf(canMount)(
  'with no byte free restores and prunes, refuses backups, says so, goes on when there is room, and starts with none',
  { timeout: 300_000 },
  async () => {
    using disk = smallDisk('768m')
    const home = mkdtempSync(join(tmpdir(), 'holdfast no byte '))
    await using box = await startBox({ dataFolder: join(disk.path, 'data'), privateDatabase: true })
    using agent = await agentAtBox(box)
    const source = join(home, 'source')
    mkdirSync(source)
    writeFileSync(join(source, 'kept'), randomBytes(10 * MiB))
    await agent.succeed(['add', source])
    await agent.succeed(['backup'])
    const kept = describeTree(source)
    const isReserved = async (bytes: number) => expect((await ownDisk(box)).reserveBytes).toBe(bytes)
    await eventually(() => isReserved(48 * MiB))

    disk.fill()
    expect(statfsSync(disk.path).bavail).toBe(0)
    await eventually(() => isReserved(0))
    // What was freed is for the box, and not for whoever fills the disk once more.
    const restored = join(home, 'restored')
    await agent.succeed(['restore', 'latest', '--to', restored])
    expect(differences(kept, describeTree(join(restored, source)))).toEqual([])
    writeFileSync(join(source, 'new'), randomBytes(3 * MiB))
    const refused = await agent.run(['backup', '--json'])
    expect(summaryOf(refused)).toMatchObject({ error: { code: 'HF-STORAGE-FULL', who: 'administrator' } })
    expect(unfinishedFiles(box.dataFolder)).toEqual([])
    expect(await alarmsOf(box)).toContain('HF-STORAGE-FULL')
    const pruned = await command(box, ['prune', '--json'])
    expect(pruned.exitCode, pruned.errors).toBe(0)

    disk.empty()
    await eventually(() => isReserved(48 * MiB))
    expect(await alarmsOf(box)).not.toContain('HF-STORAGE-FULL')
    expect(summaryOf(await agent.succeed(['backup', '--json']))).toMatchObject({ verdict: 'ok' })
    await agent.succeed(['restore', 'latest', '--to', join(home, 'again')])
    expect(differences(describeTree(source), describeTree(join(home, 'again', source)))).toEqual([])

    await box.stop()
    disk.fill()
    expect(statfsSync(disk.path).bavail).toBe(0)
    await using started = await box.restart()
    await agent.succeed(['restore', 'latest', '--to', join(home, 'after a start')])
    expect(differences(describeTree(source), describeTree(join(home, 'after a start', source)))).toEqual([])
    await started.stop()
    rmSync(home, { recursive: true, force: true })
  },
)

function command(box: RunningBox, words: readonly string[]) {
  return runHoldfast(words, { HOLDFAST_DATA: box.dataFolder })
}

async function ownDisk(box: RunningBox): Promise<{ readonly reserveBytes: number }> {
  const { output, errors } = await command(box, ['disk', '--json'])
  if (output === '') throw new Error(errors)
  return JSON.parse(output).disks[0]
}

async function alarmsOf(box: RunningBox): Promise<readonly string[]> {
  const { output } = await command(box, ['alarms', '--json'])
  return JSON.parse(output).alarms.map(({ code }: { code: string }) => code)
}

function unfinishedFiles(dataFolder: string): string[] {
  const names = readdirSync(join(dataFolder, 'repositories'), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /(^|\/)tmp\/./.test(name))
}
