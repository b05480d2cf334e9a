/** Last week's database under this week's files: real processes. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BoxAndAgent, job } from '../../support/box-and-agent.ts'

// Five starts of a box, each with a database server of its own.
test('everything waits, restores work, and a rebuild beside the running box puts it right', { timeout: 120_000 }, async () => {
  await using story = await BoxAndAgent.open({ privateDatabase: true })
  const mysqlFolder = join(story.box.dataFolder, 'mysql')
  const monday = join(story.folder, 'monday')
  await story.box.stop()
  cpSync(mysqlFolder, monday, { recursive: true })
  await story.restart()
  story.writeFiles()
  await story.backUp()
  // The collector's number rises with all that takes files away, and with a rebuild.
  await story.rebuild()
  story.writeFiles()
  await story.backUp()
  const before = await story.versions()
  await story.box.stop()
  rmSync(mysqlFolder, { recursive: true })
  cpSync(monday, mysqlFolder, { recursive: true })

  await story.restart()
  expect(story.box.warnings()).toContain('run holdfast rebuild')
  const refused = await story.agent.run(['backup', '--job', job, '--json'])
  expect(refused.exitCode).not.toBe(0)
  expect(refused.output).toContain('HF-REBUILD-NEEDED')
  expect((await story.holdfast('alarms', '--json')).output).toContain('HF-REBUILD-NEEDED')
  await story.restoredAndOwn()

  expect((await story.rebuild()).repositories).toMatchObject([{ versions: before.length }])
  expect(await story.versions()).toEqual(before)
  await story.backUp()
  const [restored, own] = await story.restoredAndOwn()
  expect(restored).toEqual(own)
  const alarms = (await story.holdfast('alarms', '--json')).output
  expect(alarms).not.toContain('HF-REBUILD-NEEDED')
  expect(alarms).toContain('HF-REBUILD-UNCONFIRMED')
  expect((await story.holdfast('rebuild', '--confirm')).exitCode).toBe(0)
  expect((await story.holdfast('alarms', '--json')).output).not.toContain('HF-REBUILD-UNCONFIRMED')
})
