/** Repair over repositories that real backups made, after real damage: all that is whole anywhere is whole in its place again. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type PackId, parsePackId, readWholePackIndex } from '../../../engine/index.ts'
import type { RepositoryReport } from '../../../server/checks/check.ts'
import { packKindNumbers, packStates } from '../../../server/packs/pack.ts'
import type { RepairReport } from '../../../server/repair/repair.ts'
import { readGenerationFile } from '../../../server/repositories/generation.ts'
import type { Repository } from '../../../server/repositories/repository.ts'
import type { CrashPoint } from '../../../server/storage-volumes/crash-points.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { withBadMemory } from '../../support/bad-memory.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

let upload: UploadBox
let computer: TestComputer
let folder: string
/** Packs that a second copy holds, and the point at which the process "ends". */
let elsewhere: Map<PackId, Buffer>
let crashAt: CrashPoint | undefined

beforeEach(async () => {
  elsewhere = new Map()
  crashAt = undefined
  const reached = (point: CrashPoint) => {
    if (point === crashAt) throw new Error(`killed at ${point}`)
  }
  const findOtherCopy = async ({ packId }: { readonly packId: PackId }) => elsewhere.get(packId)
  upload = await uploadBox({ uploads: { findOtherCopy, reached } })
  computer = await connectComputer(upload)
  folder = join(mkdtempSync(join(tmpdir(), 'holdfast-repair-')), 'source')
  mkdirSync(join(folder, 'letters'), { recursive: true })
  writeFileSync(join(folder, 'letters', 'one.txt'), 'one '.repeat(1000))
  writeFileSync(join(folder, 'letters', 'two.txt'), 'two '.repeat(1000))
  await backUpFolder(computer, folder)
  await upload.box.devicesSide.verification.run({ signal })
})
afterEach(async () => {
  rmSync(join(folder, '..'), { recursive: true })
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

const { signal } = new AbortController()
const getRepository = async (): Promise<Repository> =>
  (await upload.box.repositories.findOfCustomer(upload.box.customer.customerId))!
const check = async (): Promise<RepositoryReport> =>
  upload.box.devicesSide.checks.check(await getRepository(), { reading: 'all', signal })
const repair = async (also: readonly PackId[] = []): Promise<RepairReport> =>
  upload.box.uploads.repair.repair(await getRepository(), { also, signal })
const verify = () => upload.box.devicesSide.verification.run({ signal })
const whole = { damage: [], damageCount: 0, affectedVersions: [] }

function filesIn(root: string): readonly string[] {
  return readdirSync(root).flatMap((prefix) => readdirSync(join(root, prefix)).map((file) => join(root, prefix, file)))
}
function packFile(kind: 'data' | 'tree'): { readonly file: string; readonly packId: PackId } {
  const file = filesIn(computer.place.packsFolder).find((path) => readWholePackIndex(readFileSync(path)).kind === kind)!
  return { file, packId: parsePackId(file.split('/').at(-1)!) }
}
function hurt(file: string, which = 0): void {
  const bytes = readFileSync(file)
  const entry = readWholePackIndex(bytes).entries[which]!
  bytes[entry.offset + entry.length - 20]! ^= 0x10
  writeFileSync(file, bytes)
}
const stateOf = async (packId: PackId) =>
  (
    await upload.box.database.kysely
      .selectFrom('packs')
      .select('state')
      .where('pack_id', '=', Buffer.from(packId, 'hex'))
      .executeTakeFirstOrThrow()
  ).state
const aside = () => readdirSync(computer.place.quarantineFolder)

describe('a record of a data pack that the disk changed', () => {
  let packId: PackId
  beforeEach(async () => {
    const pack = packFile('data')
    packId = pack.packId
    hurt(pack.file)
    expect(await check()).toMatchObject({ damageCount: 1 })
  })

  test('costs only itself: the others move to a new pack, the file is put aside, the numbers rise', async () => {
    const before = await getRepository()
    const report = await repair()
    expect(report).toMatchObject({ moved: 1, recordsSaved: 1, recordsLost: 1, healed: 0, gone: 0 })
    expect(await stateOf(packId)).toBe(packStates.quarantined)
    expect(aside()).toEqual([packId])
    const after = await getRepository()
    expect(after.generation).toBe(before.generation + 1)
    expect(await readGenerationFile(computer.place)).toBe(after.generation)
    // The same again: there is nothing left to do.
    expect(await repair()).toMatchObject({ moved: 0, packs: [] })
  })

  test('is sent again by a run that finds nothing changed, and nothing else is', async () => {
    await repair()
    const last = await upload.box.database.kysely.selectFrom('packs').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
    expect((await backUpFolder(computer, folder)).verdict).toBe('ok')
    expect(await check()).toMatchObject(whole)
    const sent = await upload.box.database.kysely
      .selectFrom('packs')
      .select('records')
      .where('id', '>', last.id)
      .where('kind', '=', packKindNumbers.data)
      .execute()
    expect(sent).toEqual([{ records: 1 }])
  })

  test('comes back whole from a second copy', async () => {
    const { file } = { file: computer.place.packFile(packId) }
    const bytes = readFileSync(file)
    hurt(file)
    elsewhere.set(packId, readFileSync(file))
    writeFileSync(file, bytes)
    expect(await repair()).toMatchObject({
      healed: 1,
      moved: 0,
      packs: [{ packId, repair: { kind: 'healed', from: 'second-copy' } }],
    })
    expect(await stateOf(packId)).toBe(packStates.stored)
    expect(await verify()).toMatchObject({ packs: 1, poisoned: 0, hurt: 0 })
    expect(await check()).toMatchObject(whole)
  })

  test.each(['repair:committed', 'quarantine:renamed'] as const)(
    'a box that dies at %s puts the rest right at its start',
    async (point) => {
      crashAt = point
      await expect(repair()).rejects.toThrow(`killed at ${point}`)
      crashAt = undefined
      await upload.box.uploads.adopt()
      expect(aside()).toEqual([packId])
      expect(existsSync(computer.place.packFile(packId))).toBe(false)
      expect(await readGenerationFile(computer.place)).toBe((await getRepository()).generation)
      expect((await backUpFolder(computer, folder)).verdict).toBe('ok')
      expect(await check()).toMatchObject(whole)
    },
  )

  test.each(['pack:linked', 'repair:before-commit'] as const)(
    'a box that dies at %s has lost nothing, and repairs again',
    async (point) => {
      crashAt = point
      await expect(repair()).rejects.toThrow(`killed at ${point}`)
      crashAt = undefined
      await upload.box.uploads.adopt()
      expect(await repair()).toMatchObject({ moved: 1, recordsSaved: 1 })
      expect((await backUpFolder(computer, folder)).verdict).toBe('ok')
      expect(await check()).toMatchObject(whole)
    },
  )
})

describe('tree packs', () => {
  test.each(['packs', 'packs2'] as const)('a damaged file in %s is written anew from the other one', async (copy) => {
    const { packId } = packFile('tree')
    const file = copy === 'packs' ? computer.place.packFile(packId) : computer.place.twinPackFile(packId)
    const bytes = readFileSync(file)
    hurt(file)
    const report = await check()
    expect(report.damage).toMatchObject([{ kind: 'copy-damaged', copy }])
    expect(await repair([packId])).toMatchObject({ healed: 1 })
    expect(readFileSync(file).equals(bytes)).toBe(true)
    await verify()
    expect(await check()).toMatchObject(whole)
    expect(aside()).toEqual([])
  })

  test('a file that is gone comes back', async () => {
    const { packId } = packFile('tree')
    rmSync(computer.place.twinPackFile(packId))
    await repair([packId])
    expect(existsSync(computer.place.twinPackFile(packId))).toBe(true)
    expect(await check()).toMatchObject(whole)
  })

  test('both files hurt, in different records: all of it is saved, every version stays whole', async () => {
    const { packId } = packFile('tree')
    hurt(computer.place.packFile(packId), 0)
    hurt(computer.place.twinPackFile(packId), 1)
    await check()
    expect(await repair()).toMatchObject({ moved: 1, recordsLost: 0 })
    expect(await check()).toMatchObject(whole)
    expect(aside().sort()).toEqual([packId, `${packId}.2`])
  })
})

test('a pack without its end is put together again from its records, to the same bytes', async () => {
  const { file } = packFile('data')
  truncateSync(file, readFileSync(file).length - 30)
  await check()
  expect(await repair()).toMatchObject({ healed: 1, recordsLost: 0 })
  await verify()
  expect(await check()).toMatchObject(whole)
})

test('a pack that is gone everywhere stays named until the computer has sent it again', async () => {
  rmSync(packFile('data').file)
  await check()
  expect(await repair()).toMatchObject({ gone: 1, recordsLost: 2 })
  expect((await backUpFolder(computer, folder)).verdict).toBe('ok')
  expect(await check()).toMatchObject(whole)
})

test('a pack that is gone comes back from a second copy', async () => {
  const { file, packId } = packFile('data')
  elsewhere.set(packId, readFileSync(file))
  rmSync(file)
  await check()
  expect(await repair()).toMatchObject({ healed: 1, gone: 0 })
  await verify()
  expect(await check()).toMatchObject(whole)
})

test('bytes from elsewhere that are not this pack change nothing', async () => {
  const { file, packId } = packFile('data')
  elsewhere.set(packId, Buffer.from('not a pack'))
  rmSync(file)
  await check()
  expect(await repair()).toMatchObject({ healed: 0 })
  expect(existsSync(file)).toBe(false)
})

test('what a computer with bad memory sent goes aside; the rest of its pack stays', async () => {
  const spoiled: string[] = []
  const target = withBadMemory(computer.target, { secrets: computer.secrets, spoiled })
  writeFileSync(join(folder, 'letters', 'three.txt'), 'three '.repeat(1000))
  writeFileSync(join(folder, 'letters', 'four.txt'), 'four '.repeat(1000))
  await backUpFolder({ ...computer, target }, folder)
  expect(spoiled).toHaveLength(1)
  expect(await verify()).toMatchObject({ poisoned: 1 })
  expect(await repair()).toMatchObject({ moved: 1, recordsSaved: 1, recordsLost: 1 })
  expect((await backUpFolder(computer, folder)).verdict).toBe('ok')
  await verify()
  expect(await check()).toMatchObject(whole)
})

test('what a running backup was promised stays promised', async () => {
  const { file } = packFile('data')
  const ids = readWholePackIndex(readFileSync(file)).entries.map(({ header }) => header.chunkId)
  hurt(file)
  const session = await computer.target.openSession({ job: 'another', parent: undefined })
  expect(await session.have(ids)).toEqual([true, true])
  const { claim_seq: claimed } = await upload.box.database.kysely
    .selectFrom('packs')
    .select('claim_seq')
    .where('pack_id', '=', Buffer.from(packFile('data').packId, 'hex'))
    .executeTakeFirstOrThrow()
  await check()
  await repair()
  expect(await session.have(ids)).toEqual([false, true])
  const newest = await upload.box.database.kysely.selectFrom('packs').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow()
  expect(newest.claim_seq).toBe(claimed)
  expect(newest.device_id).toBe(computer.connected.device.deviceId)
})

test('rows that say something else than their pack are made anew from it', async () => {
  await upload.box.database.kysely.updateTable('chunks').set({ record_offset: 77 }).limit(1).execute()
  expect((await check()).damage).toMatchObject([{ kind: 'index-wrong' }])
  expect(await repair()).toMatchObject({ healed: 1 })
  await verify()
  expect(await check()).toMatchObject(whole)
})

describe('as chores of the box', () => {
  test('the night finds, the person repairs, the alarm goes', async () => {
    const { chores, alarms } = upload.box.care
    const codes = async () => (await alarms.list({ reach: 'all', after: 0, limit: 10 })).map(({ code }) => code)
    hurt(computer.place.twinPackFile(packFile('tree').packId))
    await chores.runToEnd('check', { input: { reading: 'all' } })
    expect(await codes()).toContain('HF-STORAGE-DAMAGED')
    // Until it is healed every night finds it again, and a look without reading does not call it well.
    await upload.box.devicesSide.checks.check(await getRepository(), { reading: 'structure', signal })
    expect(await codes()).toContain('HF-STORAGE-DAMAGED')
    const { summary } = await chores.runToEnd('repair', {})
    expect(summary).toBe('1 pack healed.')
    expect(await codes()).not.toContain('HF-STORAGE-DAMAGED')
  })
})
