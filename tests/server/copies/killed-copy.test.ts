/** A copy that is killed anywhere, again and again, beside a box that goes on: what is in it always opens and restores. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryStorage, readRepository, type Storage, storageBelow } from '../../../engine/index.ts'
import type { Copy } from '../../../server/copies/copy.ts'
import { writeIdentity } from '../../../server/copies/copy-place.ts'
import { type CrashPoint, crashPoints } from '../../../server/storage-volumes/crash-points.ts'
import { type CopiedBox, copiedBox, type MadeVersion } from '../../support/copied-box.ts'
import { dice, Killed, killedStorage } from '../../support/killed-storage.ts'

const seed = process.env.HOLDFAST_COPY_SEED ?? 'fourteenth of march'
const rounds = Number(process.env.HOLDFAST_COPY_ROUNDS ?? 8)
const day = 86_400_000

let office: CopiedBox
let copy: Copy
let disk: Storage

beforeEach(async () => {
  office = await copiedBox()
  copy = await office.add()
  disk = memoryStorage()
  await writeIdentity(disk, { placeUid: copy.placeUid, box: 'box', createdAt: 0 })
})
afterEach(() => office[Symbol.asyncDispose]())

let observedMs = 0
async function wait(ms: number): Promise<void> {
  observedMs += ms
  const { clock, database } = office.upload.box
  clock.advance(ms)
  await database.kysely.deleteFrom('observed_time').execute()
  const none = { agreed_at: null, agreed_observed_ms: null, jumped_at: null, jumped_from: null }
  await database.kysely
    .insertInto('observed_time')
    .values({ id: 1, observed_ms: observedMs, ticked_at: clock.now(), agreeing_ms: 0, ...none })
    .execute()
}

/** A copy whose first cut-off was never finished has no repository yet; any other is whole. */
async function isBegun(): Promise<boolean> {
  const { uid } = await office.getRepository()
  const place = storageBelow(disk, `repositories/${uid.toString('hex')}`)
  return readRepository(place).then(
    () => true,
    (error: unknown) => {
      expect(error).toMatchObject({ fault: 'wrong-repository' })
      return false
    },
  )
}

async function expectWhole(made: ReadonlyMap<number, MadeVersion>): Promise<ReadonlySet<number>> {
  if (!(await isBegun())) return new Set()
  const restored = await office.restoreAll(disk)
  for (const [seq, bytes] of restored) expect(bytes.equals(made.get(seq)!.bytes), `version ${seq}`).toBe(true)
  return new Set(restored.keys())
}

/** A pack's life: made, copied, its version forgotten, purged here, and seven days later gone there too. */
async function goOn(made: Map<number, MadeVersion>, live: MadeVersion[], purged: Set<number>): Promise<void> {
  const version = await office.makeVersion()
  made.set(version.seq, version)
  live.push(version)
  if (live.length <= 2) return
  const old = live.shift()!
  await office.forget(old)
  await office.purge(old)
  purged.add(old.seq)
}

describe('a copy that is killed', () => {
  test(`after any change it makes there (seed “${seed}”, ${rounds} rounds)`, async () => {
    const throwDice = dice(seed)
    const made = new Map<number, MadeVersion>()
    const live: MadeVersion[] = []
    const purged = new Set<number>()
    let kills = 0
    for (let round = 0; round < rounds; round += 1) {
      await goOn(made, live, purged)
      await wait(4 * day)
      const before = await expectWhole(made)
      for (let kill = 0; kill < 2; kill += 1) {
        const dying = killedStorage(disk, { afterChanges: throwDice(12), isLastDone: throwDice(2) === 0 })
        await office.runInto(copy, dying.storage)
        if (dying.isDead()) kills += 1
        const now = await expectWhole(made)
        for (const seq of before) if (!purged.has(seq)) expect(now, 'what was in the copy is still in it').toContain(seq)
      }
      if (throwDice(3) > 0) continue
      expect(await office.runInto(copy, disk)).toMatchObject({ outcome: 'ok' })
      expect([...(await expectWhole(made))]).toEqual(live.map(({ seq }) => seq))
    }
    expect(kills).toBeGreaterThan(rounds / 2)
    expect(await office.runInto(copy, disk)).toMatchObject({ outcome: 'ok' })
    expect([...(await expectWhole(made))]).toEqual(live.map(({ seq }) => seq))
    await wait(8 * day)
    await office.runInto(copy, disk)
    await wait(8 * day)
    await office.runInto(copy, disk)
    const { uid } = await office.getRepository()
    const packs = await Array.fromAsync(disk.list(`repositories/${uid.toString('hex')}/packs`))
    expect(packs.length, 'nothing is left over').toBe(live.flatMap((version) => version.packs).length)
  })

  const points = crashPoints.filter((point) => point.startsWith('copy:') && point !== 'copy:place-named')
  test('at every point of its own', async () => {
    const made = new Map<number, MadeVersion>()
    const first = await office.makeVersion()
    const second = await office.makeVersion()
    for (const version of [first, second]) made.set(version.seq, version)
    expect(await office.runInto(copy, disk)).toMatchObject({ outcome: 'ok' })
    await office.forget(first)
    await office.purge(first)
    await office.runInto(copy, disk)
    await wait(8 * day)
    const live = [second]
    const hit: CrashPoint[] = []
    for (const point of points) {
      const version = await office.makeVersion()
      made.set(version.seq, version)
      live.push(version)
      const { id, seq } = live.length > 3 ? live.shift()! : version
      if (seq !== version.seq) {
        await office.forget(made.get(seq)!)
        await office.purge({ ...made.get(seq)!, id })
      }
      const reached = (now: CrashPoint) => {
        if (now !== point || hit.includes(point)) return
        hit.push(point)
        throw new Killed(point)
      }
      await office.runInto(copy, disk, { reached })
      const now = await expectWhole(made)
      expect(now, point).toContain(second.seq === live[0]!.seq ? second.seq : live[0]!.seq)
      expect(await office.runInto(copy, disk), point).toMatchObject({ outcome: 'ok' })
      expect([...(await expectWhole(made))], point).toEqual(live.map((one) => one.seq))
      await wait(8 * day)
    }
    expect(hit.toSorted()).toEqual(points.toSorted())
  })
})
