/**
 * Two computers back up, forget and are cut off while the collector runs, in an order that a seed chooses: between any two steps of a
 * run any of them may take its next step. After every commit and every run, whatever a version names must be there.
 * HOLDFAST_INTERLEAVINGS says how many histories, HOLDFAST_SEED where they begin.
 */
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChunkId, chunkKey, type SealedPack, type SnapshotId } from '../../../engine/index.ts'
import { mappingStates, packStates } from '../../../server/packs/pack.ts'
import { dayMs, hourMs, type PruneBox, pruneBox } from '../../support/prune-box.ts'
import { random } from '../../support/random.ts'
import { connectComputer, type TestComputer } from '../../support/upload-box.ts'
import { VersionWriter } from '../../support/version-writer.ts'

const histories = Number(process.env.HOLDFAST_INTERLEAVINGS ?? 5)
const firstSeed = Number(process.env.HOLDFAST_SEED ?? 1)
const stepsOfHistory = 16

describe(`the collector beside backups, in ${histories} orders from seed ${firstSeed} on`, () => {
  let box: PruneBox
  let other: TestComputer
  beforeAll(async () => {
    box = await pruneBox()
    other = await connectComputer(box.upload, 'WORKSHOP')
  })
  afterAll(async () => {
    await other[Symbol.asyncDispose]()
    await box[Symbol.asyncDispose]()
  })

  test('nothing that a version needs ever goes', { timeout: 60_000 + histories * 5_000 }, async () => {
    const counts = { commits: 0, prunes: 0, steps: 0 }
    for (let seed = firstSeed; seed < firstSeed + histories; seed += 1) {
      const history = new History(box, [box.computer, other], random(seed))
      await history.run().catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
      })
      for (const key of ['commits', 'prunes', 'steps'] as const) counts[key] += history.counts[key]
    }
    expect(counts.commits).toBeGreaterThan(histories / 2)
    expect(counts.prunes).toBeGreaterThan(histories / 2)
  })
})

/** How much goes at once is not what this is about. */
const everything = { freedBytes: Number.MAX_SAFE_INTEGER, holes: 0 }

type Actor = AsyncGenerator<void, void>

class History {
  readonly counts = { commits: 0, prunes: 0, steps: 0 }
  private readonly box: PruneBox
  private readonly computers: readonly TestComputer[]
  private readonly pick: (below: number) => number
  private readonly versions = new Map<SnapshotId, readonly ChunkId[]>()
  private readonly actors: Actor[]
  private readonly newest = new Map<TestComputer, SnapshotId>()
  private isActing = false

  constructor(box: PruneBox, computers: readonly TestComputer[], pick: (below: number) => number) {
    this.box = box
    this.computers = computers
    this.pick = pick
    this.actors = computers.map((computer) => this.backUps(computer))
  }

  async run(): Promise<void> {
    while (this.counts.steps < stepsOfHistory) {
      await this.act()
      if (this.pick(3) === 0) await this.prune()
    }
    await this.demandWhole()
    for (const id of [...this.versions.keys()]) if (this.pick(2) === 0) await this.forget(id)
    await this.box.prune({ speed: 'now', allowance: everything })
    await this.demandWhole()
  }

  /** One step of somebody. */
  private async act(): Promise<void> {
    this.counts.steps += 1
    const who = this.pick(8)
    if (who < 6) await this.actors[who % this.actors.length]!.next()
    else if (who === 6) await this.box.pass([hourMs, 25 * hourMs, 8 * dayMs][this.pick(3)]!)
    else {
      const ids = [...this.versions.keys()]
      const id = ids[this.pick(Math.max(1, ids.length))]
      if (id !== undefined) await this.forget(id)
    }
  }

  private async prune(): Promise<void> {
    this.counts.prunes += 1
    const speed = this.pick(2) === 0 ? 'now' : 'usual'
    await this.box.prune({
      speed,
      allowance: everything,
      pace: async () => {
        // Between two steps of the run, unless somebody is in the middle of one.
        if (this.isActing || this.pick(4) !== 0) return
        this.isActing = true
        await this.act().finally(() => {
          this.isActing = false
        })
      },
    })
    await this.demandWhole()
  }

  private async forget(id: SnapshotId): Promise<void> {
    this.versions.delete(id)
    await this.box.forget(id)
  }

  private async *backUps(computer: TestComputer): Actor {
    for (;;) yield* this.backUp(computer)
  }

  private async *backUp(computer: TestComputer): Actor {
    const parent = this.pick(2) === 0 ? undefined : this.newest.get(computer)
    const session = await computer.target.openSession({ job: 'documents', parent })
    yield
    const wanted = this.content(computer)
    const ids = wanted.map(({ id }) => id)
    const had = await session.have(ids)
    yield
    if (this.pick(6) === 0) {
      await session.abort({ code: 'HF-CANCELLED', detail: 'switched off' })
      return
    }
    for (const [index, part] of wanted.entries()) {
      if (had[index]) continue
      await session.putPack(part.pack())
      yield
    }
    const writer = new VersionWriter(computer.secrets)
    const file = writer.snapshotFile({ root: wanted.at(-1)!.id, head: session.head, device: computer.device })
    const answer = await session.commit(file, { isCheckpoint: false })
    // What the session was told or has sent must be there: nothing may be missing.
    if (answer.kind !== 'committed') throw new Error(`a commit was answered with ${answer.kind}`)
    this.counts.commits += 1
    this.versions.set(answer.id, ids)
    this.newest.set(computer, answer.id)
    await this.demandWhole()
  }

  /** One to three files out of a few, and the folder that names them: each record in a pack of its own. */
  private content(computer: TestComputer): readonly { readonly id: ChunkId; readonly pack: () => SealedPack }[] {
    const { secrets } = computer
    const names = Array.from({ length: 1 + this.pick(3) }, () => this.pick(5))
    const files = [...new Set(names)].map((name) => ({
      name: `file-${name}`,
      bytes: Buffer.alloc(3000 + name, `content ${name}`),
    }))
    const entries = files.map(({ name, bytes }) => new VersionWriter(secrets).file(name, bytes))
    const parts = files.map(({ bytes }) => ({
      id: new VersionWriter(secrets).data(bytes),
      pack: () => onlyPack(new VersionWriter(secrets), (writer) => writer.data(bytes)),
    }))
    const tree = {
      id: new VersionWriter(secrets).tree(entries),
      pack: () => onlyPack(new VersionWriter(secrets), (writer) => writer.tree(entries)),
    }
    return [...parts, tree]
  }

  /** Every id of every version lies in a live pack whose file, and second file, is in its place. */
  private async demandWhole(): Promise<void> {
    const { kysely } = this.box.upload.box.database
    const rows = await kysely
      .selectFrom('chunks')
      .innerJoin('packs', 'packs.id', 'chunks.pack')
      .select(['chunks.chunk_id', 'packs.pack_id', 'packs.kind'])
      .where('packs.state', 'in', [packStates.stored, packStates.condemned])
      .where('chunks.state', '!=', mappingStates.bad)
      .execute()
    const { place } = this.computers[0]!
    const held = new Set<string>()
    for (const row of rows) {
      const packId = row.pack_id.toString('hex') as never
      const files = [place.packFile(packId), ...(row.kind === 1 ? [place.twinPackFile(packId)] : [])]
      if (files.every((file) => existsSync(file))) held.add(chunkKey(row.chunk_id))
    }
    for (const [version, ids] of this.versions)
      for (const id of ids) if (!held.has(chunkKey(id))) throw new Error(`version ${version.slice(0, 8)} lacks a chunk`)
  }
}

function onlyPack(writer: VersionWriter, write: (writer: VersionWriter) => void): SealedPack {
  write(writer)
  return writer.takePacks()[0]!
}
