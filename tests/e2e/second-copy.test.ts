// A second copy on a disk of its own, small at first, then away, then all that is left. Mounting needs root, as CI has.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agentAtBox } from '../support/agent-at-box.ts'
import { describeTree, differences } from '../support/compare-trees.ts'
import { runHoldfast, startBox } from '../support/start-box.ts'

const MiB = 1024 * 1024

it.runIf(process.getuid?.() === 0)(
  'a disk of a copy that is full, that is taken away, and that restores when the box is gone',
  { timeout: 300_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'holdfast copy disk '))
    const [place, drawer, source] = ['place', 'drawer', 'source'].map((name) => join(home, name)) as [string, string, string]
    for (const folder of [place, drawer, source]) mkdirSync(folder)
    const mounts: string[] = []
    const mount = (folder: string, ...words: readonly string[]) => {
      execFileSync('mount', [...words, folder])
      mounts.push(folder)
    }
    const unmount = (folder: string) => {
      execFileSync('umount', [folder])
      mounts.splice(mounts.lastIndexOf(folder), 1)
    }
    mount(place, '-t', 'tmpfs', '-o', 'size=24m', 'tmpfs')
    try {
      await using box = await startBox()
      using agent = await agentAtBox(box)
      const holdfast = async (...words: readonly string[]) => {
        const { exitCode, output, errors } = await runHoldfast([...words, '--json'], box.environment)
        return { exitCode, answer: JSON.parse(output || errors) as Record<string, unknown> }
      }
      const kit = join(home, 'kit.txt')
      expect((await runHoldfast(['recovery-kit', '--customer', 'C-000001', '--out', kit], box.environment)).exitCode).toBe(0)
      writeFileSync(join(source, 'kept'), randomBytes(6 * MiB))
      await agent.succeed(['add', source])
      await agent.succeed(['backup'])
      expect(await holdfast('copy', 'add', place)).toMatchObject({ exitCode: 0 })
      expect(await holdfast('copy', 'run')).toMatchObject({ exitCode: 0, answer: { outcome: 'ok' } })

      writeFileSync(join(source, 'larger'), randomBytes(40 * MiB))
      await agent.succeed(['backup'])
      const full = { exitCode: 1, answer: { outcome: 'failed', problem: { code: 'HF-COPY-PLACE-FULL' } } }
      expect(await holdfast('copy', 'run')).toMatchObject(full)
      expect(readdirSync(join(place, 'tmp')), 'nothing half made').toEqual([])
      execFileSync('mount', ['-o', 'remount,size=200m', place])
      expect(await holdfast('copy', 'run')).toMatchObject({ exitCode: 0, answer: { outcome: 'ok' } })

      mount(drawer, '--bind', place)
      unmount(place)
      expect(await holdfast('copy', 'run')).toMatchObject({ exitCode: 1, answer: { problem: { code: 'HF-COPY-WRONG-PLACE' } } })
      expect(readdirSync(place), 'nothing beside the disk').toEqual([])
      mount(place, '--bind', drawer)
      expect(await holdfast('copy', 'verify', '--all')).toMatchObject({ exitCode: 0, answer: { outcome: 'ok' } })

      rmSync(join(box.dataFolder, 'repositories'), { recursive: true })
      expect(await holdfast('copy', 'run')).toMatchObject({ exitCode: 1, answer: { problem: { code: 'HF-COPY-SOURCE-LOST' } } })
      await box.kill()
      const [uid] = readdirSync(join(place, 'repositories'))
      const back = join(home, 'back')
      const from = ['--from', join(place, 'repositories', uid!), '--recovery-kit', kit]
      await agent.succeed(['restore', 'latest', ...from, '--to', back, '--strip'])
      expect(differences(describeTree(source), describeTree(join(back, 'source')))).toEqual([])
    } finally {
      for (const folder of mounts.toReversed()) execFileSync('umount', ['--lazy', folder])
      rmSync(home, { recursive: true, force: true })
    }
  },
)
