/** `check` over repositories that real backups made, after real damage to their files. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parsePackId, readWholePackIndex, recordTypes } from '../../../engine/index.ts'
import type { RepositoryReport } from '../../../server/checks/check.ts'
import { createChecks } from '../../../server/checks/checks-service.ts'
import { confirmHurt } from '../../../server/checks/present-disk.ts'
import { mappingStates, packStates } from '../../../server/packs/pack.ts'
import type { Repository } from '../../../server/repositories/repository.ts'
import { createOpenSecrets } from '../../../server/repositories/repository-secrets.ts'
import { nothingAtPoints } from '../../../server/storage-volumes/crash-points.ts'
import { VolumeError } from '../../../server/storage-volumes/storage-volume.ts'
import type { WorkerPool } from '../../../server/worker-pool/worker-pool.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

let upload: UploadBox
let computer: TestComputer
let folder: string

beforeEach(async () => {
  upload = await uploadBox()
  computer = await connectComputer(upload)
  folder = join(mkdtempSync(join(tmpdir(), 'holdfast-checks-')), 'source')
  mkdirSync(join(folder, 'letters'), { recursive: true })
  mkdirSync(join(folder, 'pictures'))
  writeFileSync(join(folder, 'letters', 'one.txt'), 'one '.repeat(1000))
  writeFileSync(join(folder, 'letters', 'two.txt'), 'two '.repeat(1000))
  writeFileSync(join(folder, 'pictures', 'tiny.txt'), 'inline')
  await backUpFolder(computer, folder)
})

afterEach(async () => {
  rmSync(join(folder, '..'), { recursive: true })
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

const { signal } = new AbortController()

async function getRepository(): Promise<Repository> {
  return (await upload.box.repositories.findOfCustomer(upload.box.customer.customerId))!
}

async function check(isDataRead = true): Promise<RepositoryReport> {
  return upload.box.devicesSide.checks.check(await getRepository(), { reading: isDataRead ? 'all' : 'structure', signal })
}

function filesIn(name: 'packs' | 'packs2'): readonly string[] {
  const root = name === 'packs' ? computer.place.packsFolder : computer.place.twinPacksFolder
  return readdirSync(root).flatMap((prefix) => readdirSync(join(root, prefix)).map((file) => join(root, prefix, file)))
}

function packFile(kind: 'data' | 'tree'): string {
  return filesIn('packs').find((file) => readWholePackIndex(readFileSync(file)).kind === kind)!
}

/** Flips a bit in the body of a record of the pack; returns the record's id. */
function hurt(file: string, which = 0): string {
  const bytes = readFileSync(file)
  const entry = readWholePackIndex(bytes).entries[which]!
  bytes[entry.offset + entry.length - 20]! ^= 0x10
  writeFileSync(file, bytes)
  return entry.header.chunkId.toString('hex')
}

const paths = (report: RepositoryReport) =>
  report.affectedPaths.map(({ path }) => path.toString().slice(folder.length + 1)).sort()

async function statesOf(table: 'packs' | 'chunks'): Promise<readonly number[]> {
  return (await upload.box.database.kysely.selectFrom(table).select('state').execute()).map(({ state }) => state)
}

test.each([true, false])('a repository that is whole (data read: %s)', async (isDataRead) => {
  const before = await getRepository()
  const report = await check(isDataRead)
  expect(report).toMatchObject({ damage: [], damageCount: 0, notices: [], affectedVersions: [], affectedPaths: [] })
  expect(report).toMatchObject({ packs: 2, versions: 1, arePathsComplete: true })
  expect(report.records).toBeGreaterThan(4)
  expect((await getRepository()).closureEpoch).toBe(before.closureEpoch)
})

test('a flipped bit in a file’s data: the file and the versions are named, the marks are set, the next backup mends it', async () => {
  const record = hurt(packFile('data'))
  expect(await check(false)).toMatchObject({ damageCount: 0 })

  const report = await check()
  expect(report.damage).toMatchObject([{ kind: 'record-damaged', record }])
  expect(report.affectedVersions).toMatchObject([{ device: computer.device, job: 'documents', seq: 1 }])
  expect(paths(report)).toHaveLength(1)
  expect(paths(report)[0]).toMatch(/^letters\/(one|two)\.txt$/)
  expect(report.affectedPaths[0]?.versions).toEqual([report.affectedVersions[0]?.id])
  expect(await statesOf('packs')).toContain(packStates.damaged)
  expect((await statesOf('chunks')).filter((state) => state === mappingStates.bad)).toHaveLength(1)
  const { closureEpoch } = await getRepository()
  expect(closureEpoch).toBe(1)

  // Said again by a check that reads no data; marked once.
  const again = await check(false)
  expect(again.damageCount).toBeGreaterThan(0)
  expect(paths(again)).toEqual(paths(report))
  expect((await getRepository()).closureEpoch).toBe(closureEpoch)

  const { verdict } = await backUpFolder(computer, folder)
  expect(verdict).toBe('ok')
  const healed = await check()
  expect(healed).toMatchObject({ damage: [], damageCount: 0, affectedVersions: [], affectedPaths: [] })
  expect(healed.notices).toMatchObject([{ kind: 'damage-replaced' }])
})

describe('packs', () => {
  test('a data pack that is gone', async () => {
    rmSync(packFile('data'))
    const report = await check(false)
    expect(report.damage[0]).toMatchObject({ kind: 'pack-missing' })
    expect(paths(report)).toEqual(['letters/one.txt', 'letters/two.txt'])
    expect(await statesOf('packs')).toContain(packStates.missing)
    expect((await getRepository()).closureEpoch).toBe(1)
    expect((await backUpFolder(computer, folder)).verdict).toBe('ok')
    expect(await check()).toMatchObject({ damageCount: 0 })
  })

  test('a data pack that is cut off', async () => {
    const file = packFile('data')
    truncateSync(file, readFileSync(file).length - 30)
    const report = await check(false)
    expect(report.damage[0]).toMatchObject({ kind: 'pack-damaged' })
    // Its records are all still found by their headers: nothing is lost.
    expect(report.affectedVersions).toEqual([])
  })

  test('one copy of a tree pack: told, nothing lost, nothing marked', async () => {
    hurt(packFile('tree'))
    const report = await check()
    expect(report.damage).toMatchObject([{ kind: 'copy-damaged', copy: 'packs' }])
    expect(report.affectedVersions).toEqual([])
    expect(new Set(await statesOf('packs'))).toEqual(new Set([packStates.stored]))
    rmSync(filesIn('packs2')[0]!)
    expect((await check(false)).damage).toMatchObject([{ kind: 'copy-damaged', copy: 'packs2', why: 'it is not there' }])
  })

  test('both copies of a tree pack, in different records: still nothing lost', async () => {
    hurt(packFile('tree'), 0)
    hurt(filesIn('packs2')[0]!, 1)
    const report = await check()
    expect(report.damageCount).toBe(1)
    expect(report.affectedVersions).toEqual([])
  })

  test('the same record in both copies: its folder is named', async () => {
    const file = packFile('tree')
    const { entries } = readWholePackIndex(readFileSync(file))
    const letters = entries.findIndex(({ header, refs }) => header.type === recordTypes.tree && refs.length === 2)
    hurt(file, letters)
    hurt(filesIn('packs2')[0]!, letters)
    const report = await check()
    expect(report.damage).toMatchObject([{ kind: 'record-damaged' }])
    expect(report.affectedVersions).toHaveLength(1)
    expect(report.affectedPaths).toMatchObject([{ isFolder: true }])
    expect((await backUpFolder(computer, folder)).verdict).toBe('ok')
    expect(await check()).toMatchObject({ damageCount: 0, affectedVersions: [] })
  })

  test('rows that say something else than the pack', async () => {
    await upload.box.database.kysely.updateTable('chunks').set({ record_offset: 77 }).limit(1).execute()
    expect((await check(false)).damage).toMatchObject([{ kind: 'index-wrong' }])
  })

  test('a row too few', async () => {
    await upload.box.database.kysely.deleteFrom('chunks').limit(1).execute()
    expect((await check(false)).damage).toMatchObject([{ kind: 'index-wrong' }])
  })

  test('files that nobody knows are noted', async () => {
    const name = 'ab'.repeat(32)
    writeFileSync(join(computer.place.packsFolder, 'ab', name), 'x')
    const report = await check(false)
    expect(report.damageCount).toBe(0)
    expect(report.notices).toEqual([{ kind: 'file-unknown', file: `packs/ab/${name}` }])
  })
})

describe('versions and keys', () => {
  const versionFile = () => {
    const inside = join(computer.place.snapshotsFolder, computer.device)
    return join(inside, readdirSync(inside)[0]!)
  }

  test('a version’s file that is damaged, or gone', async () => {
    const bytes = readFileSync(versionFile())
    const file = versionFile()
    bytes[bytes.length - 5]! ^= 1
    writeFileSync(file, bytes)
    expect((await check(false)).damage).toMatchObject([{ kind: 'version-damaged' }])
    rmSync(file)
    expect((await check(false)).damage).toMatchObject([{ kind: 'version-damaged', why: 'it is not there' }])
  })

  test('a version’s file without a row is noted', async () => {
    const { kysely } = upload.box.database
    await kysely.deleteFrom('snapshots').execute()
    const report = await check(false)
    expect(report.damageCount).toBe(0)
    expect(report.notices).toMatchObject([{ kind: 'file-unknown', file: expect.stringContaining('snapshots/') }])
  })

  test('key slots and repository.json', async () => {
    const [slot] = readdirSync(computer.place.keysFolder)
    rmSync(join(computer.place.keysFolder, slot!))
    writeFileSync(computer.place.repositoryFile, '{}')
    const kinds = (await check(false)).damage.map((damage) => (damage.kind === 'keys-damaged' ? damage.what : damage.kind))
    expect(kinds).toEqual(['repository.json', `keys/${slot}`])
  })

  test('without the master key, what needs none is still checked', async () => {
    await upload.box.database.kysely
      .updateTable('key_slots')
      .set({ commitment: Buffer.alloc(32) })
      .where('kind', '=', 'managed')
      .execute()
    hurt(packFile('data'))
    const { box } = upload
    const { openSecrets } = createOpenSecrets({ database: box.database, masterKey: Buffer.alloc(32, 7) })
    const checks = createChecks({
      ...box,
      plaintexts: box.devicesSide.plaintexts,
      openSecrets,
      alarms: box.care.alarms,
      onBlamed: async () => {},
      reached: nothingAtPoints,
    })
    const report = await checks.check(await getRepository(), { reading: 'all', signal })
    expect(report.damage.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['keys-damaged', 'record-damaged']))
    expect(report.affectedVersions).toHaveLength(1)
    expect(report.affectedPaths).toEqual([])
    expect(report.arePathsComplete).toBe(false)
  })
})

test('a check beside running backups sees nothing wrong', async () => {
  const checks = Promise.all(Array.from({ length: 6 }, () => check()))
  for (let round = 0; round < 4; round += 1) {
    writeFileSync(join(folder, 'letters', `round ${round}.txt`), `round ${round} `.repeat(2000))
    await backUpFolder(computer, folder)
  }
  for (const report of await checks) expect(report).toMatchObject({ damage: [], affectedVersions: [] })
})

test('what goes into the trash while a check runs is no damage', async () => {
  const { box } = upload
  const file = packFile('data')
  const packId = Buffer.from(file.split('/').at(-1)!, 'hex')
  // Listed by then, and not read yet.
  const pool: WorkerPool = {
    ...box.pool,
    run: async (name, input, how) => {
      if ('file' in input && input.file === file && existsSync(file)) {
        await box.database.kysely.updateTable('packs').set({ state: packStates.trashed }).where('pack_id', '=', packId).execute()
        renameSync(file, `${computer.place.folder}/trash/pack`)
      }
      return box.pool.run(name, input, how)
    },
  }
  const { plaintexts } = box.devicesSide
  const { openSecrets } = box.repositories
  const checks = createChecks({
    ...box,
    pool,
    plaintexts,
    openSecrets,
    alarms: box.care.alarms,
    onBlamed: async () => {},
    reached: nothingAtPoints,
  })
  const report = await checks.check(await getRepository(), { reading: 'all', signal })
  expect(report.damage.map(({ kind }) => kind)).not.toContain('pack-missing')
  expect(await statesOf('packs')).toContain(packStates.trashed)
  expect((await getRepository()).closureEpoch).toBe(0)
})

test('it can be stopped', async () => {
  const stop = new AbortController()
  stop.abort(new Error('the caller left'))
  const stopped = upload.box.devicesSide.checks.check(await getRepository(), { reading: 'all', signal: stop.signal })
  await expect(stopped).rejects.toThrow('the caller left')
})

describe('a disk that is not there', () => {
  const aside = () => `${computer.place.folder}-unmounted`
  const volumeIdFile = () => join(computer.place.folder, '..', 'volume-id')

  test('is no damage: the check refuses, and nothing is marked', async () => {
    const id = readFileSync(volumeIdFile())
    rmSync(volumeIdFile())
    renameSync(computer.place.folder, aside())
    await expect(check()).rejects.toMatchObject({ fault: 'wrong' })
    await upload.box.devicesSide.verification.run({ signal })
    renameSync(aside(), computer.place.folder)
    writeFileSync(volumeIdFile(), id)
    expect(new Set(await statesOf('packs'))).toEqual(new Set([packStates.stored]))
    expect((await getRepository()).closureEpoch).toBe(0)
    expect(await check()).toMatchObject({ damageCount: 0 })
  })

  test('nor is one that went away while a pack was read', async () => {
    const repository = await getRepository()
    const { file, packId } = { file: packFile('data'), packId: parsePackId(packFile('data').split('/').at(-1)!) }
    const bytes = readFileSync(file)
    const absent = { packId, state: 'missing', lost: [], isAbsent: true } as const
    expect(confirmHurt(upload.box.dataFolder, repository, [absent])).toEqual([])
    rmSync(file)
    expect(confirmHurt(upload.box.dataFolder, repository, [absent])).toEqual([absent])
    writeFileSync(file, bytes)
    rmSync(volumeIdFile())
    expect(() => confirmHurt(upload.box.dataFolder, repository, [absent])).toThrow(VolumeError)
  })
})
