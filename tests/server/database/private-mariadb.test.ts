import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../server/database/database.ts'
import { checkDurability, isSupportedVersion } from '../../../server/database/durability.ts'
import { openPrivateMariaDb } from '../../../server/database/mariadb/private-mariadb.ts'
import { poolBytes, serverOptions } from '../../../server/database/mariadb/server-options.ts'
import { getServerProgram } from '../../../server/database/mariadb/server-program.ts'
import { systemClock } from '../../../server/runtime/clock.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { findCommandLine, findProcess } from '../../../server/runtime/process-identity.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { eventually } from '../../support/eventually.ts'
import { findServerPid, stopLeftServer } from '../../support/left-server.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const searchPath = process.env.PATH ?? ''
const holdDatabase = join(import.meta.dirname, '../../support/hold-database.ts')
const gibibyte = 1024 ** 3

describe('the private server', () => {
  test('makes its folder, answers on a socket only, and is durable, or refused', async () => {
    await using server = await open()
    const database = openDatabase({ address: server.address, randomness: systemRandomness })
    expect(await checkDurability(database.kysely)).toEqual({ version: expect.stringContaining('MariaDB') })
    const rows = await query(server, 'SELECT @@skip_networking AS local, @@datadir AS folder, @@tx_isolation AS isolation')
    expect(rows).toEqual([{ local: 1, folder: `${server.folder}/mysql/`, isolation: 'READ-COMMITTED' }])
    expect(await query(server, 'SELECT user, host FROM mysql.user ORDER BY user')).toEqual([
      { User: 'mariadb.sys', Host: 'localhost' },
      { User: 'root', Host: 'localhost' },
    ])
    expect(statSync(join(server.folder, 'mysql')).mode & 0o777).toBe(0o700)
    await query(server, 'SET GLOBAL innodb_flush_log_at_trx_commit = 2')
    await expect(checkDurability(database.kysely)).rejects.toMatchObject({
      fault: 'not-durable',
      message: expect.stringContaining('innodb_flush_log_at_trx_commit is 2'),
      hint: expect.stringContaining('= 1'),
    })
    await database.close()
  })

  test('keeps what was committed over a kill, and is started again by itself', async () => {
    await using server = await open()
    await query(server, 'CREATE TABLE holdfast.kept (id INT PRIMARY KEY)')
    await query(server, 'INSERT INTO holdfast.kept VALUES (7)')
    const first = server.pid()!
    process.kill(first, 'SIGKILL')
    await eventually(async () => expect(await query(server, 'SELECT id FROM holdfast.kept')).toEqual([{ id: 7 }]))
    expect(server.pid()).not.toBe(first)
    expect(findProcess(first)).toBeUndefined()
  })

  test('is started again however often it dies', async () => {
    await using server = await open()
    for (let round = 0; round < 3; round += 1) {
      const pid = await eventually(() => {
        expect(server.pid()).toBeDefined()
        return server.pid()!
      })
      process.kill(pid, 'SIGKILL')
      await eventually(() => expect(server.pid()).not.toBe(pid))
    }
    await eventually(async () => expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]))
  })

  test('stopped while it is down, stays down', async () => {
    await using server = await open()
    process.kill(server.pid()!, 'SIGKILL')
    await server.stop()
    expect(findServerPid(server.folder)).toBeUndefined()
    expect(server.pid()).toBeUndefined()
  })

  test('makes its folder anew when the first start was cut off in it', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'mysql.new'))
    writeFileSync(join(folder.path, 'mysql.new', 'ibdata1'), 'half of it')
    await using server = await open({ folder: folder.path })
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(existsSync(join(folder.path, 'mysql.new'))).toBe(false)
  })

  test('works from a long path, with its socket elsewhere', async () => {
    using folder = temporaryFolder()
    const long = join(folder.path, 'a folder with a long name '.repeat(5).trim(), 'and another one '.repeat(8).trim())
    mkdirSync(long, { recursive: true })
    await using server = await open({ folder: long })
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('says what to do about a path that no server takes', async () => {
    using folder = temporaryFolder()
    const long = join(folder.path, ...Array.from({ length: 5 }, () => 'x'.repeat(100)))
    mkdirSync(long, { recursive: true })
    await expect(open({ folder: long })).rejects.toMatchObject({
      fault: 'start-failed',
      hint: expect.stringContaining('HOLDFAST_DATA'),
    })
  })

  test('that does not start says why, out of its own log', async () => {
    using folder = temporaryFolder()
    const server = await open({ folder: folder.path })
    await server.stop()
    writeFileSync(join(folder.path, 'mysql', 'ibdata1'), 'no tablespace')
    await expect(open({ folder: folder.path })).rejects.toMatchObject({
      fault: 'start-failed',
      hint: expect.stringContaining('ibdata1'),
    })
    expect(findServerPid(folder.path)).toBeUndefined()
  })
})

describe('a server that a killed Holdfast left behind', () => {
  test('is taken over, and stopped in the end', async () => {
    using folder = temporaryFolder()
    const left = await leaveServer(folder.path)
    await using server = await open({ folder: folder.path })
    expect(server.pid()).toBe(left)
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.stop()
    expect(findProcess(left)).toBeUndefined()
  })

  test('is started again when it dies after that', async () => {
    using folder = temporaryFolder()
    const left = await leaveServer(folder.path)
    await using server = await open({ folder: folder.path })
    process.kill(left, 'SIGKILL')
    await eventually(() => expect(server.pid()).not.toBe(left))
    await eventually(async () => expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]))
  })

  test('with other settings is stopped and started with ours', async () => {
    using folder = temporaryFolder()
    const left = await leaveServer(folder.path)
    await using server = await open({ folder: folder.path, memoryBytes: 4 * gibibyte })
    expect(server.pid()).not.toBe(left)
    expect(findProcess(left)).toBeUndefined()
    expect(await query(server, 'SELECT @@innodb_buffer_pool_size AS bytes')).toEqual([{ bytes: gibibyte }])
  })

  test('is no other program that has its number now', async () => {
    using folder = temporaryFolder()
    const first = await open({ folder: folder.path })
    await first.stop()
    const bystander = spawn('sleep', ['60'])
    writeFileSync(join(folder.path, 'mysql.pid'), `${bystander.pid}\n`)
    await using server = await open({ folder: folder.path })
    expect(server.pid()).not.toBe(bystander.pid)
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
    bystander.kill()
  })
})

const nobody = 65_534
const mayBecomeNobody = process.getuid?.() === 0 && isReadableByOthers(process.execPath)

test.runIf(mayBecomeNobody)('works for a user who is not root', async () => {
  using folder = temporaryFolder()
  chownSync(folder.path, nobody, nobody)
  const holder = spawn(process.execPath, [holdDatabase, folder.path, String(gibibyte)], {
    uid: nobody,
    gid: nobody,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(holder.stdout, 'data')) as [Buffer]
  expect(readFileSync(`/proc/${Number(line.toString())}/status`, 'utf8')).toMatch(/^Uid:\t65534\t65534/m)
  holder.stdin.end()
  const [exitCode] = await once(holder, 'close')
  expect(exitCode).toBe(0)
  expect(findServerPid(folder.path)).toBeUndefined()
})

function isReadableByOthers(path: string): boolean {
  const folders = path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/') || '/')
  return folders.every((folder) => (statSync(folder).mode & 0o005) === 0o005)
}

describe('its settings', () => {
  test.each([
    [512 * 1024 ** 2, 256 * 1024 ** 2],
    [gibibyte, 256 * 1024 ** 2],
    [2 * gibibyte, 512 * 1024 ** 2],
    [16 * gibibyte, 4 * gibibyte],
    [256 * gibibyte, 4 * gibibyte],
  ])('give %i bytes of memory a pool of %i', (memory, pool) => {
    expect(poolBytes(memory)).toBe(pool)
  })

  test('are those the process was started with, and none of /etc', async () => {
    await using server = await open()
    const words = findCommandLine(server.pid()!)!
    expect(words[1]).toBe('--no-defaults')
    expect(words).toEqual(
      expect.arrayContaining(['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=ON', '--skip-networking']),
    )
  })

  test('name a user only for root', async () => {
    const program = await getServerProgram(searchPath)
    const options = { program, folder: '/d/mysql', temporaryFolder: '/d/tmp', socketPath: '/d/s', pidFile: '/d/p', poolBytes: 1 }
    expect(serverOptions({ ...options, isRoot: true })).toContain('--user=root')
    expect(serverOptions({ ...options, isRoot: false }).join(' ')).not.toContain('--user')
  })
})

describe('the program', () => {
  test('is found beyond the search path', async () => {
    expect(await getServerProgram('')).toMatchObject({ flavour: 'mariadb', version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  })

  test.each([
    ['10.11.6-MariaDB-0+deb12u1', true],
    ['11.4.2-MariaDB', true],
    ['12.0.1-MariaDB', true],
    ['10.6.18-MariaDB-0ubuntu0.22.04.1', false],
    ['5.5.5-10.4.1-MariaDB', false],
    ['8.0.39', true],
    ['9.1.0', true],
    ['5.7.44', false],
  ])('in version %s: %s', (version, expected) => {
    expect(isSupportedVersion(version)).toBe(expected)
  })
})

/** The process number of a server whose Holdfast was killed. */
async function leaveServer(folder: string): Promise<number> {
  const holder = spawn(process.execPath, [holdDatabase, folder, String(gibibyte)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(holder.stdout, 'data')) as [Buffer]
  holder.kill('SIGKILL')
  await once(holder, 'close')
  return Number(line.toString())
}

type Opening = { readonly folder?: string; readonly memoryBytes?: number }

async function open({ folder, memoryBytes = gibibyte }: Opening = {}) {
  const own = folder === undefined ? temporaryFolder() : undefined
  const dataFolder = folder ?? own!.path
  const server = await openPrivateMariaDb({
    dataFolder,
    searchPath,
    temporaryFolders: [tmpdir()],
    memoryBytes,
    isRoot: process.getuid?.() === 0,
    clock: systemClock,
    log: silentLog,
  })
  return {
    ...server,
    folder: dataFolder,
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await stopLeftServer(dataFolder)
      own?.[Symbol.dispose]()
    },
  }
}

async function query(server: Awaited<ReturnType<typeof open>>, statement: string): Promise<unknown> {
  const { endpoint, user } = server.address
  const connection = await mysql.createConnection({
    user,
    ...('socketPath' in endpoint ? { socketPath: endpoint.socketPath } : {}),
  })
  try {
    return (await connection.query(statement))[0]
  } finally {
    await connection.end()
  }
}
