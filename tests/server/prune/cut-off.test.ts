/**
 * A run of the collector that ends at any of its steps, as a killed process would: what it decided is in the rows, what it did is in
 * the files, and nothing cleans up behind it. The next start settles that; the next run goes on; nothing is lost, nothing stays.
 * HOLDFAST_KILL_ROUNDS=all ends it at every step, not only at the first one of each name.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chunkKey } from '../../../engine/index.ts'
import { readGenerationFile } from '../../../server/repositories/generation.ts'
import type { CrashPoint } from '../../../server/storage-volumes/crash-points.ts'
import { type PruneBox, pruneBox } from '../../support/prune-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

class CutOff extends Error {}

/** The step of a name, for the first time or a later one. */
interface Place {
  readonly point: CrashPoint
  readonly time: number
}

describe('a run of the collector that is cut off', () => {
  let box: PruneBox
  let seen: CrashPoint[] | undefined
  let end: Place | undefined
  const reached = (point: CrashPoint) => {
    seen?.push(point)
    if (point === end?.point && seen?.filter((one) => one === point).length === end.time) throw new CutOff(point)
  }
  beforeAll(async () => {
    box = await pruneBox({ uploads: { reached } })
  })
  afterAll(() => box[Symbol.asyncDispose]())

  /** A version that goes, and one that needs a small part of the same packs: whole packs to trash, and packs to take apart. */
  const prepare = async () => {
    const { computer } = box
    const writer = new VersionWriter(computer.secrets)
    const [large, small, nested] = [
      writer.file('large', randomBytes(40_000)),
      writer.file('small', randomBytes(2000)),
      writer.directory('nested', writer.tree([writer.file('deep', randomBytes(30_000))])),
    ]
    const old = writer.tree([large, small, nested])
    const commit = async (root: Parameters<typeof commitTree>[2]['root']) => {
      const session = await computer.target.openSession({ job: 'documents', parent: undefined })
      const answer = await commitTree(session, writer, { root, device: computer.device })
      if (answer.kind !== 'committed') throw new Error(answer.kind)
      return answer.id
    }
    // In the first session's packs, so that they stay, mostly dead.
    const root = writer.tree([small])
    const going = await commit(old)
    const kept = await commit(root)
    await box.forget(await commit(writer.tree([writer.file('alone', randomBytes(5000))])))
    await box.forget(going)
    return { kept, ids: [root] }
  }
  const run = async (place: Place | undefined) => {
    seen = []
    end = place
    try {
      await box.prune({ speed: 'now', allowance: { freedBytes: Number.MAX_SAFE_INTEGER, holes: 0 } })
      return { points: seen, wasCut: false }
    } catch (error) {
      if (!(error instanceof CutOff)) throw error
      return { points: seen, wasCut: true }
    } finally {
      seen = undefined
      end = undefined
    }
  }
  const demandWhole = async (ids: readonly Buffer[]) => {
    const found = new Set<string>()
    for await (const record of box.computer.target.readRecords(ids as never)) found.add(chunkKey(record.subarray(20, 52)))
    for (const id of ids) expect(found).toContain(chunkKey(id))
  }
  const leftovers = () => ({
    trash: readdirSync(box.computer.place.trashFolder),
    temporary: readdirSync(box.computer.place.temporaryFolder),
  })

  test('leaves every version whole, and the next run ends what it began', { timeout: 240_000 }, async () => {
    const { kysely } = box.upload.box.database
    const first = await prepare()
    const { points } = await run(undefined)
    await demandWhole(first.ids)
    const all = points.map((point, index) => ({ point, time: points.slice(0, index + 1).filter((one) => one === point).length }))
    const chosen = process.env.HOLDFAST_KILL_ROUNDS === 'all' ? all : all.filter(({ time }) => time === 1)
    const names = new Set(points)
    for (const name of [
      'trash:committed',
      'trash:renamed',
      'repack:linked',
      'repack:committed',
      'purge:committed',
      'purge:unlinked',
    ])
      expect(names).toContain(name)

    const needed = [...first.ids]
    for (const place of chosen) {
      const { point } = place
      const { ids } = await prepare()
      needed.push(...ids)
      const { wasCut } = await run(place)
      // Later runs have more to put together, and other steps a second time.
      expect({ place, isCut: wasCut || place.time > 1 }).toEqual({ place, isCut: true })
      // The next start of the box.
      await box.upload.box.uploads.adopt()
      await demandWhole(needed)
      expect(await readGenerationFile(box.computer.place)).toBe((await box.repository()).generation)
      await run(undefined)
      await demandWhole(needed)
      expect(leftovers()).toEqual({ trash: [], temporary: [] })
      const rows = await kysely.selectFrom('packs').select(['pack_id', 'state']).execute()
      for (const row of rows) {
        const isThere = existsSync(box.computer.place.packFile(row.pack_id.toString('hex') as never))
        expect({ state: row.state, isThere, after: point }).toEqual({ state: row.state, isThere: row.state === 0, after: point })
      }
      expect(await kysely.selectFrom('pack_swaps').selectAll().execute()).toEqual([])
    }
  })
})
