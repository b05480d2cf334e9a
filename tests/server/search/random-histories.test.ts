/** Files that come, change, go and come back over some versions: what the search says against what each version plainly holds. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entryTypes } from '../../../server/catalogue/catalogue.ts'
import { insertRows } from '../../../server/catalogue/catalogue-table.ts'
import { foldName, foldText } from '../../../server/catalogue/fold-name.ts'
import { pathHash, topHash } from '../../../server/catalogue/path-hash.ts'
import type { FileQuestion } from '../../../server/search/search.ts'
import { listLiveVersions } from '../../../server/search/search-table.ts'
import { insertVersion } from '../../support/insert-version.ts'
import { twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
beforeAll(async () => {
  box = await twoCustomers()
})
afterAll(() => box[Symbol.asyncDispose]())

const versionsMax = 5
const dayMs = 86_400_000
const firstDay = Date.UTC(2026, 0, 1)
const receivedAt = (version: number) => firstDay + version * dayMs

type State = number | 'folder'

interface Version {
  readonly holds: ReadonlyMap<string, State>
  /** `lost`: let go, or in the bin. Its rows are in the catalogue. */
  readonly fate: 'kept' | 'checkpoint' | 'lost'
}

const names = ['Ann.txt', 'annual.pdf', 'bank.txt', 'BANK old.xlsx', 'Größe.txt', 'x']
const histories = fc.array(
  fc.record({
    states: fc.array(fc.option(fc.constantFrom<State>(1, 20, 300, 'folder'), { nil: undefined }), {
      minLength: names.length,
      maxLength: names.length,
    }),
    fate: fc.constantFrom('kept' as const, 'kept' as const, 'checkpoint' as const, 'lost' as const),
  }),
  { minLength: 1, maxLength: versionsMax },
)
/** A checkpoint goes when the next version comes; one version at least is there. */
function toHistory(
  drawn: readonly { readonly states: readonly (State | undefined)[]; readonly fate: Version['fate'] }[],
): readonly Version[] {
  const isLast = (index: number) => drawn.slice(index + 1).every(({ fate }) => fate === 'lost')
  const isNone = drawn.every(({ fate }) => fate === 'lost')
  return drawn.map(({ states, fate }, index) => ({
    holds: new Map(states.flatMap((state, place) => (state === undefined ? [] : [[names[place]!, state] as const]))),
    fate: isNone ? 'kept' : fate === 'checkpoint' && !isLast(index) ? 'lost' : fate,
  }))
}

let seq = 10
let jobs = 0

async function write(history: readonly Version[]): Promise<string> {
  jobs += 1
  const job = `plan ${jobs}`
  for (const [index, { fate }] of history.entries()) {
    if (fate === 'lost') continue
    seq += 1
    await insertVersion(box, box.device, {
      seq,
      body: { job, isCheckpoint: fate === 'checkpoint' },
      receivedAt: receivedAt(index + 1),
      catalogueVersion: index + 1,
    })
  }
  const db = box.database.kysely
  const { id } = await db.selectFrom('jobs').select('id').where('name', '=', job).executeTakeFirstOrThrow()
  const rows = history.flatMap(({ holds }, index) =>
    names.flatMap((name) => {
      const [state, before] = [holds.get(name), history[index - 1]?.holds.get(name)]
      return state === before ? [] : [rowText(id, name, { version: index + 1, state })]
    }),
  )
  if (rows.length > 0) await insertRows(db, rows.join(','))
  await sql`UPDATE jobs SET catalogue_version = ${history.length}, catalogue_given = ${history.length} WHERE id = ${id}`.execute(
    db,
  )
  return job
}

function rowText(job: number, name: string, { version, state }: { readonly version: number; readonly state: State | undefined }) {
  const hex = (bytes: Uint8Array) => `X'${Buffer.from(bytes).toString('hex')}'`
  const bytes = Buffer.from(name)
  const hash = hex(pathHash(topHash, bytes))
  if (state === undefined) return `(${job},${hash},${version},${hex(topHash)},${entryTypes.gone},0,0,'','')`
  const facts = state === 'folder' ? `${entryTypes.directory},0` : `${entryTypes.file},${state}`
  return `(${job},${hash},${version},${hex(topHash)},${facts},${version}000000000,${hex(bytes)},${hex(foldName(bytes))})`
}

type Asked = Pick<FileQuestion, 'name' | 'state' | 'type' | 'minBytes' | 'changedBeforeMs' | 'thereBeforeMs'>

function expected(history: readonly Version[], asked: Asked): readonly string[] {
  const { name, state, type, minBytes = 0, changedBeforeMs = Number.POSITIVE_INFINITY, thereBeforeMs } = asked
  const live = history.flatMap(({ fate }, index) => (fate === 'lost' ? [] : [index + 1]))
  const holds = (version: number, file: string) => history[version - 1]?.holds.get(file)
  /** The newest one that stays. */
  const toGet = (versions: readonly number[]) =>
    versions.findLast((version) => history[version - 1]!.fate === 'kept') ?? versions.at(-1)
  return names.flatMap((file) => {
    if (!foldText(file).includes(foldText(name))) return []
    const versions = live.filter((version) => holds(version, file) !== undefined)
    const since = (version: number): number =>
      version > 1 && holds(version - 1, file) === holds(version, file) ? since(version - 1) : version
    const day = thereBeforeMs === undefined ? undefined : (thereBeforeMs - firstDay) / dayMs - 1
    const shown = toGet(
      day === undefined
        ? versions.filter((version) => since(version) === since(versions.at(-1)!))
        : live.filter((version) => version <= day),
    )
    const held = shown === undefined ? undefined : holds(shown, file)
    if (shown === undefined || held === undefined) return []
    if (type !== undefined && (held === 'folder') !== (type === 'folder')) return []
    if (held === 'folder' ? asked.minBytes !== undefined : held < minBytes) return []
    if (since(shown) * 1000 >= changedBeforeMs) return []
    const isPresent = versions.at(-1) === live.at(-1)
    const size = held === 'folder' ? 0 : held
    return state === undefined || isPresent === (state === 'present') ? [`${file} ${size} of ${shown} ${isPresent}`] : []
  })
}

test('is what the versions hold, with every filter, page by page', async () => {
  const questions: fc.Arbitrary<Asked> = fc.record({
    name: fc.constantFrom('', 'an', 'ANN', 'bank', 'grosse', 'zzz'),
    state: fc.constantFrom(undefined, 'present' as const, 'deleted' as const),
    type: fc.constantFrom(undefined, 'file' as const, 'folder' as const),
    minBytes: fc.constantFrom(undefined, 10),
    changedBeforeMs: fc.constantFrom(undefined, undefined, 3_000),
    thereBeforeMs: fc.option(
      fc.integer({ min: 1, max: versionsMax + 1 }).map((version) => receivedAt(version) + dayMs),
      { nil: undefined },
    ),
  })
  await fc.assert(
    fc.asyncProperty(
      histories,
      fc.array(questions, { minLength: 4, maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (drawn, asked, limit) => {
        const history = toHistory(drawn)
        const job = await write(history)
        for (const question of asked) {
          const found: string[] = []
          for (let after: string | undefined; ; ) {
            const page = await box.devicesSide.fileSearch.find({
              ...{ customerId: box.own.customer.customerId, deviceId: undefined, job, subscriptionId: undefined },
              ...{ kind: undefined, maxBytes: undefined, changedFromMs: undefined },
              ...question,
              ...{ match: 'words' as const, order: 'best' as const, after, limit },
            })
            for (const { path, sizeBytes, shown, isPresent } of page.items)
              found.push(`${path.at(-1)} ${sizeBytes} of ${(shown.receivedAt - firstDay) / dayMs} ${isPresent}`)
            after = page.next
            if (after === undefined) break
          }
          expect(found.toSorted(), JSON.stringify(question)).toEqual([...expected(history, question)].toSorted())
        }
      },
    ),
    { numRuns: 40 },
  )
}, 60_000)

const question: Omit<FileQuestion, 'customerId' | 'job'> = {
  ...{ deviceId: undefined, subscriptionId: undefined, name: '', match: 'words' as const, order: 'best' as const },
  ...{ type: undefined, kind: undefined, minBytes: undefined, maxBytes: undefined, state: undefined },
  ...{ changedFromMs: undefined, changedBeforeMs: undefined, thereBeforeMs: undefined, after: undefined, limit: 10 },
}

test('a version that is written in this very moment makes nothing look deleted', async () => {
  const { customerId } = box.own.customer
  const job = await write(toHistory([{ states: [1], fate: 'kept' }]))
  seq += 1
  // The job's number is read before it, the versions behind it.
  await insertVersion(box, box.device, { seq, body: { job }, receivedAt: receivedAt(2), catalogueVersion: 2 })
  const { items } = await box.devicesSide.fileSearch.find({ ...question, customerId, job, state: 'present' })
  expect(items.map(({ path, isPresent, newest }) => [String(path), isPresent, newest.map(({ firstAt }) => firstAt)])).toEqual([
    ['Ann.txt', true, [receivedAt(1)]],
  ])
})

test('a plan is known by its name as people write it, and to the letter where two are alike', async () => {
  const { customerId } = box.own.customer
  for (const job of ['Loehne 1', 'Löhne', 'Lohne', 'LOHNE']) {
    seq += 1
    await insertVersion(box, box.device, { seq, body: { job }, catalogueVersion: 1 })
    await sql`UPDATE jobs SET catalogue_version = 1, catalogue_given = 1 WHERE name = ${job}`.execute(box.database.kysely)
  }
  const named = async (job: string) =>
    (await box.devicesSide.fileSearch.listJobs({ ...question, customerId, job })).map((found) => found.job)
  expect(await named('lo\u0308hne')).toEqual(['Löhne'])
  expect(await named('Lohne')).toEqual(['Lohne', 'LOHNE'])
  expect(await named('LOHNE')).toEqual(['LOHNE', 'Lohne'])
})

test('of more versions than are read, the newest', async () => {
  const job = await write(toHistory(Array.from({ length: versionsMax }, () => ({ states: [1], fate: 'kept' as const }))))
  const { kysely } = box.database
  const { id } = await kysely.selectFrom('jobs').select('id').where('name', '=', job).executeTakeFirstOrThrow()
  const live = (await listLiveVersions(kysely, [id], 2)).get(id)
  expect(live).toEqual({
    numbers: Uint32Array.of(versionsMax - 1, versionsMax),
    receivedAt: Float64Array.of(receivedAt(versionsMax - 1), receivedAt(versionsMax)),
    checkpoints: Uint8Array.of(0, 0),
  })
})
