import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionOptions } from '../../../server/database/database.ts'
import { parseDatabaseUrl } from '../../../server/database/database-address.ts'
import { type OfficeBox, officeBox } from '../../support/office-box.ts'
import { agentLauncher, startAgent } from '../../support/run-agent.ts'

/** The agent as its users meet it: `bin/holdfast-agent` against a running box. */

let office: OfficeBox
beforeAll(async () => {
  office = await officeBox()
})
afterAll(async () => {
  await office[Symbol.asyncDispose]()
})

/** A folder with what folders hold. */
function makeFiles(name: string): string {
  const folder = join(office.folder, name)
  mkdirSync(join(folder, 'sub', 'empty'), { recursive: true })
  writeFileSync(join(folder, 'letter.txt'), 'Dear all')
  writeFileSync(join(folder, 'sub', 'größe.bin'), Buffer.alloc(300_000, 7))
  writeFileSync(join(folder, 'skip.tmp'), 'x')
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('caf\xe9', 'latin1')]), 'old name')
  symlinkSync('letter.txt', join(folder, 'link'))
  return folder
}

async function connected(name: string, folder: string, more: readonly string[] = []): Promise<void> {
  expect(await office.connect(name)).toMatchObject({ exitCode: 0 })
  expect(await office.agent(name, ['add', folder, ...more])).toMatchObject({ exitCode: 0 })
}

const errorOf = (run: { json: () => readonly { error: { code: string } }[] }) => run.json().at(-1)!.error

describe('the main job', () => {
  test('connect, add, backup, look, restore: what comes back is what was there', async () => {
    const folder = makeFiles('main job')
    const agent = (...words: string[]) => office.agent('PC-1', words)

    const connect = await office.connect('PC-1')
    expect(connect).toMatchObject({ exitCode: 0, errors: '' })
    expect(connect.output).toMatch(/^Connected to http:.* as PC-1 \(D-\d{6}\), for Office \(C-000001\), plan Gold\.\nNext: /)
    expect(statSync(join(office.homeOf('PC-1'), 'secrets.json')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(office.homeOf('PC-1'), 'holdfast-agent.xml'), 'utf8')).not.toContain('hfd_')

    expect((await agent('add', folder, '--exclude', '*.tmp', '--schedule', 'daily 18:00')).output).toContain(folder)
    const first = await agent('backup', '--json')
    expect(first.exitCode, first.output + first.errors).toBe(0)
    expect(first.json()[0]).toMatchObject({ event: 'start', job: 'default' })
    const summary = first.json().at(-1)!
    expect(summary).toMatchObject({
      event: 'summary',
      verdict: 'ok',
      job: 'default',
      files: 3,
      symlinks: 1,
      skipped: 0,
      exitCode: 0,
    })

    const second = await agent('backup')
    expect(second).toMatchObject({ exitCode: 0, errors: '' })
    // A few bytes may go: the folder above, /tmp, is part of the version, and others change it.
    expect(second.output).toMatch(
      /^"default" is backed up: version snap_\w{20}, complete\.\n {2}3 files, .*: nothing changed; sent [\d.]+ (bytes|KiB) in /,
    )

    const versions = (await agent('snapshots', '--json')).json()[0].snapshots
    expect(versions).toHaveLength(2)
    expect(versions[1]).toMatchObject({ id: summary.snapshot.id, verdict: 'ok', files: 3 })
    expect((await agent('snapshots')).output.split('\n')[0]).toMatch(/^Version +Taken +Job +Files +Size +Result$/)

    const listing = (await agent('ls', 'latest', '--json')).json()[0]
    expect(listing).toMatchObject({ path: folder, version: { id: versions[0].id } })
    expect(listing.entries.map((entry: { name: string }) => entry.name)).toEqual(['\0Y2Fm6Q==', 'letter.txt', 'link', 'sub'])
    expect((await agent('ls', versions[1].id.slice(0, 12), join(folder, 'caf\\xE9'))).output).toMatch(/ 8 bytes .* caf\\xE9\n$/)

    const found = (await agent('find', 'GROSSE', '--json')).json()[0].files
    expect(found).toMatchObject([{ path: join(folder, 'sub/größe.bin'), isPresent: true, size: 300_000 }])
    const history = (await agent('history', join(folder, 'letter.txt'), '--json')).json()[0]
    expect(history.states).toMatchObject([{ size: 8, first: { id: versions[1].id }, last: { id: versions[0].id } }])

    const status = (await agent('status', '--json')).json()[0]
    expect(status).toMatchObject({
      connected: true,
      online: true,
      policy: { plan: 'Gold' },
      jobs: [{ name: 'default', lastGood: { id: versions[0].id } }],
    })

    const to = join(office.folder, 'back')
    const restored = await agent('restore', 'latest', '--to', to, '--verify')
    expect(restored.exitCode, restored.errors).toBe(0)
    expect(restored.output).toMatch(
      /^Restoring from version snap_.*\nRestored 3 files, \d folders, 1 link, 293 KiB, in .*\nRead back and compared: 3 files/,
    )
    rmSync(join(folder, 'skip.tmp'))
    const difference = spawnSync('diff', ['-r', '--no-dereference', folder, join(to, folder)], { encoding: 'utf8' })
    expect(difference.stdout).toBe('')
  })

  test('a name that is no text is asked for in the bytes of the shell', async () => {
    const folder = makeFiles('bytes')
    await connected('PC-bytes', folder)
    await office.agent('PC-bytes', ['backup'])
    const shell = spawnSync('sh', ['-c', `exec "$AGENT" ls latest "$FOLDER/$(printf 'caf\\351')"`], {
      encoding: 'utf8',
      env: { ...process.env, AGENT: agentLauncher, FOLDER: folder, HOLDFAST_AGENT_HOME: office.homeOf('PC-bytes') },
    })
    expect(shell.stdout).toMatch(/ 8 bytes .* caf\\xE9\n$/)
  })

  test('existing files are kept and said so; the rules for them; single paths, stripped', async () => {
    const folder = makeFiles('overwrite')
    await connected('PC-2', folder)
    expect((await office.agent('PC-2', ['backup'])).exitCode).toBe(0)
    const letter = join(folder, 'letter.txt')
    const restore = (...words: string[]) => office.agent('PC-2', ['restore', 'latest', ...words, '--json'])

    writeFileSync(letter, 'Mine')
    const kept = await restore(letter)
    expect(kept.json().at(-1)).toMatchObject({
      event: 'summary',
      exitCode: 3,
      keptCount: 1,
      kept: [{ path: letter, reason: 'exists' }],
    })
    expect([kept.exitCode, readFileSync(letter, 'utf8')]).toEqual([3, 'Mine'])

    expect((await restore(letter, '--overwrite', 'changed')).exitCode).toBe(0)
    expect(readFileSync(letter, 'utf8')).toBe('Dear all')

    const to = join(office.folder, 'stripped')
    expect((await restore(join(folder, 'sub'), '--to', to, '--strip')).exitCode).toBe(0)
    expect(readdirSync(to)).toEqual(['sub'])
  })

  test('two jobs run one after the other, and --job chooses', async () => {
    const [one, two] = [makeFiles('one'), makeFiles('two')]
    await connected('PC-3', one, ['--job', 'Büro'])
    expect(await office.agent('PC-3', ['add', two, '--job', 'accounts'])).toMatchObject({ exitCode: 0 })
    const both = await office.agent('PC-3', ['backup', '--json'])
    expect(both.json().at(-1)).toMatchObject({ verdict: 'ok', jobs: [{ job: 'Büro' }, { job: 'accounts' }] })
    const single = await office.agent('PC-3', ['backup', '--job', 'BÜRO', '--json'])
    expect(single.json().at(-1)).toMatchObject({ job: 'Büro', verdict: 'ok' })
    const ls = await office.agent('PC-3', ['ls', 'latest', '--job', 'accounts', '--json'])
    expect(ls.json()[0].path).toBe(two)
    expect(errorOf(await office.agent('PC-3', ['backup', '--job', 'x', '--json'])).code).toBe('HF-JOB-UNKNOWN')
  })

  test('a dry run makes no version', async () => {
    await connected('PC-4', makeFiles('dry'))
    const dry = await office.agent('PC-4', ['backup', '--dry-run', '--json'])
    expect(dry.json().at(-1)).toMatchObject({ verdict: 'ok', isDryRun: true, snapshot: null, exitCode: 0 })
    expect((await office.agent('PC-4', ['snapshots', '--json'])).json()[0]).toEqual({ snapshots: [], hasMore: false })
  })

  test('a connected computer is not connected twice by mistake, and keeps its versions when it is renewed', async () => {
    await connected('PC-5', makeFiles('renewed'))
    await office.agent('PC-5', ['backup'])
    const again = await office.connect('PC-5', ['--json'])
    expect([again.exitCode, errorOf(again).code]).toEqual([1, 'HF-AGENT-ALREADY-CONNECTED'])
    const number = (await office.agent('PC-5', ['status', '--json'])).json()[0].device.number
    expect(await office.connect('PC-5', ['--replace', number])).toMatchObject({ exitCode: 0 })
    expect((await office.agent('PC-5', ['backup', '--json'])).json().at(-1)).toMatchObject({ verdict: 'ok' })
    expect((await office.agent('PC-5', ['snapshots', '--json'])).json()[0].snapshots).toHaveLength(2)
  })
})

describe('bad input at connect: a clear error, and nothing is left', () => {
  const connect = (words: readonly string[]) =>
    office.agent('never', ['connect', ...words, '--user', office.user, '--password-file', office.passwordFile, '--json'])

  test('a wrong password', async () => {
    const wrong = join(office.folder, 'wrong.txt')
    writeFileSync(wrong, 'not the password\n')
    const run = await office.agent('never', ['connect', office.box.url, '--user', office.user, '--password-file', wrong])
    expect(run.exitCode).toBe(1)
    expect(run.errors).toMatch(/^Mail address and password do not match \(HF-WRONG-PASSWORD\)\n.* {2}What to do: /s)
    expect(run.errors).not.toContain('not the password')
  })

  test.each([
    {
      title: 'a name nobody has',
      url: () => 'https://box.invalid',
      code: 'HF-SERVER-UNREACHABLE',
      says: /no computer of this name|name could not be looked up/,
    },
    {
      title: 'a port nobody listens on',
      url: () => 'http://127.0.0.1:1',
      code: 'HF-SERVER-UNREACHABLE',
      says: /nothing listens on this port \(ECONNREFUSED\)/,
    },
    {
      title: 'https to a plain port',
      url: () => office.box.url.replace('http:', 'https:'),
      code: 'HF-WRONG-SCHEME',
      says: /plain http/,
    },
    {
      title: 'http beyond loopback',
      url: () => 'http://192.0.2.1:8080',
      code: 'HF-INSECURE-URL',
      says: /plain http, and 192\.0\.2\.1 is another computer/,
    },
    { title: 'no address', url: () => 'box', code: 'HF-URL-INVALID', says: /no address/ },
    {
      title: 'half an enrolment link',
      url: () => 'https://box.example/enrol#abc',
      code: 'HF-URL-INVALID',
      says: /nor a whole enrolment link/,
    },
  ])('$title', async ({ url, code, says }) => {
    const run = await connect([url()])
    expect(run.exitCode).toBe(code === 'HF-SERVER-UNREACHABLE' ? 1 : 2)
    expect(errorOf(run)).toMatchObject({
      code,
      detail: expect.stringMatching(says),
      who: expect.any(String),
      hint: expect.stringMatching(/\w/),
    })
  })

  test('something that is no box gets no password', async () => {
    const seen: string[] = []
    const stranger = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        seen.push(data.toString())
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello')
      })
    })
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = stranger.address() as { port: number }
      expect(errorOf(await connect([`http://127.0.0.1:${port}`])).code).toBe('HF-NOT-A-HOLDFAST-BOX')
      expect(seen.join('')).toContain('GET /api/agent/v1/policy')
      expect(seen.join('')).not.toMatch(/correct horse|ann@office/)
    } finally {
      stranger.close()
    }
  })

  test('a password file that is not there, or empty', async () => {
    const empty = join(office.folder, 'empty.txt')
    writeFileSync(empty, '\n')
    for (const file of [empty, '/nonexistent/password']) {
      const run = await office.agent('never', ['connect', office.box.url, '--user', 'x', '--password-file', file, '--json'])
      expect([run.exitCode, errorOf(run).code]).toEqual([2, 'HF-PASSWORD-FILE-UNREADABLE'])
    }
  })

  test('nothing of it left a connection behind', async () => {
    const status = (await office.agent('never', ['status', '--json'])).json()[0]
    expect(status).toMatchObject({ connected: false })
  })
})

describe('bad input at backup: a clear verdict, nothing lost, the next backup good', () => {
  test('an unreadable file is skipped, named, and makes the run partial', async () => {
    const folder = makeFiles('unreadable')
    const secret = join(folder, 'secret.txt')
    writeFileSync(secret, 'x')
    chmodSync(secret, 0)
    await connected('PC-6', folder)
    // Root reads everything; then somebody else runs the agent.
    const isRoot = process.getuid!() === 0
    const nobody = 65534
    if (isRoot) for (const path of [office.folder, ...walk(office.homeOf('PC-6')), folder]) chownSync(path, nobody, nobody)
    const person = { environment: { HOME: office.homeOf('PC-6') }, ...(isRoot ? { uid: nobody } : {}) }
    const run = await office.agent('PC-6', ['backup'], person)
    expect(run.exitCode, run.errors).toBe(3)
    expect(run.output).toMatch(/^"default" is backed up in part: version snap_\w+ lacks 1 file\.\n/)
    expect(run.output).toContain(`  skipped: ${secret} (cannot be read: EACCES`)
    chmodSync(secret, 0o644)
    expect(await office.agent('PC-6', ['backup'], person)).toMatchObject({ exitCode: 0 })
  })

  test('a vanished folder: alone the run fails, beside others it is partial', async () => {
    const [one, two] = [makeFiles('stays'), makeFiles('vanishes')]
    await connected('PC-7', two)
    rmSync(two, { recursive: true })
    const alone = await office.agent('PC-7', ['backup', '--json'])
    expect([alone.exitCode, errorOf(alone).code]).toEqual([1, 'HF-SOURCE-MISSING'])
    await office.agent('PC-7', ['add', one])
    const beside = await office.agent('PC-7', ['backup', '--json'])
    expect(beside.json().at(-1)).toMatchObject({
      exitCode: 3,
      verdict: 'partial',
      skippedFiles: [{ path: two, reason: 'vanished' }],
    })
  })

  test('an expired licence and a full plan are told before anything is sent', async () => {
    const folder = makeFiles('licence')
    await connected('PC-8', folder)
    await using database = await openDatabase()
    await database.set('valid_until = 1000000000000, grace_days = 0')
    const expired = await office.agent('PC-8', ['backup', '--json'])
    expect([expired.exitCode, errorOf(expired)]).toMatchObject([1, { code: 'HF-LICENCE-EXPIRED', who: 'implementor' }])
    expect((await office.agent('PC-8', ['status'])).output).toContain('Backups are refused now: ')

    await database.set('valid_until = NULL, quota_bytes = 1000')
    writeFileSync(
      join(folder, 'large'),
      Buffer.alloc(100_000).map((_, index) => (index * 7919) % 251),
    )
    const full = await office.agent('PC-8', ['backup', '--json'])
    expect([full.exitCode, errorOf(full)]).toMatchObject([1, { code: 'HF-QUOTA-EXCEEDED', who: 'implementor' }])

    await database.set('quota_bytes = 1000000000000')
    expect((await office.agent('PC-8', ['backup', '--json'])).json().at(-1)).toMatchObject({ verdict: 'ok' })
  })

  test('nothing selected, not connected, paths that are not there', async () => {
    expect(errorOf(await office.agent('fresh', ['backup', '--json'])).code).toBe('HF-AGENT-NOT-CONNECTED')
    const missing = await office.agent('fresh', ['add', '/nonexistent/folder', '--json'])
    expect(errorOf(missing)).toMatchObject({
      code: 'HF-SOURCE-MISSING',
      detail: '/nonexistent/folder: ENOENT: no such file or directory.',
    })
    await office.connect('fresh')
    expect(errorOf(await office.agent('fresh', ['backup', '--json'])).code).toBe('HF-NO-JOB')
    expect(errorOf(await office.agent('fresh', ['ls', 'latest', '--json'])).code).toBe('HF-NO-VERSION')
  })

  test('a path or version that is not there is answered with the nearest', async () => {
    const folder = makeFiles('near')
    await connected('PC-9', folder)
    await office.agent('PC-9', ['backup'])
    const run = await office.agent('PC-9', ['restore', 'latest', join(folder, 'leter.txt'), '--json'])
    expect(errorOf(run)).toMatchObject({ code: 'HF-PATH-NOT-IN-VERSION', nearest: join(folder, 'letter.txt') })
    expect(errorOf(await office.agent('PC-9', ['restore', '2001-01-01', '--json'])).code).toBe('HF-NO-VERSION')
    expect(errorOf(await office.agent('PC-9', ['restore', 'nonsense!', '--json'])).code).toBe('HF-USAGE')
    expect(errorOf(await office.agent('PC-9', ['restore', 'latest', '--from', '/x', '--json'])).code).toBe(
      'HF-RECOVERY-SOURCE-WRONG',
    )
  })

  test('a second run of a job while one is under way', async () => {
    const folder = makeFiles('twice')
    for (let index = 0; index < 40; index += 1) writeFileSync(join(folder, `${index}`), noise(1_000_000, index))
    await connected('PC-10', folder)
    const slow = startAgent(['backup', '--limit', '200K', '--json'], { home: office.homeOf('PC-10') })
    await new Promise<void>((resolve) => slow.process.stdout.once('data', () => resolve()))
    const second = await office.agent('PC-10', ['backup', '--json'])
    expect([second.exitCode, errorOf(second)]).toMatchObject([1, { code: 'HF-RUN-IN-PROGRESS', pid: slow.process.pid }])

    // And Ctrl-C: a clean end that says how it goes on, and the next run does.
    slow.process.kill('SIGINT')
    const stopped = await slow.ended
    expect(stopped.exitCode).toBe(1)
    expect(errorOf(stopped)).toMatchObject({ code: 'HF-RUN-INTERRUPTED', hint: expect.stringContaining('not sent twice') })
    expect((await office.agent('PC-10', ['backup', '--json'])).json().at(-1)).toMatchObject({ verdict: 'ok', files: 44 })
  })
})

/** Bytes that do not shrink. */
function noise(length: number, seed: number): Buffer {
  let state = seed + 1
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes.writeUInt32LE(state, at)
  }
  return bytes
}

function walk(path: string): readonly string[] {
  const below = statSync(path).isDirectory() ? readdirSync(path) : []
  return [path, ...below.flatMap((name) => walk(join(path, name)))]
}

/** What an administrator does to a plan, until there is a command for it. */
async function openDatabase() {
  const address = parseDatabaseUrl(office.box.environment.HOLDFAST_DATABASE_URL!)
  const connection = await mysql.createConnection({ ...connectionOptions(address) })
  return {
    set: (assignments: string) => connection.query(`UPDATE subscriptions SET ${assignments}`),
    [Symbol.asyncDispose]: () => connection.end(),
  }
}
