/** The catalogue of a job against a model of it: whatever versions hold, in whatever order they come, stop or are refused. */
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChunkId } from '../../../engine/index.ts'
import { entryTypes } from '../../../server/catalogue/catalogue.ts'
import { pathHashOf } from '../../../server/catalogue/path-hash.ts'
import { createStaging } from '../../../server/catalogue/staging-service.ts'
import type { Repository } from '../../../server/repositories/repository.ts'
import { repositoryPlace } from '../../../server/repositories/repository-place.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { fileEntry, folderEntry, RepositoryWriter } from '../../support/store-tree.ts'
import { setUpApp } from '../../support/test-app.ts'

type Box = Awaited<ReturnType<typeof setUpApp>>
/** Files by path, with what they hold; folders are made of the paths. */
type Files = ReadonlyMap<string, string>

const job = 'documents'
let box: Box
let repository: Repository
let deviceId: Awaited<ReturnType<typeof connectDevice>>['device']['deviceId']
let writer: RepositoryWriter

beforeEach(async () => {
  box = await setUpApp()
  const connected = await connectDevice(box, box.user)
  deviceId = connected.device.deviceId
  repository = (await box.repositories.findOfCustomer(box.customer.customerId))!
  const { openSecrets } = box.repositories
  writer = await RepositoryWriter.open({ ...box, repository, openSecrets })
})
afterEach(() => box[Symbol.asyncDispose]())

async function store(files: Files): Promise<ChunkId> {
  const root = addTree(files)
  await writer.flush()
  return root
}

function addTree(files: Files): ChunkId {
  const here = new Map<string, ReturnType<typeof fileEntry>>()
  const below = new Map<string, Map<string, string>>()
  for (const [path, content] of files) {
    const slash = path.indexOf('/')
    if (slash < 0) here.set(path, fileEntry(content))
    else {
      const name = path.slice(0, slash)
      const inside = below.get(name) ?? new Map<string, string>()
      below.set(name, inside.set(path.slice(slash + 1), content))
    }
  }
  const folders = [...below].map(([name, inside]) => [name, folderEntry(addTree(inside))] as const)
  return writer.addFolder(new Map<string, ReturnType<typeof fileEntry>>([...here, ...folders]))
}

async function commit(files: Files) {
  const root = await store(files)
  const staged = await box.devicesSide.catalogue.stage({ repository, deviceId, job, root })
  await box.database.transaction((tx) => box.devicesSide.catalogue.makeVisible(tx, staged))
  box.devicesSide.catalogue.release(staged)
  return staged
}

/** What the catalogue says a version held: path hash -> type and size. */
async function readVersion(version: number): Promise<ReadonlyMap<string, string>> {
  const rows = await box.database.kysely
    .selectFrom('catalogue')
    .select(['path_hash', 'from_version', 'type', 'size'])
    .where('from_version', '<=', version)
    .orderBy('from_version')
    .execute()
  const held = new Map<string, string>()
  for (const { path_hash, type, size } of rows) {
    if (type === entryTypes.gone) held.delete(path_hash.toString('hex'))
    else held.set(path_hash.toString('hex'), `${type} ${size}`)
  }
  return held
}

function modelOf(files: Files): ReadonlyMap<string, string> {
  const model = new Map<string, string>()
  for (const [path, content] of files) {
    const names = path.split('/').map((name) => Buffer.from(name, 'latin1'))
    for (let depth = 1; depth < names.length; depth += 1)
      model.set(pathHashOf(names.slice(0, depth)).toString('hex'), `${entryTypes.directory} 0`)
    model.set(pathHashOf(names).toString('hex'), `${entryTypes.file} ${content.length}`)
  }
  return model
}

const sorted = (map: ReadonlyMap<string, string>) => [...map].sort(([one], [other]) => (one < other ? -1 : 1))
const countRows = async () => (await box.database.kysely.selectFrom('catalogue').select('job_id').execute()).length

test('a version adds rows for what changed, and none for what did not', async () => {
  const first = new Map([
    ['home/ann/letter.txt', 'dear'],
    ['home/ann/plan.txt', 'plan'],
    ['home/bob/list.txt', 'milk'],
  ])
  expect((await commit(first)).rows).toBe(6)
  expect((await commit(first)).rows).toBe(0)
  const second = new Map([...first, ['home/ann/plan.txt', 'a longer plan'], ['home/ann/new.txt', 'new']])
  expect((await commit(second)).rows).toBe(2)
  const third = new Map([...second].filter(([path]) => !path.startsWith('home/bob')))
  expect((await commit(third)).rows).toBe(2)
  for (const [index, files] of [first, first, second, third].entries())
    expect(sorted(await readVersion(index + 1)), `version ${index + 1}`).toEqual(sorted(modelOf(files)))
})

test('a file that becomes a folder, and a folder that becomes a file', async () => {
  const first = new Map([
    ['a/x', '1'],
    ['a/y', '22'],
    ['b', '333'],
  ])
  const second = new Map([
    ['a', 'now a file'],
    ['b/x', '1'],
  ])
  await commit(first)
  await commit(second)
  await commit(first)
  expect(sorted(await readVersion(1))).toEqual(sorted(modelOf(first)))
  expect(sorted(await readVersion(2))).toEqual(sorted(modelOf(second)))
  expect(sorted(await readVersion(3))).toEqual(sorted(modelOf(first)))
})

test('names in any bytes come back as they were, with what they are searched by', async () => {
  const names = ['Bücher', 'caf\xe9', 'a\nb', "it's", '%_\\', '\x01', 'n'.repeat(255)]
  await commit(new Map(names.map((name) => [name, 'x'])))
  const rows = await box.database.kysely.selectFrom('catalogue').select(['name', 'folded']).execute()
  expect(rows.map(({ name }) => name.toString('latin1')).sort()).toEqual([...names].sort())
  const foldedOf = (name: string) => rows.find((row) => row.name.toString('latin1') === name)?.folded.toString('utf8')
  expect(foldedOf('Bücher')).toBe('bucher')
  expect(foldedOf('caf\xe9')).toBe('cafe')
  expect(foldedOf("it's")).toBe("it's")
})

describe('random histories', () => {
  const seeds = Array.from({ length: 6 }, (_, index) => index + 1)
  test.each(seeds)('seed %i', async (seed) => {
    const random = randomNumbers(seed)
    const versions: Files[] = [new Map()]
    let committed = 0
    while (committed < 8) {
      const files = mutate(versions.at(-1)!, random)
      const root = await store(files)
      const staged = await box.devicesSide.catalogue.stage({ repository, deviceId, job, root })
      if (random() < 0.3) {
        await box.devicesSide.catalogue.discard(staged)
        continue
      }
      await box.database.transaction((tx) => box.devicesSide.catalogue.makeVisible(tx, staged))
      box.devicesSide.catalogue.release(staged)
      versions[staged.version!] = files
      committed += 1
    }
    for (const [version, files] of versions.entries())
      if (files !== undefined) expect(sorted(await readVersion(version)), `version ${version}`).toEqual(sorted(modelOf(files)))
  })
})

test('a folder of thousands costs what changed in it', async () => {
  const name = (index: number) => `archive/${String(index).padStart(6, '0')}-a-name-of-some-length-as-offices-write-them.pdf`
  const first = new Map(Array.from({ length: 30_000 }, (_, index): [string, string] => [name(index), 'x']))
  expect((await commit(first)).rows).toBe(30_001)
  const second = new Map(first)
  for (let index = 0; index < 30_000; index += 500) second.set(name(index), 'changed')
  second.delete(name(7))
  second.set('archive/~new.pdf', 'new')
  expect((await commit(second)).rows).toBe(62)
  expect(sorted(await readVersion(2))).toEqual(sorted(modelOf(second)))
  const third = new Map([...second].filter((_, index) => index % 2 === 0))
  await commit(third)
  expect(sorted(await readVersion(3))).toEqual(sorted(modelOf(third)))
  await commit(new Map([['other', '1']]))
  expect(sorted(await readVersion(4))).toEqual(sorted(modelOf(new Map([['other', '1']]))))
})

describe('a stage that is not committed', () => {
  const first = new Map([['a', '1']])
  const second = new Map([
    ['a', '22'],
    ['b', '1'],
  ])

  test('is invisible, and gone when it is discarded', async () => {
    await commit(first)
    const rowsBefore = await countRows()
    const staged = await box.devicesSide.catalogue.stage({ repository, deviceId, job, root: await store(second) })
    expect(await countRows()).toBe(rowsBefore + 2)
    expect(staged.base).toBe(1)
    await box.devicesSide.catalogue.discard(staged)
    await box.devicesSide.catalogue.discard(staged)
    expect(await countRows()).toBe(rowsBefore)
  })

  test('leaves nothing after a crash: the next start, or the next stage of the job, clears up', async () => {
    await commit(first)
    const rowsBefore = await countRows()
    const request = { repository, deviceId, job, root: await store(second) }
    const { openSecrets } = box.repositories
    const afterCrash = () => createStaging({ ...box, log: silentLog, locate: box.records.locate, openSecrets })

    await box.devicesSide.catalogue.stage(request)
    await afterCrash().discardLeftovers()
    expect(await countRows()).toBe(rowsBefore)

    await afterCrash().stage(request)
    const staged = await afterCrash().stage({ ...request, root: await store(first) })
    expect(staged.base).toBe(1)
    expect(await countRows()).toBe(rowsBefore)
  })

  test('is never discarded once it is visible', async () => {
    const staged = await commit(first)
    await box.devicesSide.catalogue.discard(staged)
    await box.devicesSide.catalogue.discardLeftovers()
    expect(sorted(await readVersion(1))).toEqual(sorted(modelOf(first)))
  })

  test('stays uncommitted with the transaction that is rolled back', async () => {
    const staged = await box.devicesSide.catalogue.stage({ repository, deviceId, job, root: await store(first) })
    const refused = box.database.transaction(async (tx) => {
      await box.devicesSide.catalogue.makeVisible(tx, staged)
      throw new Error('no room')
    })
    await expect(refused).rejects.toThrow('no room')
    await box.devicesSide.catalogue.discard(staged)
    expect(await countRows()).toBe(0)
    await commit(second)
    expect(sorted(await readVersion(2))).toEqual(sorted(modelOf(second)))
  })

  test('keeps a second one of the same job waiting, not one of another job', async () => {
    const { catalogue } = box.devicesSide
    const root = await store(first)
    const one = await catalogue.stage({ repository, deviceId, job, root })
    const other = await catalogue.stage({ repository, deviceId, job: 'pictures', root })
    let hasBegun = false
    const second = catalogue.stage({ repository, deviceId, job, root: await store(new Map()) }).then((staged) => {
      hasBegun = true
      return staged
    })
    await catalogue.discard(other)
    expect(hasBegun).toBe(false)
    await box.database.transaction((tx) => catalogue.makeVisible(tx, one))
    catalogue.release(one)
    expect((await second).base).toBe(one.version)
    await catalogue.discard(await second)
  })

  test('a wait can be given up', async () => {
    const { catalogue } = box.devicesSide
    const root = await store(first)
    const one = await catalogue.stage({ repository, deviceId, job, root })
    const giveUp = new AbortController()
    const waiting = catalogue.stage({ repository, deviceId, job, root, signal: giveUp.signal })
    giveUp.abort(new Error('the client left'))
    await expect(waiting).rejects.toThrow('the client left')
    await catalogue.discard(one)
    await catalogue.discard(await catalogue.stage({ repository, deviceId, job, root }))
  })
})

test('trees that the version names and nobody has refuse it, and leave nothing', async () => {
  const root = addTree(new Map([['a/b', '1']]))
  const staging = box.devicesSide.catalogue.stage({ repository, deviceId, job, root })
  await expect(staging).rejects.toMatchObject({ fault: 'tree-lost' })
  expect(await countRows()).toBe(0)
  expect(await box.database.kysely.selectFrom('catalogue_stages').select('version').execute()).toEqual([])
})

test('a version before with a hole: the new one is written down whole', async () => {
  const first = new Map([
    ['a/b', '1'],
    ['a/c', '2'],
    ['d', '3'],
  ])
  await commit(first)
  const place = repositoryPlace(box.dataFolder, repository.uid)
  for (const packId of writer.packIds) {
    rmSync(place.packFile(packId as never))
    rmSync(place.twinPackFile(packId as never))
  }
  // A writer that knows of nothing stored: what both versions hold is stored again.
  writer = await RepositoryWriter.open({ ...box, repository, openSecrets: box.repositories.openSecrets })
  const second = new Map([
    ['a/b', '1'],
    ['e', '5'],
  ])
  await commit(second)
  const newest = Number(
    (await box.database.kysely.selectFrom('jobs').select('catalogue_version').executeTakeFirstOrThrow()).catalogue_version,
  )
  expect(sorted(await readVersion(newest))).toEqual(sorted(modelOf(second)))
  expect(sorted(await readVersion(1))).toEqual(sorted(modelOf(first)))
})

function mutate(files: Files, random: () => number): Files {
  const names = ['a', 'b', 'c', 'dd', 'ee', 'x\xff']
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)]!
  const mutated = new Map(files)
  for (let step = 0; step < 12; step += 1) {
    const depth = 1 + Math.floor(random() * 3)
    const path = Array.from({ length: depth }, () => pick(names)).join('/')
    const isBlocked = [...mutated.keys()].some((other) => path.startsWith(`${other}/`) || other.startsWith(`${path}/`))
    if (random() < 0.35) {
      // A whole folder, or one file, goes.
      for (const other of [...mutated.keys()]) if (other === path || other.startsWith(`${path}/`)) mutated.delete(other)
    } else if (!isBlocked) mutated.set(path, 'x'.repeat(Math.floor(random() * 20)))
  }
  return mutated
}

/** Mulberry32: small, seeded, good enough to vary a test. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }
}
