/** When the collector takes nothing away, and what makes it go on. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { holdCollector, releaseCollector } from '../../../server/rebuild/collector-hold.ts'
import { writeGenerationFile } from '../../../server/repositories/generation.ts'
import { nothingAtPoints } from '../../../server/storage-volumes/crash-points.ts'
import { dayMs, hourMs, type PruneBox, pruneBox } from '../../support/prune-box.ts'
import { VersionWriter } from '../../support/version-writer.ts'

describe('the collector takes nothing', () => {
  let box: PruneBox
  beforeEach(async () => {
    box = await pruneBox()
  })
  afterEach(() => box[Symbol.asyncDispose]())

  const file = (bytes = 3000) => randomBytes(bytes)
  const refused = (kind: string) => ({ name: 'PruneRefusedError', refusal: { kind } })
  /** Everything that could be taken is ready to be. */
  const makeWaste = async () => {
    await box.commit({ kept: file() })
    await box.forget(await box.commit({ going: file() }))
  }
  const prune = () => box.prune({ speed: 'now' })
  const expectUntouched = async () => expect(await box.states()).toEqual({ stored: 4 })

  test('from a folder of packs that is empty although packs are stored', async () => {
    await makeWaste()
    const { packsFolder } = box.computer.place
    renameSync(packsFolder, `${packsFolder}.away`)
    mkdirSync(packsFolder)
    await expect(prune()).rejects.toMatchObject(refused('listing'))
    await expectUntouched()
    rmSync(packsFolder, { recursive: true })
    await expect(prune()).rejects.toMatchObject(refused('listing'))
    renameSync(`${packsFolder}.away`, packsFolder)
    expect(await prune()).toMatchObject({ purged: { packs: 2 } })
  })

  test('while the folder of versions is empty although versions are stored', async () => {
    await makeWaste()
    const folder = join(box.computer.place.snapshotsFolder, box.computer.device)
    renameSync(folder, `${box.computer.place.folder}/away`)
    await expect(prune()).rejects.toMatchObject(refused('listing'))
    await expectUntouched()
    renameSync(`${box.computer.place.folder}/away`, folder)
    expect(await prune()).toMatchObject({ purged: { packs: 2 } })
  })

  test('from another disk under the same path', async () => {
    await makeWaste()
    const { repositoryFile, folder } = box.computer.place
    renameSync(repositoryFile, `${repositoryFile}.away`)
    await expect(prune()).rejects.toMatchObject(refused('wrong-volume'))
    renameSync(`${repositoryFile}.away`, repositoryFile)
    const volumeFile = join(folder, '..', 'volume-id')
    renameSync(volumeFile, `${volumeFile}.away`)
    writeFileSync(volumeFile, `${'00'.repeat(16)}\n`)
    await expect(prune()).rejects.toMatchObject(refused('wrong-volume'))
    await expectUntouched()
    renameSync(`${volumeFile}.away`, volumeFile)
    expect(await prune()).toMatchObject({ purged: { packs: 2 } })
  })

  test('while the clock is not to be believed', async () => {
    await makeWaste()
    const { care, clock } = box.upload.box
    await care.observedTime.tick()
    clock.advance(30 * dayMs)
    await care.observedTime.tick()
    await expect(prune()).rejects.toMatchObject(refused('clock-jumped'))
    await expectUntouched()
    await care.observedTime.confirmClock(actingOnTheBox)
    expect(await prune()).toMatchObject({ purged: { packs: 2 } })
  })

  test('after a rebuild that nobody has confirmed, and with an old dump', async () => {
    await makeWaste()
    const { kysely } = box.upload.box.database
    await holdCollector(kysely, 1)
    await expect(prune()).rejects.toMatchObject(refused('after-rebuild'))
    await releaseCollector(kysely)
    await writeGenerationFile(box.computer.place, 100, nothingAtPoints)
    await expect(prune()).rejects.toMatchObject({ fault: 'rebuild-needed' })
    await expectUntouched()
  })

  test('more than 30 % of the stored bytes at once, until somebody says that it is right', async () => {
    const going: Awaited<ReturnType<typeof box.commit>>[] = []
    for (let count = 0; count < 11; count += 1) going.push(await box.commit({ [`f${count}`]: file() }))
    for (const id of going.slice(0, 5)) await box.forget(id)
    // Condemning takes nothing away.
    expect(await box.prune()).toMatchObject({ condemned: { packs: 10 }, trashed: { packs: 0 } })
    await box.pass(25 * hourMs)
    await expect(box.prune()).rejects.toMatchObject(refused('too-much'))
    expect(await box.states()).toEqual({ stored: 12, condemned: 10 })
    const { prune: service } = box.upload.box.uploads
    const repository = await box.repository()
    expect((await service.report(repository)).refusal?.refusal).toMatchObject({ kind: 'too-much' })
    expect(await service.allow(repository, actingOnTheBox)).toBe(true)
    expect(await box.prune()).toMatchObject({ trashed: { packs: 10 } })
    expect((await service.report(repository)).refusal).toBeUndefined()
    expect(await service.allow(repository, actingOnTheBox)).toBe(false)
    // It was meant for that run: the next mass is asked for again.
    await box.pass(8 * dayMs)
    await box.prune()
    for (let count = 0; count < 5; count += 1) await box.commit({ [`g${count}`]: file() })
    for (const id of going.slice(5, 11)) await box.forget(id)
    await box.prune()
    await box.pass(25 * hourMs)
    await expect(box.prune()).rejects.toMatchObject(refused('too-much'))
  })

  test('while versions need what is stored nowhere, until somebody has looked at it', async () => {
    await makeWaste()
    const { kysely } = box.upload.box.database
    const kept = await kysely.selectFrom('chunks').selectAll().orderBy('pack').executeTakeFirstOrThrow()
    await kysely.deleteFrom('chunks').where('chunk_id', '=', kept.chunk_id).execute()
    await expect(prune()).rejects.toMatchObject({ refusal: { kind: 'holes', count: 1 } })
    await expectUntouched()
    const repository = await box.repository()
    await box.upload.box.uploads.prune.allow(repository, actingOnTheBox)
    // The pack itself still names what its lost row named, and stays.
    expect(await box.prune()).toMatchObject({ condemned: { packs: expect.any(Number) } })
  })

  test('while a tree is there and cannot be read: what it names is not known', async () => {
    const { computer } = box
    const writer = new VersionWriter(computer.secrets)
    const session = await computer.target.openSession({ job: 'documents', parent: undefined })
    const root = writer.tree([writer.file('a', file())])
    const packs = writer.takePacks()
    for (const pack of packs) await session.putPack(pack)
    expect(
      await session.commit(writer.snapshotFile({ root, head: session.head, device: computer.device }), { isCheckpoint: false }),
    ).toMatchObject({ kind: 'committed' })
    const { id } = packs.find(({ kind }) => kind === 'tree')!
    unlinkSync(computer.place.packFile(id))
    // Its second file still says.
    expect(await prune()).toMatchObject({ condemned: { packs: 0 } })
    unlinkSync(computer.place.twinPackFile(id))
    await expect(prune()).rejects.toMatchObject(refused('listing'))
    await box.commit({ b: file() })
    await expect(prune()).rejects.toMatchObject({ refusal: { kind: 'holes' } })
  })

  test('a pack that lies in the trash and is needed comes back', async () => {
    const version = await box.commit({ a: file() })
    await box.commit({ b: file() })
    const { kysely } = box.upload.box.database
    const row = await kysely
      .selectFrom('snapshots')
      .selectAll()
      .where('snapshot_id', '=', Buffer.from(version, 'hex'))
      .executeTakeFirstOrThrow()
    await box.forget(version)
    await box.prune()
    await box.pass(dayMs)
    await box.prune()
    expect(await box.states()).toEqual({ stored: 2, trashed: 2 })
    await kysely.insertInto('snapshots').values(row).execute()
    expect(await box.prune()).toMatchObject({ returned: { packs: 2 } })
    expect(await box.states()).toEqual({ stored: 4 })
    expect(readdirSync(box.computer.place.trashFolder)).toEqual([])
  })
})
