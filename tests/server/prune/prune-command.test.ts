/** `holdfast prune` on a box that runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningBox, runHoldfast, startBox } from '../../support/start-box.ts'

let box: RunningBox
let folder: string
const holdfast = (...words: readonly string[]) => runHoldfast(words, box.environment)

beforeAll(async () => {
  box = await startBox({})
  folder = mkdtempSync(join(tmpdir(), 'holdfast prune '))
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, 'four words on the quay\n')
  const login = ['--email', 'helen@office.example', '--name', 'Helen Calder', '--password-file', passwordFile]
  const { exitCode, errors } = await holdfast('setup', ...login)
  expect(exitCode, errors).toBe(0)
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

test('plans without doing anything', async () => {
  const { exitCode, output } = await holdfast('prune', '--plan', '--json')
  expect(exitCode).toBe(0)
  expect(JSON.parse(output)).toMatchObject({
    kind: 'plan',
    confirm: 0,
    repositories: [{ outlook: { versions: 0, stored: { packs: 0, bytes: 0 }, freedBytes: 0 } }],
  })
})

test('says in words what it did', async () => {
  const { exitCode, output } = await holdfast('prune')
  expect(exitCode).toBe(0)
  expect(output).toContain('Office (C-000001)')
  expect(output).toContain('Free again on the disk: 0 bytes')
})

test('does nothing without waits until the number of the plan is given', async () => {
  const asked = await holdfast('prune', '--now')
  expect(asked.exitCode).toBe(1)
  expect(asked.output).toContain('Nothing was done. To do it without any wait: holdfast prune --now --confirm 0')
  const wrong = await holdfast('prune', '--now', '--confirm', '12', '--json')
  expect(wrong.exitCode).toBe(1)
  expect(`${wrong.output}${wrong.errors}`).toContain('HF-PRUNE-NOT-CONFIRMED')
  const done = await holdfast('prune', '--now', '--confirm', '0', '--json')
  expect(done.exitCode).toBe(0)
  expect(JSON.parse(done.output)).toMatchObject({
    kind: 'now',
    isConfirmed: true,
    repositories: [{ done: { diskFreedBytes: 0 } }],
  })
})

test.each([
  { title: 'plan and now at once', words: ['--plan', '--now'] },
  { title: 'a number without now', words: ['--confirm', '12'] },
  { title: 'a number that is none', words: ['--now', '--confirm', 'yes'] },
])('is called wrongly with $title', async ({ words }) => {
  expect((await holdfast('prune', ...words)).exitCode).toBe(2)
})
