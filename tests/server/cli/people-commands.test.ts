/** `holdfast setup`, `user …`, `token create`, `openapi` as a person or a script runs them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningBox, runHoldfast, startBox } from '../../support/start-box.ts'

const password = 'four words on the quay'
let box: RunningBox
let folder: string
let passwordFile: string

beforeAll(async () => {
  box = await startBox()
  folder = mkdtempSync(join(tmpdir(), 'holdfast people '))
  passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${password}\n`)
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

async function holdfast(...words: readonly string[]) {
  return runHoldfast(words, box.environment)
}

async function holdfastJson<Body>(...words: readonly string[]): Promise<{ exitCode: number | null; body: Body }> {
  const { exitCode, output } = await holdfast(...words, '--json')
  return { exitCode, body: JSON.parse(output) as Body }
}

async function signIn(email: string, with_: string): Promise<number> {
  const body = JSON.stringify({ email, password: with_ })
  const answer = await fetch(`${box.url}/api/v1/sessions`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  return answer.status
}

describe('holdfast setup', () => {
  const login = ['--email', 'helen@office.example', '--name', 'Helen Calder', '--password-file']

  test('refuses before it does anything when the kit cannot be written', async () => {
    const taken = join(folder, 'taken')
    writeFileSync(taken, 'mine')
    symlinkSync(box.dataFolder, join(folder, 'link'))
    for (const file of [taken, join(box.dataFolder, 'kit.txt'), join(folder, 'link', 'kit.txt'), join(folder, 'no', 'kit.txt')]) {
      const { exitCode, errors } = await holdfast('setup', ...login, passwordFile, '--recovery-kit-out', file)
      expect(exitCode, `${file}: ${errors}`).toBe(2)
    }
    expect(readFileSync(taken, 'utf8')).toBe('mine')
    expect(await signIn('helen@office.example', password)).toBe(401)
  })

  test('says what is wrong with a password, and exits with 1', async () => {
    const weak = join(folder, 'weak')
    writeFileSync(weak, 'short')
    const { exitCode, body } = await holdfastJson<{ error: { code: string; detail: string } }>('setup', ...login, weak)
    expect(exitCode).toBe(1)
    expect(body.error).toMatchObject({ code: 'HF-PASSWORD-TOO-WEAK', detail: 'A password has at least 12 characters.' })
  })

  test('makes the administrator, the customer and the kit; once', async () => {
    const kit = join(folder, 'kit.txt')
    const { exitCode, body } = await holdfastJson(
      'setup',
      ...login,
      passwordFile,
      '--customer',
      'Calder & Rowe',
      '--recovery-kit-out',
      kit,
    )
    expect(exitCode).toBe(0)
    expect(body).toMatchObject({
      user: { email: 'helen@office.example', name: 'Helen Calder' },
      customer: { number: 'C-000001', name: 'Calder & Rowe' },
      recoveryKitFile: kit,
    })
    expect(statSync(kit).mode & 0o777).toBe(0o600)
    expect(readFileSync(kit, 'utf8')).toContain('Calder & Rowe')
    expect(await signIn('helen@office.example', password)).toBe(201)
    // The link that the box printed has ended with it.
    expect((await fetch(box.setupUrl!, { redirect: 'manual' })).headers.get('location')).toBe('/')
    const again = await holdfastJson<{ error: { code: string } }>('setup', ...login, passwordFile)
    expect(again).toMatchObject({ exitCode: 1, body: { error: { code: 'HF-SETUP-DONE' } } })
  })
})

describe('holdfast token create', () => {
  test('prints a token that works, once, alone on its line', async () => {
    const { exitCode, output } = await holdfast('token', 'create', '--user', 'helen@office.example', '--scope', 'read')
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^hft_[a-z2-7]{52}\n$/)
    const answer = await fetch(`${box.url}/api/v1/me`, { headers: { authorization: `Bearer ${output.trim()}` } })
    expect(await answer.json()).toMatchObject({ email: 'helen@office.example', scopes: ['read'] })
    const log = readFileSync(join(box.dataFolder, 'logs', 'holdfast.log'), 'utf8')
    expect(log).not.toContain(output.trim())
  })

  const wrong = [
    { words: ['--user', 'helen@office.example'], exitCode: 2, says: '--scope' },
    { words: ['--user', 'helen@office.example', '--scope', 'everything'], exitCode: 2, says: 'read, files' },
    { words: ['--user', 'helen@office.example', '--scope', 'read', '--expires', 'soon'], exitCode: 2, says: '90d' },
    { words: ['--user', 'nobody@office.example', '--scope', 'read'], exitCode: 1, says: 'no login' },
    { words: ['--user', 'helen@office.example', '--scope', 'read', '--colour', 'red'], exitCode: 2, says: 'colour' },
  ]
  test.each(wrong)('$words: exit $exitCode', async ({ words, exitCode, says }) => {
    const result = await holdfast('token', 'create', ...words)
    expect(result.exitCode).toBe(exitCode)
    expect(result.errors).toContain(says)
    expect(result.output).toBe('')
  })
})

describe('holdfast user', () => {
  test('create makes a member of the only customer unless told otherwise', async () => {
    const { exitCode } = await holdfast('user', 'create', '--email', 'tom@office.example', '--password-file', passwordFile)
    expect(exitCode).toBe(0)
    expect(await signIn('TOM@office.example', password)).toBe(201)
    const token = await holdfast('token', 'create', '--user', 'tom@office.example', '--scope', 'read')
    const me = await fetch(`${box.url}/api/v1/me`, { headers: { authorization: `Bearer ${token.output.trim()}` } })
    expect(await me.json()).toMatchObject({ staffRole: null, customers: [{ number: 'C-000001', role: 'member' }] })
  })

  test('reset gives a new password, read from standard input', async () => {
    const words = ['user', 'reset', '--email', 'tom@office.example', '--password-file', '-']
    const { exitCode } = await runHoldfast(words, { HOLDFAST_DATA: box.dataFolder }, { input: 'another four words here\n' })
    expect(exitCode).toBe(0)
    expect(await signIn('tom@office.example', password)).toBe(401)
    expect(await signIn('tom@office.example', 'another four words here')).toBe(201)
  })

  const wrong = [
    { title: 'a taken address', words: ['create', '--email', 'Helen@Office.example'], exitCode: 1, code: 'HF-USER-EXISTS' },
    { title: 'no mail address', words: ['create', '--email', 'helen'], exitCode: 1, code: 'HF-VALIDATION' },
    {
      title: 'an unknown role',
      words: ['create', '--email', 'a@b.example', '--role', 'king'],
      exitCode: 2,
      code: 'HF-VALIDATION',
    },
    {
      title: 'an unknown customer',
      words: ['create', '--email', 'a@b.example', '--customer', 'C-7'],
      exitCode: 1,
      code: 'HF-NOT-FOUND',
    },
    {
      title: 'staff with a customer',
      words: ['create', '--email', 'a@b.example', '--role', 'administrator', '--customer', 'C-1'],
      exitCode: 2,
      code: 'HF-VALIDATION',
    },
    { title: 'an unknown login', words: ['reset', '--email', 'a@b.example'], exitCode: 1, code: 'HF-NOT-FOUND' },
  ]
  test.each(wrong)('$title: $code', async ({ words, exitCode, code }) => {
    const result = await holdfastJson<{ error: { code: string } }>('user', ...words, '--password-file', passwordFile)
    expect(result.body.error.code).toBe(code)
    expect(result.exitCode).toBe(exitCode)
  })
})

describe('holdfast customer create', () => {
  const owner = ['--email', 'olga@quay.example', '--owner', 'Olga Marin', '--password-file']

  test('founds a customer with a plan, whose owner can sign in and sees it alone', async () => {
    const details = ['--city', 'Bristol', '--country', 'GB', '--time-zone', 'Europe/London', '--notes', 'Pays late.']
    const words = ['customer', 'create', '--name', 'Quay & Söhne', '--plan', 'silver', ...details, ...owner, passwordFile]
    const made = await holdfastJson<{ number: string; licenceKey: string; owner: string }>(...words)
    expect(made.exitCode).toBe(0)
    expect(made.body).toMatchObject({ name: 'Quay & Söhne', owner: 'olga@quay.example' })
    expect(made.body.number).toMatch(/^C-0{5}[2-9]$/)
    expect(made.body.licenceKey).not.toBe('')
    expect(await signIn('olga@quay.example', password)).toBe(201)
    const list = await holdfast('device', 'list', '--customer', made.body.number)
    expect(list).toMatchObject({ exitCode: 0, output: 'No computer was connected yet.\n' })
  })

  test.each([
    { title: 'a login that is there already', more: [...owner], code: 'HF-CONFLICT' },
    { title: 'a country that is none', more: ['--country', 'Atlantis'], code: 'HF-VALIDATION' },
    { title: 'a plan that is none', more: ['--plan', 'platinum'], code: 'HF-VALIDATION' },
  ])('$title is refused, and nothing is founded', async ({ more, code }) => {
    const words = ['customer', 'create', '--name', 'Nobody Ltd', ...more]
    const refused = await holdfastJson<{ error: { code: string } }>(
      ...words,
      ...(more.includes('--password-file') ? [passwordFile] : []),
    )
    expect([refused.exitCode, refused.body.error.code]).toEqual([1, code])
    expect((await holdfast('device', 'list', '--customer', 'Nobody Ltd')).exitCode).toBe(1)
  })

  test('without a plan or an owner it says what is missing', async () => {
    const { exitCode, output } = await holdfast('customer', 'create', '--name', 'Bare Ltd')
    expect([exitCode, output]).toEqual([0, expect.stringContaining('It has no plan yet: no computer can be connected.')])
    const half = await holdfast('customer', 'create', '--name', 'Half Ltd', '--email', 'half@quay.example')
    expect([half.exitCode, half.errors]).toEqual([2, expect.stringContaining('--email and --password-file belong together.')])
  })
})

test('holdfast openapi prints what the box serves', async () => {
  const { exitCode, body } = await holdfastJson('openapi')
  expect(exitCode).toBe(0)
  expect(body).toEqual(await (await fetch(`${box.url}/api/v1/openapi.json`)).json())
})

test('the same commands work while the box is stopped', async () => {
  await box.stop()
  expect(existsSync(join(box.dataFolder, 'control.sock'))).toBe(false)
  const { exitCode, output } = await holdfast('token', 'create', '--user', 'tom@office.example', '--scope', 'read')
  expect(exitCode).toBe(0)
  expect(output).toMatch(/^hft_/)
})
