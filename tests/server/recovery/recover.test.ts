/**
 * The box is gone: its whole data folder. Its second copy and the printed kit of the server make the same box, as a process, over real
 * sockets: people sign in, the computer goes on, files come back byte for byte.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatRecoveryCode } from '../../../engine/index.ts'
import { formatDatabaseUrl } from '../../../server/database/database-address.ts'
import { secretOfKitFile } from '../../../server/recovery/ask-secret.ts'
import { type OfficeBox, officeBox } from '../../support/office-box.ts'
import { type RunningBox, runHoldfast, startBox } from '../../support/start-box.ts'
import { createTestDatabase } from '../../support/test-database.ts'

let office: OfficeBox
let folder: string
/** The second copy, on another disk in real life. */
let copy: string
let source: string
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const holdfast = (...words: readonly string[]) => runHoldfast(words, office.box.environment)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast recover '))
  office = await officeBox()
  source = join(folder, 'Documents')
  mkdirSync(source)
  writeFileSync(join(source, 'letter.txt'), 'first\n')
  writeFileSync(join(source, 'picture'), randomBytes(3_000_000))
  for (const words of [['add', source], ['backup']] as const) {
    if (words[0] === 'add') await office.connect('ANN-PC')
    const run = await office.agent('ANN-PC', words)
    if (run.exitCode !== 0) throw new Error(`${words[0]}: ${run.errors}`)
  }
  const token = await holdfast('token', 'create', '--user', office.user, '--scope', 'read', '--json')
  writeFileSync(join(folder, 'token'), JSON.parse(token.output).token)
  for (const [format, whose] of [
    ['txt', ['--server']],
    ['html', ['--server']],
    ['txt', ['--customer', 'C-000001']],
  ] as const) {
    const out = join(folder, `${whose[0].slice(2)}.${format}`)
    const printed = await holdfast('recovery-kit', ...whose, '--format', format, '--out', out)
    if (printed.exitCode !== 0) throw new Error(printed.errors)
  }
  copy = join(folder, 'copy')
  for (const words of [['copy', 'add', copy, '--same-disk'], ['self-backup'], ['copy', 'run']]) {
    const done = await holdfast(...words)
    if (done.exitCode !== 0) throw new Error(`${words.join(' ')}: ${done.errors}${done.output}`)
  }
}, 120_000)
afterAll(async () => {
  await office?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

interface NewBox {
  readonly dataFolder: string
  readonly environment: Readonly<Record<string, string>>
}

async function emptyBox(name: string): Promise<NewBox> {
  const dataFolder = join(folder, name)
  const environment = {
    HOLDFAST_DATA: dataFolder,
    HOLDFAST_DATABASE_URL: formatDatabaseUrl(await createTestDatabase()),
    HOLDFAST_PORT: new URL(office.box.url).port,
  }
  return { dataFolder, environment }
}

const recover = (box: NewBox, kit: string, ...more: readonly string[]) =>
  runHoldfast(['recover', copy, '--recovery-kit', join(folder, kit), ...more], box.environment)

describe('recover', () => {
  test('brings the same box back from a copy and the kit alone', async () => {
    const lost = office.box
    const port = new URL(lost.url).port
    expect(await lost.stop()).toBe(0)
    rmSync(lost.dataFolder, { recursive: true })
    const box = await emptyBox('new')
    const recovered = await recover(box, 'server.html', '--json')
    expect(recovered.exitCode, recovered.errors + recovered.output).toBe(0)
    expect(JSON.parse(recovered.output)).toMatchObject({ versions: 1, refused: [], copied: { repositories: 1, damagedCount: 0 } })
    await using again = await startBox({ dataFolder: box.dataFolder, environment: { ...box.environment, HOLDFAST_PORT: port } })
    expect(again.setupUrl).toBeUndefined()
    await expectPeople(again)

    // The computer goes on as if nothing had been: same token, same keys, the next version on top of the last.
    writeFileSync(join(source, 'letter.txt'), 'second\n')
    const next = await office.agent('ANN-PC', ['backup', '--json'])
    expect(next.exitCode, next.output + next.errors).toBe(0)
    const listed = (await office.agent('ANN-PC', ['snapshots', '--json'])).json()[0]
    expect(listed.snapshots.map(({ seq }: { seq: number }) => seq)).toEqual([2, 1])
    await expectFiles(listed.snapshots[1].id, 'first\n')
    await expectFiles('latest', 'second\n')

    // A box that is back backs itself up under the same kit.
    const self = await runHoldfast(['self-backup', '--json'], box.environment)
    expect(JSON.parse(self.output)).toMatchObject({ isKitPrinted: true })
    expect(readdirSync(join(box.dataFolder, 'self')).length).toBeGreaterThan(readdirSync(join(copy, 'self')).length)
  })

  async function expectPeople(box: RunningBox): Promise<void> {
    const credentials = { email: office.user, password: readFileSync(office.passwordFile, 'utf8').trim() }
    const signedIn = await fetch(`${box.url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(credentials),
    })
    expect(signedIn.status, await signedIn.text()).toBe(201)
    const authorization = `Bearer ${readFileSync(join(folder, 'token'), 'utf8')}`
    const devices = await fetch(`${box.url}/api/v1/devices`, { headers: { authorization } })
    expect(devices.status).toBe(200)
    expect(await devices.json()).toMatchObject({ items: [{ name: 'ANN-PC' }] })
  }

  async function expectFiles(version: string, letter: string): Promise<void> {
    const to = join(folder, `back ${version}`)
    const run = await office.agent('ANN-PC', ['restore', version, '--to', to, '--strip'])
    expect(run.exitCode, run.errors).toBe(0)
    expect(readFileSync(join(to, 'Documents', 'letter.txt'), 'utf8')).toBe(letter)
    expect(hashOf(join(to, 'Documents', 'picture'))).toBe(hashOf(join(source, 'picture')))
  }
})

describe('a recovery that cannot be', () => {
  const problemOf = (run: { readonly errors: string; readonly output: string }) =>
    JSON.parse(run.output || run.errors).error ?? JSON.parse(run.output || run.errors)

  test('is refused with another server’s kit, and leaves no data folder', async () => {
    const box = await emptyBox('refused')
    const run = await recover(box, write('other.txt', formatRecoveryCode(randomBytes(32))), '--json')
    expect(run.exitCode).toBe(1)
    expect(problemOf(run)).toMatchObject({ code: 'HF-RECOVERY-KIT-WRONG' })
    expect(existsSync(box.dataFolder)).toBe(false)
  })

  const slip = formatRecoveryCode(randomBytes(32)).replace(/^./, (sign) => (sign === '0' ? '1' : '0'))
  test.each([
    { title: 'a customer’s kit', kit: () => 'customer.txt', fault: 'kit-wrong' },
    { title: 'a slip in the code', kit: () => write('slip.txt', slip), fault: 'code-wrong' },
    { title: 'a letter', kit: () => write('letter.txt', 'Dear Ann'), fault: 'kit-unreadable' },
    { title: 'no file', kit: () => 'nowhere.txt', fault: 'kit-unreadable' },
  ])('$title is no kit of a server', ({ kit, fault }) => {
    expect(() => secretOfKitFile(join(folder, kit()))).toThrow(expect.objectContaining({ fault }))
  })

  function write(name: string, text: string): string {
    writeFileSync(join(folder, name), text)
    return name
  }

  test('is refused into a folder with anything in it, and from one without a box', async () => {
    const box = await emptyBox('full')
    mkdirSync(box.dataFolder)
    writeFileSync(join(box.dataFolder, 'thesis.txt'), 'mine')
    expect(problemOf(await recover(box, 'server.txt', '--json'))).toMatchObject({ code: 'HF-DATA-FOLDER-NOT-EMPTY' })
    expect(readdirSync(box.dataFolder)).toEqual(['thesis.txt'])
    const nowhere = await runHoldfast(
      ['recover', folder, '--recovery-kit', join(folder, 'server.txt'), '--json'],
      (await emptyBox('x')).environment,
    )
    expect(problemOf(nowhere)).toMatchObject({ code: 'HF-RECOVERY-SOURCE-WRONG' })
    expect((await runHoldfast(['recover', '--json'], box.environment)).exitCode).toBe(2)
  })

  test('that was broken off lets nobody open half a box, and goes on', async () => {
    const box = await emptyBox('broken off')
    mkdirSync(box.dataFolder)
    const boxId = /^box: (\S+)$/m.exec(readFileSync(join(folder, 'server.txt'), 'utf8'))![1]
    writeFileSync(join(box.dataFolder, 'recovering'), JSON.stringify({ from: copy, boxId, number: 1 }))
    const early = await runHoldfast(['check', '--json'], box.environment)
    expect(problemOf(early)).toMatchObject({ code: 'HF-RECOVERY-UNFINISHED' })
    const code = [...readFileSync(join(folder, 'server.txt'), 'utf8').matchAll(/^code: (\S+)$/gm)]
      .map(([, line]) => line)
      .join('-')
    const typed = await runHoldfast(['recover', copy, '--json'], box.environment, { input: `${code.toLowerCase()}\n` })
    expect(typed.exitCode, typed.errors).toBe(0)
    expect(existsSync(join(box.dataFolder, 'recovering'))).toBe(false)
    expect((await runHoldfast(['check'], box.environment)).exitCode).toBe(0)
  })
})
