/**
 * A disk that fills up, or fails, at every single step of an upload: a clear refusal, nothing half made, what was acknowledged comes
 * back, and the next backup is good once the disk is. Mounting needs root, as CI has.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BackupResult, RefusedError, restore } from '../../../engine/index.ts'
import { type CrashPoint, crashPoints } from '../../../server/storage-volumes/crash-points.ts'
import { ownFolder } from '../../../server/storage-volumes/places-file.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { canMount, type SmallDisk, smallDisk } from '../../support/small-disk.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

const points = crashPoints.filter((point) => /^(pack|twin|snapshot):/.test(point) && !point.startsWith('snapshot:unlink'))

let disk: SmallDisk
let upload: UploadBox
let computer: TestComputer
let folder: ReturnType<typeof temporaryFolder>
let source: string
let trouble: { readonly at: CrashPoint; readonly happen: () => void } | undefined

beforeAll(async () => {
  if (!canMount) return
  disk = smallDisk('96m')
  const reached = (point: CrashPoint) => {
    const now = trouble
    if (now?.at !== point) return
    trouble = undefined
    now.happen()
  }
  const dataFolder = join(disk.path, 'data')
  mkdirSync(dataFolder)
  upload = await uploadBox({ dataFolder, uploads: { reached } })
  computer = await connectComputer(upload)
  folder = temporaryFolder()
  source = join(folder.path, 'home')
  mkdirSync(source)
  writeFileSync(join(source, 'kept'), randomBytes(600_000))
})
afterAll(async () => {
  if (!canMount) return
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
  disk[Symbol.dispose]()
})

const backUp = () => backUpFolder(computer, source)

/** What a refusal says; undefined when the backup was taken after all. */
async function refusalOf(backup: Promise<BackupResult>): Promise<string | undefined> {
  try {
    await backup
    return undefined
  } catch (error) {
    return error instanceof RefusedError ? error.refusal.code : String(error)
  }
}

let restores = 0

async function expectRestorable({ root }: BackupResult): Promise<void> {
  restores += 1
  const to = join(folder.path, `back ${restores}`)
  const result = await restore({
    records: computer.target,
    secrets: computer.secrets,
    root,
    selection: [Buffer.from(join(source, 'kept'))],
    destination: { kind: 'folder', path: Buffer.from(to), strip: true },
    overwrite: 'never',
    verify: true,
    randomBytes,
  })
  expect(result.failed).toEqual([])
  expect(readFileSync(join(to, 'kept')).equals(readFileSync(join(source, 'kept')))).toBe(true)
}

async function expectUndamaged(): Promise<void> {
  const repository = await upload.box.uploads.getRepository(computer.identity.customerId)
  const signal = new AbortController().signal
  expect(await upload.box.devicesSide.checks.check(repository, { reading: 'all', signal })).toMatchObject({ damage: [] })
}

const alarms = async () => {
  await upload.box.uploads.volumes.look()
  return (await upload.box.care.alarms.list({ reach: 'all', after: 0, limit: 10 })).map(({ code }) => code)
}

describe.runIf(canMount)('a disk that is full', () => {
  test.each(points)('from %s on', { timeout: 60_000 }, async (point) => {
    const good = await backUp()
    writeFileSync(join(source, 'new'), randomBytes(700_000))
    let hasHappened = false
    trouble = {
      at: point,
      happen: () => {
        hasHappened = true
        disk.fill()
      },
    }
    const refusal = await refusalOf(backUp())
    trouble = undefined
    expect(hasHappened).toBe(true)
    expect([undefined, 'HF-STORAGE-FULL']).toContain(refusal)
    expect(readdirSync(computer.place.temporaryFolder)).toEqual([])
    await expectRestorable(good)
    expect(await alarms()).toEqual(['HF-STORAGE-FULL'])
    writeFileSync(join(source, 'newer'), randomBytes(700_000))
    expect(await refusalOf(backUp())).toBe('HF-STORAGE-FULL')
    disk.empty()
    expect(await alarms()).toEqual([])
    await expectRestorable(await backUp())
    await expectUndamaged()
  })

  test('to the last byte gives its reserve up, and makes it again when there is room', async () => {
    const { volumes } = upload.box.uploads
    const reserved = async () => (await volumes.list())[0]?.space
    await volumes.look()
    expect(await reserved()).toMatchObject({ reserveBytes: 6 * 1024 ** 2, reserveWantedBytes: 6 * 1024 ** 2 })
    disk.fill()
    expect((await reserved())?.freeBytes).toBe(0)
    await volumes.look()
    expect(await reserved()).toMatchObject({ reserveBytes: 0, freeBytes: 6 * 1024 ** 2 })
    disk.empty()
    await volumes.look()
    expect((await reserved())?.reserveBytes).toBe(6 * 1024 ** 2)
  })
})

describe.runIf(canMount)('a disk whose flush fails', () => {
  const failing = ['pack:written', 'twin:written', 'snapshot:written'] as const

  test.each(failing)('after %s takes nothing more until somebody has looked at it', { timeout: 60_000 }, async (point) => {
    const good = await backUp()
    writeFileSync(join(source, 'new'), randomBytes(700_000))
    trouble = {
      at: point,
      happen: () => {
        throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' })
      },
    }
    expect(await refusalOf(backUp())).toBe('HF-STORAGE-READ-ONLY')
    expect(await alarms()).toEqual(['HF-STORAGE-READ-ONLY'])
    expect(await refusalOf(backUp())).toBe('HF-STORAGE-READ-ONLY')
    await expectRestorable(good)
    await upload.box.uploads.volumes.tryAgain(ownFolder)
    expect(await alarms()).toEqual([])
    await expectRestorable(await backUp())
    await expectUndamaged()
  })
})
