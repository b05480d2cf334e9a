import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandList, findCommand, laterCommands } from '../../../server/cli/command-list.ts'
import { parseOptions } from '../../../server/cli/parse-options.ts'
import { tokenScopes } from '../../../server/tokens/token-scope.ts'
import { runHoldfast, startBox } from '../../support/start-box.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('words become a command', () => {
  test.each([
    [['serve'], 'serve', []],
    [['token', 'create', '--user', 'a'], 'token create', ['--user', 'a']],
    [['setup', '--email', 'serve'], 'setup', ['--email', 'serve']],
  ] as const)('%j', (words, name, rest) => {
    expect(findCommand(words)).toMatchObject({ kind: 'found', command: { name }, rest })
  })

  test.each(['', 'nonsense', 'token', 'token delete', 'SERVE', '--json serve'])('%j is none', (words) => {
    expect(findCommand(words.split(' '))).toEqual({ kind: 'unknown' })
  })

  test('no command is promised for later and there already', () => {
    expect(commandList.filter(({ name }) => laterCommands.includes(name))).toEqual([])
  })

  test('every listed command can be loaded under its name, and tells about each option', async () => {
    for (const { name, load } of commandList) {
      const command = await load?.()
      if (command === undefined) continue
      expect(command.name).toBe(name)
      for (const option of command.options) expect(option.about, `${name} --${option.name}`).toMatch(/\w/)
    }
  })
})

describe('options', () => {
  const options = [
    { name: 'email', value: 'E', isRequired: true, about: '' },
    { name: 'scope', value: 'S', isRepeatable: true, about: '' },
    { name: 'data', about: '' },
  ] as const

  test.each([
    { words: ['--email', 'a'], expected: { given: { email: 'a' }, isHelp: false, isJson: false } },
    { words: ['--email=a', '--json', '--data'], expected: { given: { email: 'a', data: true }, isJson: true } },
    { words: ['--email', 'a', '--scope', 'x', '--scope', 'y'], expected: { given: { email: 'a', scope: ['x', 'y'] } } },
    { words: ['--help'], expected: { isHelp: true } },
    { words: ['-h'], expected: { isHelp: true } },
  ])('$words', ({ words, expected }) => {
    expect(parseOptions(options, words)).toMatchObject(expected)
  })

  test.each([
    { words: [], message: '--email E is missing' },
    { words: ['--email'], message: "'--email <value>' argument missing" },
    { words: ['--email', 'a', '--nonsense'], message: "Unknown option '--nonsense'" },
    { words: ['--email', 'a', 'more'], message: "Unexpected argument 'more'" },
    { words: ['--email', 'a', '--data=x'], message: "'--data' does not take an argument" },
  ])('$words: $message', ({ words, message }) => {
    expect(() => parseOptions(options, words)).toThrow(message)
  })
})

describe('bin/holdfast', () => {
  const nowhere = { HOLDFAST_DATA: '/nonexistent/data' }

  test('lists what this version can, and nothing of later ones', async () => {
    const { exitCode, output } = await runHoldfast(['--help'], nowhere)
    expect(exitCode).toBe(0)
    for (const { name } of commandList) expect(output).toContain(`  ${name} `)
    for (const name of laterCommands) expect(output).not.toMatch(new RegExp(`^  ${name} `, 'm'))
  })

  test.each([
    { words: [], exitCode: 2, on: 'output', text: 'Usage: holdfast COMMAND' },
    { words: ['nonsense'], exitCode: 2, on: 'errors', text: 'There is no command nonsense' },
    { words: ['sandbox'], exitCode: 2, on: 'errors', text: 'HF-NOT-IN-THIS-VERSION' },
    { words: ['dropbox', 'create'], exitCode: 2, on: 'errors', text: 'HF-NOT-IN-THIS-VERSION' },
    { words: ['customer', 'create'], exitCode: 2, on: 'errors', text: '--name' },
    { words: ['serve', '--nonsense'], exitCode: 2, on: 'errors', text: '--nonsense' },
    { words: ['token', 'create'], exitCode: 2, on: 'errors', text: '--user' },
    { words: ['token', 'create', '--help'], exitCode: 0, on: 'output', text: 'Usage: holdfast token create' },
  ] as const)('$words ends with $exitCode', async ({ words, exitCode, on, text }) => {
    const result = await runHoldfast(words, nowhere)
    expect(result).toMatchObject({ exitCode, [on]: expect.stringContaining(text) })
  })

  test('tells programs about a failure in one object', async () => {
    const { exitCode, output, errors } = await runHoldfast(['sandbox', '--json'], nowhere)
    expect(exitCode).toBe(2)
    expect(JSON.parse(output)).toMatchObject({ error: { code: 'HF-NOT-IN-THIS-VERSION', who: 'administrator' } })
    expect(errors).toBe('')
  })

  test('stops at a wrong setting, naming it', async () => {
    const { exitCode, errors } = await runHoldfast(['serve'], { ...nowhere, HOLDFAST_PORT: 'eighty' })
    expect(exitCode).toBe(2)
    expect(errors).toContain('HOLDFAST_PORT is "eighty". Allowed: a whole number from 0 to 65535')
  })

  test('works through links, from any folder', async () => {
    using folder = temporaryFolder()
    const first = join(folder.path, 'first link')
    symlinkSync(join(import.meta.dirname, '../../../bin/holdfast'), first)
    mkdirSync(join(folder.path, 'bin'))
    symlinkSync('../first link', join(folder.path, 'bin', 'box'))
    const { exitCode, output } = await runHoldfast(['--help'], nowhere, {
      launcher: join(folder.path, 'bin', 'box'),
      cwd: folder.path,
    })
    expect(exitCode).toBe(0)
    expect(output).toContain('Usage: holdfast')
  })
})

describe('a command', () => {
  test('runs in the serving box, or with its lock and database when none serves', async () => {
    await using box = await startBox({ privateDatabase: true })
    using folder = temporaryFolder()
    const password = join(folder.path, 'password')
    writeFileSync(password, 'four words on the quay\n')
    const environment = { HOLDFAST_DATA: box.dataFolder }
    const setup = ['setup', '--email', 'helen@calder-rowe.example', '--name', 'Helen Calder', '--password-file', password]

    const first = await runHoldfast([...setup, '--json'], environment)
    expect(first).toMatchObject({ exitCode: 0, errors: '' })
    const again = await runHoldfast([...setup, '--json'], environment)
    expect(again.exitCode).toBe(1)
    expect(JSON.parse(again.output)).toMatchObject({ error: { code: 'HF-SETUP-DONE' } })
    const served = await createToken(environment)
    expect((await fetch(`${box.url}/api/v1/me`, { headers: { authorization: `Bearer ${served}` } })).status).toBe(200)

    expect(await box.stop()).toBe(0)
    const alone = await createToken(environment)
    expect(existsSync(join(box.dataFolder, 'lock'))).toBe(false)
    await using restarted = await box.restart()
    expect(restarted.setupUrl).toBeUndefined()
    expect((await fetch(`${restarted.url}/api/v1/me`, { headers: { authorization: `Bearer ${alone}` } })).status).toBe(200)
  })

  test('finds the box behind a path that is too long for a socket', async () => {
    using folder = temporaryFolder()
    const dataFolder = join(folder.path, 'a very long name of a folder '.repeat(5).trim())
    mkdirSync(dataFolder)
    await using box = await startBox({ dataFolder })
    const place = JSON.parse(readFileSync(join(dataFolder, 'control.json'), 'utf8')) as { socketPath: string }
    expect(statSync(place.socketPath).mode & 0o777).toBe(0o600)
    expect(existsSync(join(dataFolder, 'control.sock'))).toBe(false)
    const { exitCode } = await runHoldfast(['openapi'], { HOLDFAST_DATA: dataFolder })
    expect(exitCode).toBe(0)
    await box.stop()
  })
})

describe('a second box', () => {
  test('over the same data folder is refused, with the number of the first', async () => {
    await using box = await startBox()
    const { exitCode, errors } = await runHoldfast(['serve'], { HOLDFAST_DATA: box.dataFolder, HOLDFAST_PORT: '0' })
    expect(exitCode).toBe(1)
    expect(errors).toContain('HF-DATA-FOLDER-IN-USE')
    expect(errors).toContain(`process ${box.pid}`)
  })

  test('over the same database is refused', async () => {
    await using box = await startBox()
    using folder = temporaryFolder()
    const environment = { ...box.environment, HOLDFAST_DATA: folder.path }
    const { exitCode, errors } = await runHoldfast(['serve'], environment)
    expect(exitCode).toBe(1)
    expect(errors).toContain('HF-DATABASE-UNUSABLE')
    expect(errors).toContain('belongs to the box')
  })

  test('beside the first, with a folder of its own, serves as well', async () => {
    await using first = await startBox({ privateDatabase: true })
    await using second = await startBox({ privateDatabase: true })
    for (const { url } of [first, second]) expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })
})

async function createToken(environment: Readonly<Record<string, string>>): Promise<string> {
  const words = ['token', 'create', '--user', 'helen@calder-rowe.example', '--scope', tokenScopes[0], '--json']
  const { exitCode, output, errors } = await runHoldfast(words, environment)
  expect(errors).toBe('')
  expect(exitCode).toBe(0)
  const { token } = JSON.parse(output) as { token: string }
  return token
}
