// A customer's backups go to another disk while the box serves and a computer backs up; the box is killed in the middle of it.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { agentAtBox, summaryOf } from '../support/agent-at-box.ts'
import { describeTree, differences } from '../support/compare-trees.ts'
import { eventually } from '../support/eventually.ts'
import { runHoldfast, startBox } from '../support/start-box.ts'

const MiB = 1024 * 1024

test('a repository is moved beneath a working box, through a kill, and back', { timeout: 300_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast moving '))
  const other = join(home, 'other disk')
  mkdirSync(other)
  const dataFolder = join(home, 'data')
  const box = await startBox({ dataFolder })
  using agent = await agentAtBox(box)
  const source = join(home, 'source')
  mkdirSync(source)
  for (let file = 0; file < 30; file += 1) writeFileSync(join(source, `file ${file}`), randomBytes(2 * MiB))
  await agent.succeed(['add', source])
  await agent.succeed(['backup'])
  const [uid] = readdirSync(join(dataFolder, 'repositories')).filter((name) => /^[0-9a-f]{32}$/.test(name))

  const moving = runHoldfast(['move', '--customer', 'Office', '--to', other], box.environment)
  await eventually(() => expect(existsSync(join(other, uid!, 'packs'))).toBe(true))
  await box.kill()
  expect((await moving).exitCode).not.toBe(0)

  await using again = await box.restart()
  writeFileSync(join(source, 'made meanwhile'), randomBytes(3 * MiB))
  const [moved, backedUp] = await Promise.all([
    runHoldfast(['move', '--customer', 'Office', '--to', other, '--json'], again.environment),
    agent.run(['backup', '--json']),
  ])
  expect(moved.exitCode, moved.errors).toBe(0)
  expect(JSON.parse(moved.output)).toEqual({ uid, folder: other })
  expect(summaryOf(backedUp)).toMatchObject({ verdict: 'ok' })
  expect(readdirSync(join(dataFolder, 'repositories')).filter((name) => name.startsWith(uid!))).toEqual([])

  await again.stop()
  await using third = await again.restart()
  writeFileSync(join(source, 'after it'), randomBytes(MiB))
  expect(summaryOf(await agent.succeed(['backup', '--json']))).toMatchObject({ verdict: 'ok' })
  await agent.succeed(['restore', 'latest', '--to', join(home, 'restored')])
  expect(differences(describeTree(source), describeTree(join(home, 'restored', source)))).toEqual([])
  const checked = await runHoldfast(['check', '--data'], third.environment)
  expect(checked.exitCode, checked.output + checked.errors).toBe(0)
  await third.stop()
  rmSync(home, { recursive: true, force: true })
})
