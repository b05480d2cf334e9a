// A box whose disk fills up during a backup, on a small file system of its own: a clear refusal, nothing half made, restores go on,
// and the next backup is good once there is room. Mounting needs root, as CI has.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agentAtBox, summaryOf } from '../support/agent-at-box.ts'
import { describeTree, differences } from '../support/compare-trees.ts'
import { startBox } from '../support/start-box.ts'

const MiB = 1024 * 1024

it.runIf(process.getuid?.() === 0)(
  'a full disk refuses with HF-STORAGE-FULL, keeps what it has, and takes the next backup when there is room',
  { timeout: 300_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'holdfast full '))
    const data = join(home, 'data')
    const repositories = join(data, 'repositories')
    mkdirSync(repositories, { recursive: true, mode: 0o700 })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', repositories])
    try {
      await using box = await startBox({ dataFolder: data })
      using agent = await agentAtBox(box)
      const source = join(home, 'source')
      mkdirSync(source)
      writeFileSync(join(source, 'kept'), randomBytes(10 * MiB))
      await agent.succeed(['add', source])
      await agent.succeed(['backup'])
      const kept = describeTree(source)

      writeFileSync(join(source, 'too large'), randomBytes(160 * MiB))
      const refused = await agent.run(['backup', '--json'])
      expect(refused.exitCode).toBe(1)
      expect(summaryOf(refused)).toMatchObject({ error: { code: 'HF-STORAGE-FULL', who: 'administrator' } })
      expect(unfinishedFiles(repositories)).toEqual([])
      expect((await fetch(new URL('/healthz', box.url))).status).toBe(200)

      await agent.succeed(['restore', 'latest', '--to', join(home, 'restored')])
      expect(differences(kept, describeTree(join(home, 'restored', source)))).toEqual([])

      execFileSync('mount', ['-o', 'remount,size=512m', repositories])
      expect(summaryOf(await agent.succeed(['backup', '--json']))).toMatchObject({ verdict: 'ok' })
      await agent.succeed(['restore', 'latest', '--to', join(home, 'again')])
      expect(differences(describeTree(source), describeTree(join(home, 'again', source)))).toEqual([])
    } finally {
      execFileSync('umount', ['-l', repositories])
      rmSync(home, { recursive: true, force: true })
    }
  },
)

function unfinishedFiles(repositories: string): string[] {
  return readdirSync(repositories, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)tmp\/./.test(name))
}
