/** `holdfast recovery-kit` and `holdfast check` against a box that runs, and what the kit opens when the box is gone. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLocalStorage, openRepository, parseRecoveryCode } from '../../../engine/index.ts'
import { type RunningBox, runHoldfast, startBox } from '../../support/start-box.ts'

const address = 'https://backup.office.example'
let box: RunningBox
let folder: string

const holdfast = (...words: readonly string[]) => runHoldfast(words, box.environment)

beforeAll(async () => {
  box = await startBox({ environment: { HOLDFAST_PUBLIC_URL: address } })
  folder = mkdtempSync(join(tmpdir(), 'holdfast kit '))
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, 'four words on the quay\n')
  const login = ['--email', 'helen@office.example', '--name', 'Helen Calder', '--password-file', passwordFile]
  const { exitCode, errors } = await holdfast('setup', ...login, '--customer', 'Müller & Söhne')
  expect(exitCode, errors).toBe(0)
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** The code as somebody would copy it from the sheet. */
function codeOn(kit: string): string {
  const groups = [...kit.matchAll(/^ {4}([0-9A-Z*~$=U-]+)$/gm)].map(([, line]) => line).join('-')
  return groups.toLowerCase()
}

describe('recovery-kit', () => {
  test('prints a sheet that opens the repository from its files alone', async () => {
    const { exitCode, output } = await holdfast('recovery-kit', '--customer', 'C-000001')
    expect(exitCode).toBe(0)
    expect(output).toContain('Müller & Söhne (C-000001)')
    expect(output).toContain(address)
    const code = parseRecoveryCode(codeOn(output))
    if (code.kind !== 'secret') throw new Error(`the printed code is not one: ${code.kind}`)
    const [uid] = readdirSync(join(box.dataFolder, 'repositories'))
    expect(output).toContain(uid)
    const storage = await openLocalStorage(join(box.dataFolder, 'repositories', uid!))
    const { description, secrets } = await openRepository(storage, { kind: 'recovery', secret: code.secret })
    expect(description.uid.toString('hex')).toBe(uid)
    expect(secrets.dedupKey).toHaveLength(32)
  })

  test('prints the same code again, and never more than 78 columns', async () => {
    const [first, second] = [await holdfast('recovery-kit', '--customer', '1'), await holdfast('recovery-kit', '--customer', '1')]
    expect(codeOn(first.output)).toBe(codeOn(second.output))
    for (const line of first.output.split('\n')) expect(line.length).toBeLessThanOrEqual(78)
  })

  test('writes a file for its owner alone, outside the data folder, never over another', async () => {
    const file = join(folder, 'kit.txt')
    const { exitCode, output } = await holdfast('recovery-kit', '--customer', 'C-1', '--out', file, '--json')
    expect(exitCode).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(parseRecoveryCode(codeOn(readFileSync(file, 'utf8'))).kind).toBe('secret')
    expect(output).not.toContain(codeOn(readFileSync(file, 'utf8')).toUpperCase())
    for (const bad of [file, join(box.dataFolder, 'kit.txt')])
      expect((await holdfast('recovery-kit', '--customer', 'C-1', '--out', bad)).exitCode).not.toBe(0)
    expect(existsSync(join(box.dataFolder, 'kit.txt'))).toBe(false)
  })

  const wrong = [
    { words: [], exitCode: 2 },
    { words: ['--server', '--customer', '1'], exitCode: 2 },
    { words: ['--server', '--format', 'odt'], exitCode: 2 },
    { words: ['--customer', '1', '--format', 'pdf'], exitCode: 2 },
    { words: ['--customer', 'Nobody'], exitCode: 1 },
  ]
  test.each(wrong)('recovery-kit $words: exit $exitCode', async ({ words, exitCode }) => {
    expect((await holdfast('recovery-kit', ...words)).exitCode).toBe(exitCode)
  })
})

describe('check', () => {
  test('of a box without damage exits with 0', async () => {
    const { exitCode, output } = await holdfast('check', '--data', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(output)).toMatchObject({
      isDataRead: true,
      isDamaged: false,
      code: null,
      repositories: [{ versions: 0, damage: [] }],
    })
    expect((await holdfast('check', '--customer', 'C-1')).output).toContain('all whole')
    expect((await holdfast('check', '--customer', 'C-99')).exitCode).toBe(1)
  })

  test('names what is damaged and exits with 1, also when the box does not run', async () => {
    const [uid] = readdirSync(join(box.dataFolder, 'repositories'))
    const keys = join(box.dataFolder, 'repositories', uid!, 'keys')
    const slot = join(keys, readdirSync(keys)[0]!)
    const bytes = readFileSync(slot)
    rmSync(slot)
    const running = await holdfast('check')
    expect(running).toMatchObject({ exitCode: 1, output: expect.stringContaining('it is not there') })
    await box.stop()
    const stopped = await holdfast('check', '--json')
    expect(stopped.exitCode).toBe(1)
    expect(JSON.parse(stopped.output)).toMatchObject({ isDamaged: true, code: 'HF-CHECK-FOUND-DAMAGE' })
    writeFileSync(slot, bytes)
    expect((await holdfast('check')).exitCode).toBe(0)
  })
})
