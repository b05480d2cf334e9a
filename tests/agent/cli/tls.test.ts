import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OfficeBox, officeBox } from '../../support/office-box.ts'
import { agentLauncher } from '../../support/run-agent.ts'
import { startBox } from '../../support/start-box.ts'

/** First contact and what follows from it: who is told the password, and who never is. */

let office: OfficeBox
let pin: string
beforeAll(async () => {
  office = await officeBox({ HOLDFAST_TLS: 'auto' })
  pin = office.box.pin!
})
afterAll(async () => {
  await office[Symbol.asyncDispose]()
})

const errorOf = (run: { json: () => readonly { error: { code: string } }[] }) => run.json().at(-1)!.error

/** On a terminal of its own, with what is typed when it is asked. */
async function onTerminal(home: string, words: readonly string[], typed: readonly (readonly [asked: string, answer: string])[]) {
  const command = [agentLauncher, ...words].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, HOLDFAST_AGENT_HOME: home },
    stdio: 'pipe',
  })
  let shown = ''
  const waiting = [...typed]
  child.stdout.on('data', (data: Buffer) => {
    shown += data.toString()
    const [next] = waiting
    if (next === undefined || !shown.includes(next[0])) return
    waiting.shift()
    child.stdin.write(next[1])
  })
  const [exitCode] = (await once(child, 'close')) as [number]
  // Clearing to the line's end, made visible.
  return { exitCode, shown: shown.replaceAll('\u001b[K', '<clear>') }
}

describe('first contact with a certificate that nobody knows', () => {
  test('a script fails with the fingerprint, before the password file is even of use', async () => {
    const run = await office.connect('scripted', ['--json'])
    expect(run.exitCode).toBe(1)
    expect(errorOf(run)).toMatchObject({
      code: 'HF-CERTIFICATE-UNKNOWN',
      fingerprint: pin,
      detail: expect.stringContaining('The password was not sent.'),
      hint: expect.stringContaining(`--fingerprint ${pin}`),
    })
  })

  test('another fingerprint than the one that was expected', async () => {
    const expected = Buffer.alloc(32, 1).toString('base64')
    const run = await office.connect('wrong', ['--fingerprint', expected, '--json'])
    expect([run.exitCode, errorOf(run)]).toMatchObject([1, { code: 'HF-CERTIFICATE-UNKNOWN', fingerprint: pin, expected }])
  })

  test('a fingerprint that is none', async () => {
    expect(errorOf(await office.connect('wrong', ['--fingerprint', 'abc', '--json'])).code).toBe('HF-USAGE')
  })

  test('plain http to the TLS port', async () => {
    const url = office.box.url.replace('https:', 'http:')
    const run = await office.agent('wrong', [
      'connect',
      url,
      '--user',
      office.user,
      '--password-file',
      office.passwordFile,
      '--json',
    ])
    expect([run.exitCode, errorOf(run)]).toMatchObject([2, { code: 'HF-WRONG-SCHEME', hint: `Use ${office.box.url}.` }])
  })

  test('a terminal is shown the fingerprint and asked; the password is asked for after that, and not shown', async () => {
    const words = ['connect', office.box.url, '--user', office.user]
    const no = await onTerminal(office.homeOf('asked'), words, [['yes or no', 'no\r']])
    expect(no.exitCode).toBe(1)
    expect(no.shown).toContain(pin)
    expect(no.shown).not.toContain('Password of')

    const yes = await onTerminal(office.homeOf('asked'), words, [
      ['yes or no', 'yes\r'],
      ['Password of', 'correct horse battery staple\r'],
    ])
    expect(yes.exitCode, yes.shown).toBe(0)
    expect(yes.shown).toContain('Connected to https://')
    expect(yes.shown).not.toContain('correct horse')
  })

  test('Ctrl-C at the question ends it', async () => {
    const words = ['connect', office.box.url, '--user', office.user]
    const run = await onTerminal(office.homeOf('changed mind'), words, [['yes or no', '\u0003']])
    expect(run.exitCode).toBe(1)
    expect(run.shown).toContain('HF-RUN-INTERRUPTED')
  })
})

describe('with the fingerprint', () => {
  test('backups go over TLS; a progress bar moves on a terminal and leaves a clean line', async () => {
    const hex = Buffer.from(pin, 'base64').toString('hex').match(/../g)!.join(':')
    expect(await office.connect('PC', ['--fingerprint', hex])).toMatchObject({ exitCode: 0 })
    const folder = join(office.folder, 'files')
    mkdirSync(folder)
    for (let index = 0; index < 8; index += 1) writeFileSync(join(folder, `${index}`), Buffer.alloc(200_000, index))
    await office.agent('PC', ['add', folder])
    const run = await onTerminal(office.homeOf('PC'), ['backup'], [])
    expect(run.exitCode, run.shown).toBe(0)
    expect(run.shown).toMatch(/\r(Looking|Sending|Finishing) .*<clear>/)
    expect(run.shown).toMatch(/\r<clear>"default" is backed up: version snap_\w+, complete\./)
  })

  test('another box under the same address is met with silence', async () => {
    const { port } = new URL(office.box.url)
    await office.box.stop()
    await using stranger = await startBox({ environment: { HOLDFAST_TLS: 'auto', HOLDFAST_PORT: port } })
    expect(stranger.pin).not.toBe(pin)
    const run = await office.agent('PC', ['backup', '--json'])
    expect([run.exitCode, errorOf(run)]).toMatchObject([1, { code: 'HF-CERTIFICATE-UNKNOWN', fingerprint: stranger.pin }])
  })

  test('status tells what it knew when the box is gone, and says so', async () => {
    const run = await office.agent('PC', ['status'])
    expect(run.exitCode).toBe(0)
    expect(run.output).toContain('The box cannot be asked now: ')
    expect(run.output).toMatch(/\n {2}last good version: \d{4}-\d{2}-\d{2} \d{2}:\d{2} \(snap_\w{20}\)\n/)
    expect((await office.agent('PC', ['status', '--json'])).json()[0]).toMatchObject({
      connected: true,
      online: false,
      error: { code: 'HF-SERVER-UNREACHABLE' },
    })
  })
})
