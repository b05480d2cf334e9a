/**
 * The protocol of backups and the collector as a small machine in memory: every transaction and every move of a file is one step, and
 * a scheduler decides who takes the next one. What the engine decides (mark, plan, claims) is the engine's own code; what the box does
 * with it is told here in a few lines a step, so that an order that loses something is found in milliseconds.
 * `Mutant`: a step left out on purpose. The test proves that each of them is caught.
 */
import {
  type ChunkId,
  type Claims,
  impatientRules,
  isHeld,
  Mark,
  NodeIndex,
  type PackFacts,
  parseChunkId,
  planPrune,
  type RepackGroup,
  usualRules,
} from '../../engine/index.ts'

export const mutants = [
  'no-catch-up',
  'no-claims',
  'no-held-parents',
  'no-late-parents',
  'have-of-trash',
  'swap-without-check',
  'trash-without-turn',
  'purge-of-any-file',
] as const
export type Mutant = (typeof mutants)[number]

export class Violation extends Error {
  override readonly name = 'Violation'
}

type PackState = 'stored' | 'condemned' | 'trashing' | 'trashed' | 'purged'
interface ModelPack {
  readonly pack: number
  readonly kind: 'data' | 'tree'
  readonly ids: readonly string[]
  state: PackState
  file: 'packs' | 'trash' | 'none'
  claimSeq: number
  sessionSeq: number
  waitsSince: number
  /** Counts what happened to its row. */
  touched: number
}
interface Session {
  readonly seq: number
  readonly device: number
  state: 'open' | 'committed' | 'ended'
  readonly parent: string | undefined
  /** Told, sent, or in the version it compares with. */
  readonly promised: Set<string>
}
interface Version {
  readonly root: string
  readonly device: number
}
interface Marked {
  readonly mark: Mark
  readonly before: ReadonlyMap<number, { readonly touched: number }>
  readonly known: Set<number>
  readonly candidates: readonly ModelPack[]
}

const recordBytes = 1000
const hourMs = 60 * 60 * 1000

export class PruneModel {
  readonly versions = new Map<number, Version>()
  private readonly packs = new Map<number, ModelPack>()
  /** What each tree names. */
  private readonly trees = new Map<string, readonly string[]>()
  private readonly sessions = new Map<number, Session>()
  private readonly pick: (below: number) => number
  private readonly mutant: Mutant | undefined
  private nextPack = 1
  private nextVersion = 1
  private generation = 0
  private observedMs = 0
  private areDevicesSilent = false

  constructor(pick: (below: number) => number, mutant?: Mutant) {
    this.pick = pick
    this.mutant = mutant
  }

  pass(ms: number): void {
    this.observedMs += ms
  }

  forgetAny(): void {
    const ids = [...this.versions.keys()]
    const id = ids[this.pick(Math.max(1, ids.length))]
    if (id !== undefined) this.versions.delete(id)
  }

  /** Everything that somebody relies on lies in a live pack whose file is in its place. */
  demandWhole(): void {
    const live = new Set<string>()
    for (const pack of this.packs.values()) {
      if (!isLive(pack)) continue
      if (pack.file !== 'packs') throw new Violation(`pack ${pack.pack} is ${pack.state} without its file`)
      for (const id of pack.ids) live.add(id)
    }
    for (const [number, { root }] of this.versions)
      for (const id of this.closureOf(root)) if (!live.has(id)) throw new Violation(`version ${number} lacks ${id}`)
    for (const session of this.sessions.values())
      if (session.state === 'open')
        for (const id of session.promised) if (!live.has(id)) throw new Violation(`session ${session.seq} lacks ${id}`)
  }

  /** When nobody wants anything any more, nothing is left. */
  async demandEmpty(): Promise<void> {
    this.versions.clear()
    for (const session of this.sessions.values()) if (session.state === 'open') session.state = 'ended'
    this.areDevicesSilent = true
    for await (const _ of this.prune('now')) this.demandWhole()
    const left = [...this.packs.values()].filter(({ file }) => file !== 'none')
    if (left.length > 0) throw new Violation(`${left.length} packs stay for nobody`)
  }

  /** One run of one computer's job; it may be cut off between any two steps. */
  async *backUp(device: number): AsyncGenerator<void> {
    const session = this.open(device)
    yield
    const files = [...new Set(Array.from({ length: 1 + this.pick(3) }, () => `d${this.pick(6)}`))].sort()
    const root = `t-${files.join('-')}`
    this.trees.set(root, files)
    const inParent = session.parent === undefined ? new Set<string>() : this.closureOf(session.parent)
    const asked = [...files, root].filter((id) => !inParent.has(id))
    const had = this.have(session, asked)
    yield
    if (this.pick(7) === 0) {
      session.state = 'ended'
      return
    }
    yield* this.send(
      session,
      asked.filter((id) => !had.has(id)),
    )
    for (;;) {
      const walked = this.walk(session, root)
      yield
      const outcome = this.commit(session, root, walked)
      if (outcome === 'done') return
      yield
    }
  }

  /** A run of the collector. `now`: two marks, no waits. */
  async *prune(speed: 'usual' | 'now'): AsyncGenerator<void> {
    const rules = speed === 'now' ? impatientRules : usualRules
    for (let round = 0; round < (speed === 'now' ? 2 : 1); round += 1) {
      const marked = yield* this.markAll()
      const facts = await this.decide(marked, rules)
      yield
      for (const pack of this.packs.values()) {
        if (pack.state !== 'trashing') continue
        yield* this.moveToTrash(pack)
        yield
      }
      for (const group of planPrune(facts, rules).repack) yield* this.repack(marked, group)
    }
    for (const pack of this.packs.values()) {
      if (pack.state !== 'trashed' || this.observedMs - pack.waitsSince < rules.purgeAfterMs) continue
      this.set(pack, 'purged')
      this.generation += 1
      yield
      // A pack that came again has its own file in packs/; only what lies in trash/ goes.
      if (pack.file === 'trash' || this.mutant === 'purge-of-any-file') pack.file = 'none'
      yield
    }
  }

  private open(device: number): Session {
    for (const session of this.sessions.values())
      if (session.device === device && session.state === 'open') session.state = 'ended'
    const own = [...this.versions.values()].filter((version) => version.device === device)
    const parent = this.pick(2) === 0 ? own.at(-1)?.root : undefined
    const promised = parent === undefined ? new Set<string>() : new Set(this.closureOf(parent))
    const session: Session = { seq: this.sessions.size + 1, device, state: 'open', parent, promised }
    this.sessions.set(session.seq, session)
    return session
  }

  private have(session: Session, ids: readonly string[]): ReadonlySet<string> {
    const had = new Set<string>()
    for (const pack of this.packs.values())
      for (const id of ids) {
        const isThere = isLive(pack) || (this.mutant === 'have-of-trash' && pack.state === 'trashing')
        if (!isThere || !pack.ids.includes(id)) continue
        had.add(id)
        session.promised.add(id)
        this.claim(pack, session)
      }
    return had
  }

  private claim(pack: ModelPack, session: Session): void {
    if (this.mutant === 'no-claims') return
    if (pack.claimSeq < session.seq) {
      pack.claimSeq = session.seq
      pack.touched += 1
    }
    if (pack.state === 'condemned') this.set(pack, 'stored')
  }

  /** New packs, or one that was sent and given up before: the same sealed bytes again. */
  private async *send(session: Session, ids: readonly string[]): AsyncGenerator<void> {
    for (const kind of ['data', 'tree'] as const) {
      const ofKind = ids.filter((id) => (kind === 'tree') === this.trees.has(id))
      if (ofKind.length === 0) continue
      const known = [...this.packs.values()].find((pack) => ofKind.every((id) => pack.ids.includes(id)))
      if (known !== undefined && this.pick(2) === 0) {
        if (known.file !== 'packs') known.file = 'packs'
        // Without the turn of the pack, a collector comes between the file's name and its row.
        if (this.mutant === 'trash-without-turn') yield
        if (isLive(known)) this.claim(known, session)
        else {
          this.set(known, 'stored')
          known.claimSeq = Math.max(known.claimSeq, session.seq)
          known.sessionSeq = session.seq
        }
      } else this.add({ kind, ids: ofKind, session })
      for (const id of ofKind) session.promised.add(id)
      yield
    }
  }

  private add(made: { readonly kind: 'data' | 'tree'; readonly ids: readonly string[]; readonly session?: Session }): ModelPack {
    const seq = made.session?.seq ?? 0
    const pack: ModelPack = {
      pack: this.nextPack,
      kind: made.kind,
      ids: made.ids,
      state: 'stored',
      file: 'packs',
      claimSeq: seq,
      sessionSeq: seq,
      waitsSince: 0,
      touched: 0,
    }
    this.nextPack += 1
    this.packs.set(pack.pack, pack)
    return pack
  }

  /** Outside the lock. Below the parent nothing is looked at. */
  private walk(session: Session, root: string) {
    const parentLives = [...this.versions.values()].some((version) => version.root === session.parent)
    const believed = parentLives && session.parent !== undefined ? this.closureOf(session.parent) : new Set<string>()
    const used = new Set<number>()
    for (const id of this.closureOf(root)) {
      if (believed.has(id)) continue
      const pack = [...this.packs.values()].find((one) => isLive(one) && one.ids.includes(id))
      if (pack === undefined) throw new Violation(`session ${session.seq} is refused: ${id} is missing`)
      used.add(pack.pack)
    }
    return { used, generation: this.generation, parent: parentLives ? session.parent : undefined }
  }

  private commit(session: Session, root: string, walked: ReturnType<PruneModel['walk']>): 'done' | 'again' {
    if (session.state !== 'open') return 'done'
    const parentLives = walked.parent === undefined || [...this.versions.values()].some(({ root: one }) => one === walked.parent)
    if (!parentLives) return 'again'
    const packs = [...walked.used].map((number) => this.packs.get(number)!)
    if (walked.generation !== this.generation && !packs.every(isLive)) return 'again'
    for (const pack of packs) if (pack.state === 'condemned') this.set(pack, 'stored')
    this.versions.set(this.nextVersion, { root, device: session.device })
    this.nextVersion += 1
    session.state = 'committed'
    return 'done'
  }

  private async *markAll(): AsyncGenerator<void, Marked> {
    const candidates = [...this.packs.values()]
    const before = new Map(candidates.map((pack) => [pack.pack, { touched: pack.touched }]))
    yield
    const known = new Set(this.versions.keys())
    const roots = [...this.versions.values()].map(({ root }) => root)
    roots.push(...this.heldParents())
    yield
    const nodes = new NodeIndex()
    for (const pack of this.packs.values())
      if (isLive(pack) && pack.kind === 'tree') for (const id of pack.ids) nodes.add(idOf(id), pack.pack)
    yield
    const mark = new Mark(nodes)
    await mark.reach(rootsOf(roots), this.source())
    if (mark.unreadable.length > 0) throw new Violation('a tree that a version needs cannot be read')
    yield
    return { mark, before, known, candidates }
  }

  private heldParents(): readonly string[] {
    if (this.mutant === 'no-held-parents') return []
    const open = [...this.sessions.values()].filter(({ state }) => state === 'open')
    return open.flatMap(({ parent }) => parent ?? [])
  }

  private source() {
    return {
      readTrailer: async (number: number) => {
        const { ids } = this.packs.get(number)!
        const keys = ids.map((id) => idOf(id).toString('hex'))
        return {
          find: (id: Uint8Array) => {
            const at = keys.indexOf(Buffer.from(id).toString('hex'))
            return at < 0 ? undefined : at
          },
          refsOf: (record: number) => Buffer.concat((this.trees.get(ids[record]!) ?? []).map(idOf)),
        }
      },
      onStep: async () => {},
    }
  }

  private async catchUp({ mark, known }: Marked): Promise<void> {
    if (this.mutant === 'no-catch-up') return
    const fresh = [...this.versions].filter(([number]) => !known.has(number))
    for (const [number] of fresh) known.add(number)
    await mark.reachMore(
      rootsOf([...fresh.map(([, { root }]) => root), ...(this.mutant === 'no-late-parents' ? [] : this.heldParents())]),
      this.source(),
      async (ids) =>
        [...this.packs.values()]
          .filter((pack) => isLive(pack) && pack.kind === 'tree')
          .flatMap(({ pack, ids: held }) =>
            ids.filter((id) => held.some((one) => idOf(one).equals(id))).map((id) => ({ id, pack })),
          ),
    )
  }

  private factsOf({ mark }: Marked, packs: Iterable<ModelPack>): readonly PackFacts[] {
    const claims = this.claims()
    const facts: PackFacts[] = []
    for (const pack of packs) {
      const { state } = pack
      if (state !== 'stored' && state !== 'condemned' && state !== 'trashed') continue
      const live = pack.ids.filter((id) => mark.reached.ownersOf(idOf(id)) !== 0).length
      facts.push({
        pack: pack.pack,
        kind: pack.kind,
        state,
        sizeBytes: pack.ids.length * recordBytes,
        records: pack.ids.length,
        recordBytes: pack.ids.length * recordBytes,
        liveBytes: live * recordBytes,
        isHeld: isHeld(pack, claims),
        isGivenUp: false,
        isHurt: false,
        waitedMs: this.observedMs - pack.waitsSince,
      })
    }
    return facts
  }

  private claims(): Claims {
    const open = [...this.sessions.values()].filter(({ state }) => state === 'open').map(({ seq }) => seq)
    const oldestLive = this.mutant === 'no-claims' || open.length === 0 ? undefined : Math.min(...open)
    const unfinished = [...this.sessions.values()].filter(
      (sent) =>
        sent.state !== 'committed' &&
        ![...this.sessions.values()].some(
          (final) => final.device === sent.device && final.seq > sent.seq && final.state === 'committed',
        ),
    )
    const counts = !this.areDevicesSilent
    return { oldestLive, unfinished: new Set(counts ? unfinished.map(({ seq }) => seq) : []), givenUp: new Set() }
  }

  private isUntouched({ before }: Marked, pack: ModelPack): boolean {
    return before.get(pack.pack)?.touched === pack.touched
  }

  /** One transaction. */
  private async decide(marked: Marked, rules: typeof usualRules): Promise<readonly PackFacts[]> {
    await this.catchUp(marked)
    const facts = this.factsOf(marked, marked.candidates)
    const plan = planPrune(facts, rules)
    const pick = (numbers: readonly number[]) =>
      numbers.map((number) => this.packs.get(number)!).filter((pack) => this.isUntouched(marked, pack))
    const trash = pick(plan.trash)
    for (const pack of pick(plan.restore)) this.set(pack, 'stored')
    for (const pack of pick(plan.condemn)) this.set(pack, 'condemned')
    for (const pack of trash) this.set(pack, 'trashing')
    if (trash.length > 0) this.generation += 1
    return facts
  }

  private async *moveToTrash(pack: ModelPack): AsyncGenerator<void> {
    if (pack.state !== 'trashing') return
    pack.file = 'trash'
    if (this.mutant === 'trash-without-turn') yield
    if (pack.state === 'trashing') this.set(pack, 'trashed')
  }

  private async *repack(marked: Marked, group: RepackGroup): AsyncGenerator<void> {
    const sources = group.packs.map((number) => this.packs.get(number)!).filter((pack) => pack.state === 'stored')
    const live = (ids: readonly string[]) => ids.filter((id) => marked.mark.reached.ownersOf(idOf(id)) !== 0)
    const copied = [...new Set(sources.flatMap(({ ids }) => live(ids)))]
    yield
    if (sources.length === 0 || copied.length === 0) return
    await this.catchUp(marked)
    const claims = this.claims()
    const isRight = sources.every(
      (pack) =>
        pack.state === 'stored' &&
        this.isUntouched(marked, pack) &&
        !isHeld(pack, claims) &&
        live(pack.ids).every((id) => copied.includes(id)),
    )
    if (!isRight && this.mutant !== 'swap-without-check') return
    this.add({ kind: group.kind, ids: copied })
    for (const pack of sources) this.set(pack, 'trashing')
    this.generation += 1
    yield
    for (const pack of sources) {
      yield* this.moveToTrash(pack)
      yield
    }
  }

  private set(pack: ModelPack, state: PackState): void {
    pack.state = state
    pack.waitsSince = this.observedMs
    pack.touched += 1
  }

  private closureOf(root: string): ReadonlySet<string> {
    return new Set([root, ...(this.trees.get(root) ?? [])])
  }
}

/** Of one history: who takes the next step is drawn, until a number of them was taken. */
export async function runHistory(pick: (below: number) => number, mutant?: Mutant): Promise<{ readonly versions: number }> {
  const model = new PruneModel(pick, mutant)
  const devices = [0, 1]
  const backups = devices.map((device) => model.backUp(device))
  let collector = model.prune('usual')
  let versions = 0
  for (let step = 0; step < 60; step += 1) {
    const who = pick(12)
    if (who < 6) {
      const device = who % devices.length
      const { done } = await backups[device]!.next()
      // Cut off now and then: the next run of the job takes its place.
      if (done || pick(20) === 0) backups[device] = model.backUp(device)
    } else if (who < 10) {
      const { done } = await collector.next()
      if (done) collector = model.prune(pick(2) === 0 ? 'now' : 'usual')
    } else if (who === 10) model.forgetAny()
    else model.pass([hourMs, 25 * hourMs, 8 * 24 * hourMs][pick(3)]!)
    model.demandWhole()
    versions = Math.max(versions, model.versions.size)
  }
  for await (const _ of collector) model.demandWhole()
  await model.demandEmpty()
  return { versions }
}

function isLive({ state }: ModelPack): boolean {
  return state === 'stored' || state === 'condemned'
}

function rootsOf(ids: readonly string[]) {
  return ids.map((id) => ({ id: idOf(id), owners: 1 }))
}

const ids = new Map<string, ChunkId>()

/** Any 32 bytes, the same for the same name. */
function idOf(name: string): ChunkId {
  const known = ids.get(name)
  if (known !== undefined) return known
  const made = parseChunkId(Buffer.alloc(32, `${ids.size} ${name} `))
  ids.set(name, made)
  return made
}
