/** The box's backup of itself over a real database: what is in it, when it is made, and that an empty box is filled from it. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openServerSecret } from '../../../server/recovery-kits/server-secret.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { readBoxDocument } from '../../../server/self-backups/box-document.ts'
import { dumpedTables, leftOutTables } from '../../../server/self-backups/dumped-tables.ts'
import { listTables } from '../../../server/self-backups/people-dump-table.ts'
import { newestDocument, restoreNewestSelfBackup, restorePeople } from '../../../server/self-backups/restore-newest.ts'
import { listSelfBackups, openSelfBackup } from '../../../server/self-backups/self-backup-file.ts'
import { selfBackupsKept } from '../../../server/self-backups/self-backups-service.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { goodPassword, helen, setUpApp, testApp } from '../../support/test-app.ts'

let box: Awaited<ReturnType<typeof setUpApp>>
let secret: Buffer
const folder = () => join(box.dataFolder, 'self')
const files = () => listSelfBackups(folder())

beforeAll(async () => {
  box = await setUpApp()
  secret = openServerSecret({ ...box, randomness: systemRandomness })
  await connectDevice(box, box.user, { name: 'RECEPTION' })
})
afterAll(() => box[Symbol.asyncDispose]())

test('every table of the database is dumped, or left out for a reason', async () => {
  const named = [...dumpedTables.map(({ name }) => name), ...Object.keys(leftOutTables)]
  expect(named).toHaveLength(new Set(named).size)
  expect((await listTables(box.database.kysely)).filter((name) => !named.includes(name))).toEqual([])
})

describe('a self-backup', () => {
  test('is one sealed file for its owner alone, with all that the repositories do not hold', async () => {
    const made = await box.recoverySide.selfBackups.run()
    expect(statSync(made.path).mode & 0o777).toBe(0o600)
    const document = readBoxDocument(await openSelfBackup(made, secret))
    expect(document.masterKey).toEqual(box.masterKey)
    const table = (name: string) => document.tables.find((one) => one.name === name)!
    expect(table('users').rows.flat()).toContain(helen.email)
    expect(table('devices').rows).toHaveLength(1)
    expect(table('devices').columns).not.toContain('head_seq')
    // Neither what has its own size of its own, nor what must not come back.
    expect(document.tables.filter(({ name }) => name.startsWith('share'))).toEqual([])
    expect(table('key_slots').rows.length).toBeGreaterThanOrEqual(3)
    const sealed = readFileSync(made.path)
    for (const clear of [helen.email, 'RECEPTION', box.masterKey]) expect(sealed.includes(clear)).toBe(false)
  })

  test('opens with no other secret, and tells damage from a wrong kit', async () => {
    const made = await box.recoverySide.selfBackups.run()
    await expect(openSelfBackup(made, systemRandomness.bytes(32))).rejects.toMatchObject({ fault: 'wrong-key' })
    const bytes = readFileSync(made.path)
    const damaged = Buffer.from(bytes)
    damaged[200] = damaged[200]! ^ 1
    writeFileSync(made.path, damaged)
    await expect(openSelfBackup(made, secret)).rejects.toMatchObject({ fault: 'damaged' })
    // The one before it is taken, and the damaged one is told.
    const { file, passedOver } = await newestDocument(await files(), secret)
    expect([file.number, passedOver.map(({ number }) => number)]).toEqual([made.number - 1, [made.number]])
    writeFileSync(made.path, bytes)
  })

  test(`is kept with the ${selfBackupsKept} newest; what a cut-off write left goes`, async () => {
    await box.recoverySide.selfBackups.run()
    writeFileSync(join(folder(), `000000000001-${'0'.repeat(64)}.new`), 'half')
    for (let count = 0; count < selfBackupsKept + 2; count += 1) await box.recoverySide.selfBackups.run()
    const numbers = (await files()).map(({ number }) => number)
    expect(numbers).toHaveLength(selfBackupsKept)
    expect(numbers[0]! - numbers.at(-1)!).toBe(selfBackupsKept - 1)
    expect(readdirSync(folder()).filter((name) => name.endsWith('.new'))).toEqual([])
  })
})

describe('looking', () => {
  const newest = async () => (await files())[0]?.number
  const lookFor = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 10) {
      box.clock.advance(10_000)
      await box.recoverySide.selfBackups.look()
    }
  }

  test('saves within 60 s of a change of people, and leaves signs of life alone', async () => {
    await box.recoverySide.selfBackups.run()
    const before = await newest()
    await lookFor(120)
    expect(await newest()).toBe(before)
    await box.database.kysely.updateTable('devices').set({ last_seen_at: box.clock.now(), agent_version: '9' }).execute()
    await lookFor(120)
    expect(await newest()).toBe(before)
    await box.people.users.create(
      { email: 'ann@office.example', name: 'Ann', password: goodPassword },
      { staffRole: undefined, memberships: [] },
      { actor: { kind: 'command' }, address: '' },
    )
    await lookFor(60)
    expect(await newest()).toBe(before! + 1)
  })
})

test('what cannot be written is an alarm, until it can', async () => {
  const open = async () =>
    (await box.care.alarms.list({ reach: 'all', after: 0, limit: 100 })).filter(({ code }) => code === 'HF-SELF-BACKUP-FAILED')
  const hidden = `${folder()} hidden`
  renameSync(folder(), hidden)
  writeFileSync(folder(), 'a file where the folder should be')
  // One more person: otherwise there would be nothing to write.
  await box.database.kysely.updateTable('users').set({ name: 'Helen C.' }).execute()
  for (let look = 0; look < 7; look += 1) {
    box.clock.advance(10_000)
    await box.recoverySide.selfBackups.look()
  }
  expect(await open()).toHaveLength(1)
  rmSync(folder())
  renameSync(hidden, folder())
  await box.recoverySide.selfBackups.look()
  expect(await open()).toEqual([])
})

describe('an empty box', () => {
  test('is filled from the newest one: people sign in, computers and keys are known', async () => {
    await using empty = await testApp()
    const { document } = await newestDocument(await files(), secret)
    await restorePeople({ database: empty.database, document, nowMs: empty.clock.now() })
    const credentials = { email: helen.email, password: goodPassword, address: '127.0.0.1' }
    const signIn = await empty.people.sessions.signIn(credentials, { userAgent: 'test', isLasting: false })
    expect(signIn.kind).toBe('signed-in')
    const { kysely } = empty.database
    const before = box.database.kysely
    for (const name of [
      'users',
      'customers',
      'memberships',
      'plans',
      'subscriptions',
      'key_slots',
      'counters',
      'settings',
    ] as const)
      expect(await kysely.selectFrom(name).selectAll().execute(), name).toEqual(
        await before.selectFrom(name).selectAll().execute(),
      )
    const device = await kysely.selectFrom('devices').selectAll().executeTakeFirstOrThrow()
    expect(device).toMatchObject({ name: 'RECEPTION', head_seq: 0, takes_any_instance: 1 })
    const [repository] = await kysely.selectFrom('repositories').selectAll().execute()
    expect(repository!.closure_epoch).toBeGreaterThanOrEqual(Math.floor(empty.clock.now() / 1000))
    // A second time there is somebody.
    await expect(restorePeople({ database: empty.database, document, nowMs: 0 })).rejects.toMatchObject({
      fault: 'people-present',
    })
  })

  test('by its own data folder, when only the database was lost', async () => {
    await using empty = await testApp()
    const { database, clock } = empty
    const { dataFolder, masterKey } = box
    const restored = await restoreNewestSelfBackup({ database, dataFolder, masterKey, clock })
    expect(restored).toMatchObject({ kind: 'restored', number: (await files())[0]!.number })
    expect(await restoreNewestSelfBackup({ database, dataFolder, masterKey, clock })).toEqual({ kind: 'people-present' })
    expect(await restoreNewestSelfBackup({ ...empty })).toEqual({ kind: 'none' })
  })

  test('refuses one with a column that this program does not know', async () => {
    await using empty = await testApp()
    const { document } = await newestDocument(await files(), secret)
    const tables = document.tables.map((table) =>
      table.name === 'users'
        ? { ...table, columns: [...table.columns, 'shoe_size'], rows: table.rows.map((row) => [...row, 44]) }
        : table,
    )
    const restored = restorePeople({ database: empty.database, document: { ...document, tables }, nowMs: 0 })
    await expect(restored).rejects.toMatchObject({ fault: 'newer-program' })
    expect(await empty.database.kysely.selectFrom('plans').selectAll().execute()).not.toEqual([])
  })
})
