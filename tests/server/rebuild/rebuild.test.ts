/** The database's file side made anew from the files, in every state that the two can be in. */

import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parsePackId } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { Tables } from '../../../server/database/tables.ts'
import type { RepositoryRebuilt } from '../../../server/rebuild/rebuild.ts'
import { readGenerationFile } from '../../../server/repositories/generation.ts'
import { publicSnapshotId } from '../../../server/snapshots/snapshot.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { helen } from '../../support/test-app.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

const request = { job: 'documents', parent: undefined }
const fileTables = [
  'snapshots',
  'runs',
  'jobs',
  'backup_sessions',
  'chunks',
  'packs',
  'catalogue',
  'catalogue_stages',
  'key_slots',
] as const

let upload: UploadBox
let computer: TestComputer
let writer: VersionWriter
beforeEach(async () => {
  upload = await uploadBox()
  computer = await connectComputer(upload)
  writer = new VersionWriter(computer.secrets)
})
afterEach(async () => {
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

const kysely = () => upload.box.database.kysely
const commit = async (body = {}) => {
  const session = await computer.target.openSession(request)
  const root = writer.tree([writer.file('file', randomBytes(2000)), writer.file('more', randomBytes(900))])
  const answer = await commitTree(session, writer, { root, device: computer.device, body })
  if (answer.kind !== 'committed') throw new Error(answer.kind)
  return answer
}
const rebuild = () => upload.box.rebuild.rebuild({ signal: AbortSignal.timeout(50_000) })
const rebuildOnly = async (): Promise<RepositoryRebuilt> => {
  const { repositories, refused } = await rebuild()
  expect(refused).toEqual([])
  expect(repositories).toHaveLength(1)
  return repositories[0]!
}
const forgetRows = async (tables: readonly (keyof Tables)[] = fileTables) => {
  for (const table of tables) await kysely().deleteFrom(table).execute()
}
/** As after DROP DATABASE and the migrations: not even the people are there. */
const forgetAll = async () => {
  const { rows } = await sql<{ name: string }>`
    SELECT TABLE_NAME AS name FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT IN ('plans', 'schema_migrations')`.execute(kysely())
  expect(rows.length).toBeGreaterThan(fileTables.length)
  await kysely()
    .connection()
    .execute(async (db) => {
      await sql`SET FOREIGN_KEY_CHECKS = 0`.execute(db)
      for (const { name } of rows) await sql`DELETE FROM ${sql.table(name)}`.execute(db)
      await sql`SET FOREIGN_KEY_CHECKS = 1`.execute(db)
    })
}
const rowsOf = async (table: 'snapshots' | 'packs' | 'chunks' | 'jobs') => kysely().selectFrom(table).selectAll().execute()
const listed = async () => (await Array.fromAsync(computer.target.listSnapshots())).map(({ id }) => id)
const packFiles = () =>
  readdirSync(computer.place.packsFolder).flatMap((folder) =>
    readdirSync(join(computer.place.packsFolder, folder)).map(parsePackId),
  )

describe('a rebuild', () => {
  test('over a whole index changes nothing but the counters', async () => {
    await commit()
    await commit()
    const before = { versions: await rowsOf('snapshots'), chunks: await rowsOf('chunks'), packs: await rowsOf('packs') }
    const done = await rebuildOnly()
    expect(done).toMatchObject({ packs: 4, versions: 2, newVersions: 0, missing: 0, findingsCount: 0, isNewCustomer: false })
    expect(await rowsOf('snapshots')).toEqual(before.versions)
    expect(await rowsOf('chunks')).toEqual(before.chunks)
    expect(await rowsOf('packs')).toEqual(before.packs)
  })

  test('gives back rows that are gone, the same public ids, and the next backup goes on', async () => {
    const first = await commit()
    const second = await commit()
    const before = { versions: await rowsOf('snapshots'), chunks: await rowsOf('chunks') }
    await forgetRows()
    const done = await rebuildOnly()
    expect(done).toMatchObject({ packs: 4, chunks: before.chunks.length, versions: 2, newVersions: 2, keySlots: 3 })
    const stripped = (rows: readonly object[]) =>
      rows.map((row) => ({ ...row, job_id: 0, pack: 0, run_id: '', closure_epoch: 0, received_at: 0, catalogue_version: 0 }))
    expect(stripped(await rowsOf('snapshots'))).toEqual(stripped(before.versions))
    expect(stripped(await rowsOf('chunks'))).toEqual(stripped(before.chunks))
    expect(await listed()).toEqual([first.id, second.id])
    const third = await commit()
    expect(await listed()).toEqual([first.id, second.id, third.id])
    expect(await upload.box.uploads.adopt()).toEqual({ packsIndexed: 0, versionsAdopted: 0, filesQuarantined: 0 })
  })

  test('raises both numbers, so that an older database is noticed and what agents believe is asked again', async () => {
    await commit()
    const before = await upload.box.repositories.findOfCustomer(upload.box.customer.customerId)
    await rebuild()
    const after = (await upload.box.repositories.findOfCustomer(upload.box.customer.customerId))!
    expect(after.closureEpoch).toBeGreaterThan(before!.closureEpoch)
    expect(after.generation).toBeGreaterThan(before!.generation)
    expect(await readGenerationFile(computer.place)).toBe(after.generation)
  })

  test('ends sessions, and takes the first instance that a computer shows', async () => {
    await commit()
    const session = await computer.target.openSession(request)
    await rebuild()
    writer.data(randomBytes(500))
    await expect(session.putPack(writer.takePacks()[0]!)).rejects.toMatchObject({ refusal: { code: 'HF-SESSION-GONE' } })
    const lost = computer.reopen({ instance: '000000000099-00112233445566778899aabbccddeeff' })
    await lost.openSession(request)
    await expect(computer.target.openSession(request)).rejects.toMatchObject({ refusal: { code: 'HF-DEVICE-CLONED' } })
  })

  test('lets a computer leave out what the rebuilt index holds', async () => {
    const id = writer.data(randomBytes(3000))
    const session = await computer.target.openSession(request)
    for (const pack of writer.takePacks()) await session.putPack(pack)
    await forgetRows()
    await rebuild()
    const again = await computer.target.openSession(request)
    expect(await again.have([id, randomBytes(32) as typeof id])).toEqual([true, false])
  })

  test('makes files searchable afterwards, in the order of the chain; versions that come meanwhile queue behind', async () => {
    await commit()
    await commit()
    await forgetRows()
    await rebuild()
    await commit()
    const numbers = async () => {
      const rows = await kysely().selectFrom('snapshots').select('catalogue_version').orderBy('seq').execute()
      return rows.map((row) => row.catalogue_version)
    }
    expect(await numbers()).toEqual([null, null, null])
    const { catalogueFill } = upload.box.devicesSide
    expect(await catalogueFill.hasGaps()).toBe(true)
    expect(await catalogueFill.fill({ signal: AbortSignal.timeout(30_000) })).toEqual({ versions: 3, failed: 0 })
    expect(await numbers()).toEqual([1, 2, 3])
    expect(await catalogueFill.hasGaps()).toBe(false)
    const names = await kysely().selectFrom('catalogue').select('name').distinct().execute()
    expect(names.map(({ name }) => name.toString()).sort()).toEqual(['file', 'more'])
    await commit()
    expect(await numbers()).toEqual([1, 2, 3, 4])
  })

  test('keeps pins and the bin as their files say', async () => {
    const pinned = await commit()
    const binned = await commit()
    await commit()
    const mark = (id: string, seq: number, kind: string) =>
      writeFileSync(
        `${computer.place.snapshotFile({ device: computer.device, seq, id: id as typeof pinned.id })}.${kind}`,
        JSON.stringify({ at: '2026-03-01T00:00:00.000Z', by: 'ann@example.org' }),
      )
    mark(pinned.id, 1, 'pin')
    mark(binned.id, 2, 'bin')
    await forgetRows()
    expect((await rebuildOnly()).findings).toEqual([])
    const bySnapshot = async (table: 'version_pins' | 'version_bin') =>
      (
        await kysely()
          .selectFrom(table)
          .innerJoin('snapshots', 'snapshots.id', `${table}.snapshot`)
          .select('snapshots.seq')
          .execute()
      ).map(({ seq }) => seq)
    expect(await bySnapshot('version_pins')).toEqual([1])
    expect(await bySnapshot('version_bin')).toEqual([2])
  })

  test('brings back what people wrote about versions', async () => {
    const first = await commit()
    await commit()
    const { versionNotes, devicesSide } = upload.box
    const version = await devicesSide.snapshots.find(publicSnapshotId(first.id))
    const words = { name: 'Before the move', note: 'Everything as it was.\nThe old layout, too.' }
    await versionNotes.write(version!, words, actingOnTheBox)
    await forgetRows()
    expect(await kysely().selectFrom('version_notes').selectAll().execute()).toEqual([])
    expect((await rebuildOnly()).findings).toEqual([])
    expect(await versionNotes.find(version!.id)).toMatchObject(words)
  })

  test('holds retention and prune until somebody says that all is well', async () => {
    await commit()
    await rebuild()
    expect(await upload.box.rebuild.findHold()).toBeDefined()
    const actingAs = { actor: { kind: 'command' }, address: 'the box itself' } as const
    expect(await upload.box.rebuild.confirm(actingAs)).toBe(true)
    expect(await upload.box.rebuild.findHold()).toBeUndefined()
    expect(await upload.box.rebuild.confirm(actingAs)).toBe(false)
  })

  test('killed in between leaves a box that refuses, and can be run again', async () => {
    const first = await commit()
    await forgetRows()
    const stopped = new AbortController()
    const cutOff = upload.box.rebuild.rebuild({ signal: stopped.signal, onProgress: () => stopped.abort(new Error('killed')) })
    await expect(cutOff).rejects.toThrow('killed')
    await expect(computer.target.openSession(request)).rejects.toMatchObject({ refusal: { code: 'HF-REBUILD-NEEDED' } })
    await rebuild()
    expect(await listed()).toEqual([first.id])
    await commit()
  })

  test('drops the rows of versions that were forgotten since the dump, and keeps rows whose file is lost', async () => {
    const checkpoint = await commit({ isCheckpoint: true, verdict: 'partial' })
    const kept = await kysely().selectFrom('snapshots').selectAll().execute()
    const second = await commit()
    const third = await commit()
    const known = await kysely().selectFrom('snapshots').select('snapshot_id').execute()
    expect(known).toHaveLength(2)
    await kysely().insertInto('snapshots').values(kept).execute()
    rmSync(computer.place.snapshotFile({ device: computer.device, seq: 3, id: third.id }))
    const done = await rebuildOnly()
    expect(done).toMatchObject({ versions: 1, forgotten: 1, findings: [{ kind: 'version-file-missing', version: third.id }] })
    expect(await listed()).toEqual([second.id, third.id])
    expect(checkpoint.seq).toBe(1)
  })

  test('marks packs missing that no file is left of, and takes back those that lie in their place again', async () => {
    await commit()
    const [lost] = packFiles()
    const hidden = join(computer.place.folder, 'hidden')
    renameSync(computer.place.packFile(lost!), hidden)
    rmSync(computer.place.twinPackFile(lost!), { force: true })
    expect(await rebuildOnly()).toMatchObject({ missing: 1 })
    const stateOf = async () =>
      (
        await kysely()
          .selectFrom('packs')
          .select('state')
          .where('pack_id', '=', Buffer.from(lost!, 'hex'))
          .executeTakeFirstOrThrow()
      ).state
    expect(await stateOf()).toBe(6)
    renameSync(hidden, computer.place.packFile(lost!))
    expect(await rebuildOnly()).toMatchObject({ missing: 0 })
    expect(await stateOf()).toBe(0)
  })

  test('knows packs in the trash and in quarantine by their folders', async () => {
    await commit()
    await commit()
    const [first, second] = packFiles()
    renameSync(computer.place.packFile(first!), computer.place.trashFile(first!))
    rmSync(computer.place.twinPackFile(first!), { force: true })
    renameSync(computer.place.packFile(second!), join(computer.place.quarantineFolder, second!))
    rmSync(computer.place.twinPackFile(second!), { force: true })
    await forgetRows()
    expect(await rebuildOnly()).toMatchObject({ packs: 2, trashed: 1, quarantined: 1, missing: 0 })
  })
})

describe('a rebuild meets', () => {
  test('a pack without its end: what is whole in it counts', async () => {
    await commit()
    const data = packFiles().find((pack) => !existsSync(computer.place.twinPackFile(pack)))!
    const path = computer.place.packFile(data)
    const whole = readFileSync(path)
    truncateSync(path, whole.length - 100)
    await forgetRows()
    const done = await rebuildOnly()
    expect(done.findings).toMatchObject([{ kind: 'pack-damaged', pack: data }])
    const rows = await kysely()
      .selectFrom('packs')
      .select(['state', 'records'])
      .where('pack_id', '=', Buffer.from(data, 'hex'))
      .execute()
    expect(rows).toEqual([{ state: 5, records: 2 }])
  })

  test('a tree pack of which one copy is gone or damaged: the other one counts, a missing one is made', async () => {
    await commit()
    await commit()
    const trees = packFiles().filter((pack) => existsSync(computer.place.twinPackFile(pack)))
    rmSync(computer.place.packFile(trees[0]!))
    truncateSync(computer.place.packFile(trees[1]!), 100)
    await forgetRows()
    const done = await rebuildOnly()
    expect(done.findings.map(({ kind }) => kind).sort()).toEqual(['copy-damaged', 'copy-made'])
    expect(existsSync(computer.place.packFile(trees[0]!))).toBe(true)
    expect(await listed()).toHaveLength(2)
  })

  test('files of strangers: put aside or left alone, never counted', async () => {
    const { id } = await commit()
    const names = { rubbish: 'ab'.repeat(32), empty: 'cd'.repeat(32), other: 'ef'.repeat(32) }
    const at = (name: string) => computer.place.packFile(parsePackId(name))
    writeFileSync(at(names.rubbish), randomBytes(5000))
    writeFileSync(at(names.empty), '')
    const pack = readFileSync(computer.place.packFile(packFiles()[0]!))
    pack.write('another house 16', 16, 'latin1')
    writeFileSync(at(names.other), pack)
    writeFileSync(join(computer.place.packsFolder, 'ab', 'README'), 'hello')
    mkdirSync(join(computer.place.snapshotsFolder, 'visitor'))
    const versions = join(computer.place.snapshotsFolder, computer.device)
    writeFileSync(join(versions, `000000000009-${'0'.repeat(64)}`), randomBytes(400))
    writeFileSync(join(versions, 'notes.txt'), 'hello')
    copyFileSync(
      computer.place.snapshotFile({ device: computer.device, seq: 1, id }),
      join(versions, `000000000001-${'1'.repeat(64)}`),
    )
    await forgetRows()
    const { findings } = await rebuildOnly()
    expect(findings.map((finding) => `${finding.kind} ${'file' in finding ? finding.file : ''}`).sort()).toEqual(
      [
        `put-aside ${names.rubbish}`,
        `put-aside ${names.empty}`,
        `put-aside ${names.other}`,
        `put-aside version ${'0'.repeat(64)}`,
        `put-aside version ${'1'.repeat(64)}`,
        'unknown-file packs/ab/README',
        `unknown-file snapshots/${computer.device}/notes.txt`,
        'unknown-file snapshots/visitor',
      ].sort(),
    )
    expect(readdirSync(computer.place.quarantineFolder)).toHaveLength(5)
    expect(await listed()).toEqual([id])
    expect((await rebuildOnly()).findings.filter(({ kind }) => kind === 'put-aside')).toEqual([])
  })

  test('folders that are no repositories of this box: left as they are', async () => {
    await commit()
    const folder = (name: string) => join(upload.box.dataFolder, 'repositories', name)
    mkdirSync(folder('0'.repeat(32)))
    mkdirSync(join(folder('1'.repeat(32)), 'packs'), { recursive: true })
    copyFileSync(computer.place.repositoryFile, join(folder('1'.repeat(32)), 'repository.json'))
    const { repositories, refused } = await rebuild()
    expect(repositories).toHaveLength(1)
    expect(refused).toEqual([
      { folder: '0'.repeat(32), why: 'it has no repository.json' },
      { folder: '1'.repeat(32), why: 'its repository.json is of another repository' },
    ])
  })

  test('a repository.json that is torn: the box’s own key proves whose folder it is', async () => {
    const { id } = await commit()
    writeFileSync(computer.place.repositoryFile, '{"format"')
    expect(await rebuildOnly()).toMatchObject({ versions: 1 })
    expect(JSON.parse(readFileSync(computer.place.repositoryFile, 'utf8'))).toMatchObject({ format: 1 })
    expect(await listed()).toEqual([id])
  })

  test('no key of its own: versions are listed, with what is in the clear', async () => {
    const { id } = await commit()
    for (const name of readdirSync(computer.place.keysFolder).filter((slot) => slot.startsWith('managed')))
      rmSync(join(computer.place.keysFolder, name))
    await forgetRows()
    const done = await rebuildOnly()
    expect(done.findings.map(({ kind }) => kind)).toEqual(['keys', 'version-sealed'])
    expect(await kysely().selectFrom('jobs').select('name').execute()).toEqual([{ name: 'sealed' }])
    expect(await listed()).toEqual([id])
  })
})

describe('after the whole database is gone', () => {
  test('the backups have a customer and a computer without login, which the first set-up and --replace take over', async () => {
    const first = await commit()
    await forgetAll()
    const done = await rebuildOnly()
    expect(done).toMatchObject({ isNewCustomer: true, newDevices: 1, versions: 1 })
    await expect(computer.target.openSession(request)).rejects.toMatchObject({ refusal: { code: 'HF-TOKEN-INVALID' } })

    const { user, customer } = await upload.box.people.setup.setUpByCommand({ ...helen, customer: 'Office' })
    expect(customer.customerId).toBe(done.customerId)
    const replaced = await upload.box.devicesSide.devices.list({ reach: [customer.customerId], afterNumber: 0, limit: 10 })
    expect(replaced).toMatchObject([{ name: 'desk', state: 'revoked', versionsCount: 1 }])
    const connected = await connectDevice(upload.box, user, { name: 'desk', replace: 'D-000001' })
    expect(connected.device.deviceId).toBe(computer.connected.device.deviceId)
    const versions = await upload.box.devicesSide.snapshots.listOfDevice({
      deviceId: connected.device.deviceId,
      beforeSeq: undefined,
      limit: 10,
    })
    expect(versions.map(({ snapshotId }) => snapshotId)).toEqual([first.id])
    expect(await upload.box.people.subscriptions.listOfCustomer(customer.customerId)).toHaveLength(1)
    const secrets = await kysely().selectFrom('key_slots').select('slot_id').where('sealed_secret', 'is not', null).execute()
    expect(secrets.map((row) => row.slot_id)).toContain('recovery-2')
  })
})
