/** Files that come, change, go and come back over some versions: what the search says against what each version plainly holds. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entryTypes } from '../../../server/catalogue/catalogue.ts'
import { insertRows } from '../../../server/catalogue/catalogue-table.ts'
import { foldName, foldText } from '../../../server/catalogue/fold-name.ts'
import { pathHash, topHash } from '../../../server/catalogue/path-hash.ts'
import type { FileQuestion } from '../../../server/search/search.ts'
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

/** By version: the size of each file that it holds. */
type Held = readonly ReadonlyMap<string, number>[]

const names = ['Ann.txt', 'annual.pdf', 'bank.txt', 'BANK old.xlsx', 'Größe.txt', 'x']
const histories = fc.array(
  fc.array(fc.option(fc.constantFrom(1, 20, 300), { nil: undefined }), { minLength: names.length, maxLength: names.length }),
  { minLength: 1, maxLength: versionsMax },
)
const toHeld = (history: readonly (readonly (number | undefined)[])[]): Held =>
  history.map((sizes) => new Map(sizes.flatMap((size, index) => (size === undefined ? [] : [[names[index]!, size] as const]))))

let seq = 10
let jobs = 0

async function write(held: Held): Promise<string> {
  jobs += 1
  const job = `plan ${jobs}`
  for (const [index] of held.entries()) {
    seq += 1
    await insertVersion(box, box.device, {
      seq,
      body: { job },
      receivedAt: receivedAt(index + 1),
      catalogueVersion: index + 1,
    })
  }
  const db = box.database.kysely
  const { id } = await db.selectFrom('jobs').select('id').where('name', '=', job).executeTakeFirstOrThrow()
  const rows = held.flatMap((now, index) =>
    names.flatMap((name) => {
      const [size, before] = [now.get(name), held[index - 1]?.get(name)]
      return size === before ? [] : [rowText(id, name, { version: index + 1, size })]
    }),
  )
  if (rows.length > 0) await insertRows(db, rows.join(','))
  await sql`UPDATE jobs SET catalogue_version = ${held.length}, catalogue_given = ${held.length} WHERE id = ${id}`.execute(db)
  return job
}

function rowText(job: number, name: string, { version, size }: { readonly version: number; readonly size: number | undefined }) {
  const hex = (bytes: Uint8Array) => `X'${Buffer.from(bytes).toString('hex')}'`
  const bytes = Buffer.from(name)
  const hash = hex(pathHash(topHash, bytes))
  if (size === undefined) return `(${job},${hash},${version},${hex(topHash)},${entryTypes.gone},0,0,'','')`
  return `(${job},${hash},${version},${hex(topHash)},${entryTypes.file},${size},${version}000000000,${hex(bytes)},${hex(foldName(bytes))})`
}

type Asked = Pick<FileQuestion, 'name' | 'state' | 'minBytes' | 'thereBeforeMs'>

function expected(held: Held, { name, state, minBytes = 0, thereBeforeMs }: Asked): readonly string[] {
  return names.flatMap((file) => {
    if (!foldText(file).includes(foldText(name))) return []
    const versions = held.flatMap((now, index) => (now.has(file) ? [index + 1] : []))
    const day = thereBeforeMs === undefined ? undefined : (thereBeforeMs - firstDay) / dayMs - 1
    const shown = day === undefined ? versions.at(-1) : Math.min(day, held.length)
    const size = shown === undefined ? undefined : held[shown - 1]?.get(file)
    if (shown === undefined || size === undefined || size < minBytes) return []
    const isPresent = versions.at(-1) === held.length
    return state === undefined || isPresent === (state === 'present') ? [`${file} ${size} of ${shown} ${isPresent}`] : []
  })
}

test('is what the versions hold, with every filter, page by page', async () => {
  const questions: fc.Arbitrary<Asked> = fc.record({
    name: fc.constantFrom('', 'an', 'ANN', 'bank', 'grosse', 'zzz'),
    state: fc.constantFrom(undefined, 'present' as const, 'deleted' as const),
    minBytes: fc.constantFrom(undefined, 10),
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
      async (history, asked, limit) => {
        const held = toHeld(history)
        const job = await write(held)
        for (const question of asked) {
          const found: string[] = []
          for (let after: string | undefined; ; ) {
            const page = await box.devicesSide.fileSearch.find({
              ...{ customerId: box.own.customer.customerId, deviceId: undefined, job, subscriptionId: undefined },
              ...{ type: undefined, kind: undefined, maxBytes: undefined, changedFromMs: undefined, changedBeforeMs: undefined },
              ...question,
              ...{ match: 'words' as const, order: 'best' as const, after, limit },
            })
            for (const { path, sizeBytes, shown, isPresent } of page.items)
              found.push(`${path.at(-1)} ${sizeBytes} of ${(shown.receivedAt - firstDay) / dayMs} ${isPresent}`)
            after = page.next
            if (after === undefined) break
          }
          expect(found.toSorted(), JSON.stringify(question)).toEqual([...expected(held, question)].toSorted())
        }
      },
    ),
    { numRuns: 25 },
  )
}, 60_000)
