/**
 * Histories of good and bad days, by chance: two computers with the same files, one of them with failing memory, a disk that changes and
 * loses files, checks and repairs in between. Whatever happened, one good backup of each later everything newest is whole, and nothing
 * was called damaged that is not.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BackupError, RefusedError } from '../../../engine/index.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { withBadMemory } from '../../support/bad-memory.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

const { signal } = new AbortController()

class Scene {
  readonly upload: UploadBox
  readonly one: TestComputer
  readonly other: TestComputer
  readonly folder: string
  isHarmed = false

  constructor(upload: UploadBox, one: TestComputer, other: TestComputer) {
    this.upload = upload
    this.one = one
    this.other = other
    this.folder = join(mkdtempSync(join(tmpdir(), 'holdfast-histories-')), 'source')
    mkdirSync(join(this.folder, 'below'), { recursive: true })
    for (let index = 0; index < 4; index += 1) this.write(index, 0)
  }

  write(file: number, content: number): void {
    writeFileSync(join(this.folder, file % 2 === 0 ? '' : 'below', `file ${file}`), `${file} ${content} `.repeat(900))
  }

  packFiles(): readonly string[] {
    return [this.one.place.packsFolder, this.one.place.twinPacksFolder].flatMap((root) =>
      readdirSync(root).flatMap((prefix) => readdirSync(join(root, prefix)).map((name) => join(root, prefix, name))),
    )
  }

  async repository() {
    return (await this.upload.box.repositories.findOfCustomer(this.upload.box.customer.customerId))!
  }

  async check() {
    return this.upload.box.devicesSide.checks.check(await this.repository(), { reading: 'all', signal })
  }

  async repair() {
    const [found] = await this.upload.box.devicesSide.checks.list([(await this.repository()).repositoryId])
    return this.upload.box.uploads.repair.repair(await this.repository(), { also: found?.halfDamaged ?? [], signal })
  }

  verify() {
    return this.upload.box.devicesSide.verification.run({ signal })
  }
}

/** A version with a folder that does not open is refused on the spot; until its record is found bad, so is the next one. */
async function tryBackUp(scene: Scene, computer: TestComputer): Promise<void> {
  try {
    await backUpFolder(computer, scene.folder)
  } catch (error) {
    if (!scene.isHarmed || !(error instanceof RefusedError)) throw error
  }
}

/** What the box has found bad, and asks for again, comes bad again: such a run gives up. */
async function tryBackUpBadly(scene: Scene, computer: TestComputer): Promise<void> {
  try {
    await tryBackUp(scene, computer)
  } catch (error) {
    if (!(error instanceof BackupError) || error.fault !== 'chunks-lost') throw error
  }
}

type Day = (scene: Scene, chance: number) => Promise<unknown>

const days: Readonly<Record<string, Day>> = {
  'a backup': (scene) => tryBackUp(scene, scene.one),
  'a backup of the other': (scene) => tryBackUp(scene, scene.other),
  'a backup with bad memory': async (scene, chance) => {
    scene.isHarmed = true
    const target = withBadMemory(scene.one.target, { secrets: scene.one.secrets, kind: chance % 3 === 0 ? 'tree' : 'data' })
    await tryBackUpBadly(scene, { ...scene.one, target })
  },
  'a changed file': async (scene, chance) => scene.write(chance % 4, chance),
  'what arrived is opened': (scene) => scene.verify(),
  'a changed byte': async (scene, chance) => {
    const files = scene.packFiles()
    const file = files[chance % Math.max(1, files.length)]
    if (file === undefined) return
    scene.isHarmed = true
    const bytes = readFileSync(file)
    bytes[chance % bytes.length]! ^= 1 << (chance % 8)
    writeFileSync(file, bytes)
  },
  'a lost file': async (scene, chance) => {
    const files = scene.packFiles()
    const file = files[chance % Math.max(1, files.length)]
    if (file === undefined) return
    scene.isHarmed = true
    rmSync(file)
  },
  'a check': (scene) => scene.check(),
  'a repair': (scene) => scene.repair(),
  'a start of the box': (scene) => scene.upload.box.uploads.adopt(),
}
const names = Object.keys(days)

async function play(history: readonly (readonly [string, number])[]): Promise<void> {
  await using upload = await uploadBox()
  await using one = await connectComputer(upload, 'RECEPTION')
  await using other = await connectComputer(upload, 'XRAY-PC')
  const scene = new Scene(upload, one, other)
  try {
    for (const [name, chance] of history) await days[name]!(scene, chance)
    const before = await scene.check()
    if (!scene.isHarmed) expect(before).toMatchObject({ damage: [], affectedVersions: [] })
    await scene.verify()
    await scene.repair()
    for (const computer of [one, other]) expect((await backUpFolder(computer, scene.folder)).verdict).toBe('ok')
    await scene.verify()
    const after = await scene.check()
    const newest = new Map<string, number>()
    const rows = await upload.box.database.kysely.selectFrom('snapshots').select(['device_id', 'seq']).execute()
    for (const { device_id: device, seq } of rows) newest.set(device, Math.max(newest.get(device) ?? 0, seq))
    const hurt = after.affectedVersions.filter(({ device, seq }) => newest.get(device) === seq)
    expect(hurt).toEqual([])
    // Repaired once more, there is nothing left that can be had.
    expect(await scene.repair()).toMatchObject({ recordsSaved: 0 })
  } finally {
    rmSync(join(scene.folder, '..'), { recursive: true })
  }
}

const runs = Number(process.env.HOLDFAST_HISTORY_RUNS ?? 4)

test(`${runs} histories of good and bad days`, { timeout: 600_000 }, async () => {
  const day = fc.tuple(fc.constantFrom(...names), fc.nat(1_000_000))
  await fc.assert(fc.asyncProperty(fc.array(day, { minLength: 3, maxLength: 9 }), play), {
    numRuns: runs,
    endOnFailure: true,
  })
})
