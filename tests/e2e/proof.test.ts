/** What arrives is proved, damage is found and mended, with the real programs: a box, two computers, and a disk that changes bytes. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readWholePackIndex } from '../../engine/index.ts'
import { type Database, openDatabase } from '../../server/database/database.ts'
import { parseDatabaseUrl } from '../../server/database/database-address.ts'
import { systemRandomness } from '../../server/runtime/randomness.ts'
import { describeTree, differences } from '../support/compare-trees.ts'
import { eventually } from '../support/eventually.ts'
import { type OfficeBox, officeBox } from '../support/office-box.ts'
import { runHoldfast } from '../support/start-box.ts'

let office: OfficeBox
let database: Database
let source: string
const files = 40
const fileBytes = 50_000

beforeEach(async () => {
  office = await officeBox()
  database = openDatabase({
    address: parseDatabaseUrl(office.box.environment.HOLDFAST_DATABASE_URL!),
    randomness: systemRandomness,
  })
  source = join(office.folder, 'documents')
  mkdirSync(source)
  for (let index = 0; index < files; index += 1) writeFileSync(join(source, `file ${index}`), randomBytes(fileBytes))
})
afterEach(async () => {
  await database.close()
  await office[Symbol.asyncDispose]()
})

async function backUp(name: string): Promise<number> {
  const before = await storedBytes()
  const run = await office.agent(name, ['backup', '--json'])
  expect(run.exitCode, run.output + run.errors).toBe(0)
  return (await storedBytes()) - before
}
async function connect(name: string): Promise<void> {
  expect((await office.connect(name)).exitCode).toBe(0)
  expect((await office.agent(name, ['add', source])).exitCode).toBe(0)
}
const storedBytes = async () =>
  (await database.kysely.selectFrom('packs').select('size_bytes').execute()).reduce((sum, row) => sum + row.size_bytes, 0)
/** The box opens what arrived by itself, in a quiet moment. */
const untilOpened = () =>
  eventually(async () => {
    const waiting = await database.kysely
      .selectFrom('packs')
      .select('id')
      .where('proved_at', '=', 0)
      .where('state', '<', 2)
      .execute()
    expect(waiting).toEqual([])
  })
const holdfast = (words: readonly string[]) => runHoldfast(words, { ...office.box.environment })

function dataPackFile(): string {
  const repositories = join(office.box.dataFolder, 'repositories')
  const uid = readdirSync(repositories).find((name) => /^[0-9a-f]{32}$/.test(name))!
  const packs = join(repositories, uid, 'packs')
  const found = readdirSync(packs)
    .flatMap((prefix) => readdirSync(join(packs, prefix)).map((name) => join(packs, prefix, name)))
    .find((file) => readWholePackIndex(readFileSync(file)).kind === 'data')
  return found!
}

test('a second computer with the same files sends almost nothing, once the box has opened what the first one sent', async () => {
  await connect('RECEPTION')
  await connect('XRAY-PC')
  const first = await backUp('RECEPTION')
  expect(first).toBeGreaterThan(files * fileBytes)
  await untilOpened()
  expect(await backUp('XRAY-PC')).toBeLessThan(first / 50)

  const back = join(office.folder, 'back')
  expect((await office.agent('XRAY-PC', ['restore', 'latest', source, '--to', back, '--strip'])).exitCode).toBe(0)
  expect(differences(describeTree(source), describeTree(join(back, 'documents')))).toEqual([])
})

test('a damaged file is found by check and named; repaired, and its lost part sent again by a run that finds nothing changed', async () => {
  await connect('RECEPTION')
  await backUp('RECEPTION')
  await untilOpened()
  const file = dataPackFile()
  const bytes = readFileSync(file)
  const { entries } = readWholePackIndex(bytes)
  bytes[entries[3]!.offset + 500]! ^= 0x01
  writeFileSync(file, bytes)

  const found = await holdfast(['check', '--data', '--repair', '--json'])
  expect(found.exitCode).toBe(1)
  const report = JSON.parse(found.output)
  expect(report.repairs).toMatchObject([{ moved: 1, recordsSaved: entries.length - 1, recordsLost: 1 }])
  expect(report.repositories[0].affectedPaths).toHaveLength(1)
  expect(report.repositories[0].affectedPaths[0].path).toContain(source)
  const alarms = await holdfast(['alarms', '--json'])
  expect(alarms.exitCode).toBe(1)
  expect(alarms.output).toContain('HF-STORAGE-DAMAGED')

  expect(await backUp('RECEPTION')).toBeLessThan(2 * fileBytes)
  const whole = await holdfast(['check', '--data', '--json'])
  expect(whole.exitCode, whole.output).toBe(0)
  expect((await holdfast(['alarms', '--json'])).exitCode).toBe(0)
  const back = join(office.folder, 'back')
  expect((await office.agent('RECEPTION', ['restore', 'latest', source, '--to', back, '--strip'])).exitCode).toBe(0)
  expect(differences(describeTree(source), describeTree(join(back, 'documents')))).toEqual([])
})
