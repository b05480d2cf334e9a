/** What rules would do, told before they are used; and what the catalogue keeps of what is gone. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noRules } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { applyNow, dayMs, makeVersion, type Office, office, pass, setRules } from './versions.ts'

let at: Office
const box = () => at.upload.box
const never = () => new AbortController().signal

beforeEach(async () => {
  at = await office()
})
afterEach(() => at[Symbol.asyncDispose]())

const getDevice = async () => (await box().devicesSide.devices.find(at.computer.identity.deviceId))!

describe('a preview', () => {
  const previewKeeping = async (keepLast: number, signal = never()) =>
    box().retention.preview(await getDevice(), { ...noRules, keepLast }, signal)

  test('counts the packs that only what goes needs, both copies of trees, to the byte', async () => {
    const shared = at.writer.file('shared', randomBytes(50_000))
    const first = await makeVersion(at, { root: at.writer.tree([shared, at.writer.file('old', randomBytes(30_000))]) })
    const packsBefore = await box().database.kysely.selectFrom('packs').select(['id']).execute()
    await pass(box(), 10 * dayMs)
    const own = at.writer.file('between', randomBytes(20_000))
    const second = await makeVersion(at, { root: at.writer.tree([shared, own]) })
    const packs = await box().database.kysely.selectFrom('packs').select(['id', 'kind', 'size_bytes']).execute()
    await pass(box(), 10 * dayMs)
    await makeVersion(at, { root: at.writer.tree([shared]) })
    await pass(box(), 10 * dayMs)

    const preview = await previewKeeping(1)
    expect(preview.going.map(({ id }) => id)).toEqual([second.id, first.id])
    expect(preview.staying).toBe(1)
    // All that the second version brought goes; of what the first brought, its trees, but not the pack that holds the shared file.
    const isFirst = ({ id }: { readonly id: number }) => packsBefore.some((pack) => pack.id === id)
    const freed = packs.filter((pack) => !isFirst(pack) || pack.kind === 1)
    expect(preview.freed?.freedBytes).toBe(
      freed.reduce((sum, { kind, size_bytes }) => sum + size_bytes * (kind === 1 ? 2 : 1), 0),
    )
    expect(preview.freed?.looseBytes).toBeGreaterThan(30_000)
    expect(preview.freed?.looseBytes).toBeLessThan(35_000)
  })

  test('changes nothing, and tells what comes back', async () => {
    await setRules(at, { keepLast: 1 })
    await makeVersion(at)
    await pass(box(), 10 * dayMs)
    await makeVersion(at)
    await pass(box(), 10 * dayMs)
    await applyNow(box())
    expect(await previewKeeping(5)).toMatchObject({ going: [], staying: 1, comingBack: 1, freed: { freedBytes: 0 } })
    expect((await box().retention.listBin((await getDevice()).deviceId)).length).toBe(1)
  })

  test('gives the list even when there is no time to count bytes', async () => {
    await makeVersion(at)
    await pass(box(), 10 * dayMs)
    await makeVersion(at)
    await pass(box(), 10 * dayMs)
    const preview = await previewKeeping(1, AbortSignal.abort())
    expect(preview.going.length).toBe(1)
    expect(preview.freed).toBeUndefined()
  })
})

describe('the catalogue', () => {
  const rows = async () => (await box().database.kysely.selectFrom('catalogue').select('from_version').execute()).length
  const find = async (name: string) => {
    const { items } = await box().devicesSide.agentSearch.find({ ...asked(), name, match: 'contains' })
    return items
  }
  const asked = () => {
    const { deviceId, customerId } = at.computer.identity
    return { customerId, deviceId, job: undefined, after: undefined, limit: 100 }
  }

  test('forgets the names that only forgotten versions had', async () => {
    await setRules(at, { keepLast: 1 })
    const stays = at.writer.file('stays', randomBytes(600))
    await makeVersion(at, { root: at.writer.tree([stays, at.writer.file('secret plans', randomBytes(600))]) })
    await pass(box(), 10 * dayMs)
    const second = await makeVersion(at, { root: at.writer.tree([stays]) })
    await pass(box(), 10 * dayMs)
    await applyNow(box())
    expect(await find('secret')).toEqual([])
    expect(await rows()).toBe(3)
    await pass(box(), 7 * dayMs)
    expect(await applyNow(box())).toMatchObject({ forgotten: 1, cataloguesSwept: 1 })
    expect(await rows()).toBe(1)
    expect(await find('stays')).toMatchObject([{ last: { id: second.id }, first: { id: second.id } }])
  })

  test('keeps nothing of a job whose last version was deleted, and begins anew', async () => {
    const only = await makeVersion(at, { root: at.writer.tree([at.writer.file('secret plans', randomBytes(600))]) })
    await box().retention.remove(only, actingOnTheBox)
    await pass(box(), 7 * dayMs)
    expect(await applyNow(box())).toMatchObject({ forgotten: 1 })
    expect(await rows()).toBe(0)
    await makeVersion(at, { root: at.writer.tree([at.writer.file('new plans', randomBytes(600))]) })
    expect((await find('plans')).map(({ path }) => String(path))).toEqual(['new plans'])
  })

  test('a month without its days: search and history go on from what is left', async () => {
    await setRules(at, { monthly: 12 })
    for (let day = 0; day < 6; day += 1) {
      await makeVersion(at, { root: at.writer.tree([at.writer.file('diary', randomBytes(600 + day))]) })
      await pass(box(), 9 * dayMs)
      await applyNow(box())
    }
    const found = await box().devicesSide.agentSearch.history({ ...asked(), path: [Buffer.from('diary')] })
    const left = await box().devicesSide.snapshots.listOfDevice({
      deviceId: at.computer.identity.deviceId,
      beforeSeq: undefined,
      limit: 100,
    })
    expect(found.items.map(({ last }) => last.id)).toEqual(left.map(({ id }) => id))
    expect(left.length).toBeLessThan(5)
  })
})
