// The mark: everything that some roots reach, found by the refs that the trailers of tree packs repeat, without keys. Each tree once for
// each set of owners, packs from the newest to the oldest: trees name older ones, so nearly every trailer is read once.

import type { PackedTrailer } from '../format/packed-trailer.ts'
import { type ChunkId, chunkIdBytes, parseChunkId } from '../model/ids.ts'
import type { NodeIndex, NodeNumber, PackNumber } from './node-index.ts'
import { PrefixMarks } from './prefix-marks.ts'

export interface MarkRoot {
  readonly id: ChunkId
  /** Bits: whose reach is counted apart. At least one. */
  readonly owners: number
}

/** What a mark asks a trailer. */
export type NamingTrailer = Pick<PackedTrailer, 'find' | 'refsOf'>

export interface MarkSource {
  /** Undefined: no copy of the pack can say. */
  readonly readTrailer: (pack: PackNumber) => Promise<NamingTrailer | undefined>
  /** Between two packs: progress, a pause, or a reason to stop (thrown). */
  readonly onStep: (progress: { readonly trailersRead: number }) => Promise<void>
}

/** Says which of some ids are trees or lists, and where. */
export type FindNodes = (ids: readonly ChunkId[]) => Promise<readonly { readonly id: ChunkId; readonly pack: PackNumber }[]>

export class Mark {
  readonly reached = new PrefixMarks()
  readonly nodes: NodeIndex
  /** Trees and lists whose children nobody can name: what they need cannot be known. */
  readonly unreadable: ChunkId[] = []
  private readonly pending = new Map<PackNumber, NodeNumber[]>()
  private trailersRead = 0
  private fresh: ChunkId[] | undefined

  /** `nodes`: every tree and list that is stored when the roots were listed. */
  constructor(nodes: NodeIndex) {
    this.nodes = nodes
  }

  async reach(roots: readonly MarkRoot[], source: MarkSource): Promise<void> {
    for (const { id, owners } of roots) this.touch(id, 0, owners)
    await this.drain(source, () => {})
  }

  /**
   * Roots that came since: what they name may be newer than the index, so ids that it does not know are asked for. Returns the ids
   * that nothing had reached before.
   */
  async reachMore(roots: readonly MarkRoot[], source: MarkSource, findNodes: FindNodes): Promise<readonly ChunkId[]> {
    const fresh: ChunkId[] = []
    this.fresh = fresh
    let strangers: Stranger[] = []
    const meet = (stranger: Stranger) => strangers.push(stranger)
    for (const { id, owners } of roots) this.touch(id, 0, owners, meet)
    for (;;) {
      await this.drain(source, meet)
      if (strangers.length === 0) break
      const asked = strangers
      strangers = []
      for (const { id, pack } of await findNodes(asked.map((stranger) => stranger.id))) this.nodes.add(id, pack)
      for (const { id, owners } of asked) this.touch(id, 0, owners)
    }
    this.fresh = undefined
    return fresh
  }

  private async drain(source: MarkSource, meet: (stranger: Stranger) => void): Promise<void> {
    while (this.pending.size > 0) {
      const pack = newest(this.pending.keys())
      const trailer = await source.readTrailer(pack)
      this.trailersRead += 1
      for (let nodes = this.take(pack); nodes !== undefined; nodes = this.take(pack))
        for (const node of nodes) this.expand(node, pack, trailer, meet)
      await source.onStep({ trailersRead: this.trailersRead })
    }
  }

  private take(pack: PackNumber): readonly NodeNumber[] | undefined {
    const nodes = this.pending.get(pack)
    this.pending.delete(pack)
    return nodes
  }

  private expand(
    node: NodeNumber,
    pack: PackNumber,
    trailer: NamingTrailer | undefined,
    meet: (stranger: Stranger) => void,
  ): void {
    const record = trailer?.find(this.nodes.idOf(node))
    if (trailer === undefined || record === undefined) {
      this.lookElsewhere(node, pack)
      return
    }
    const refs = trailer.refsOf(record)
    const owners = this.nodes.ownersOf(node)
    for (let at = 0; at < refs.length; at += chunkIdBytes) this.touch(refs, at, owners, meet)
  }

  /** In the order in which its packs became known. */
  private lookElsewhere(node: NodeNumber, pack: PackNumber): void {
    const packs = this.nodes.packsOf(node)
    const next = packs[packs.indexOf(pack) + 1]
    if (next === undefined) this.unreadable.push(parseChunkId(Buffer.from(this.nodes.idOf(node))))
    else this.pend(next, node)
  }

  private touch(ids: Uint8Array, at: number, owners: number, meet?: (stranger: Stranger) => void): void {
    if (this.fresh !== undefined && this.reached.ownersOf(ids, at) === 0) this.fresh.push(copyOf(ids, at))
    this.reached.mark(ids, at, owners)
    const node = this.nodes.find(ids, at)
    if (node === undefined) meet?.({ id: copyOf(ids, at), owners })
    else if (this.nodes.addOwners(node, owners)) this.pend(this.nodes.packsOf(node)[0]!, node)
  }

  private pend(pack: PackNumber, node: NodeNumber): void {
    const nodes = this.pending.get(pack)
    if (nodes === undefined) this.pending.set(pack, [node])
    else nodes.push(node)
  }
}

interface Stranger {
  readonly id: ChunkId
  readonly owners: number
}

function copyOf(ids: Uint8Array, at: number): ChunkId {
  return parseChunkId(Buffer.from(ids.subarray(at, at + chunkIdBytes)))
}

function newest(packs: Iterable<PackNumber>): PackNumber {
  let highest = 0
  for (const pack of packs) if (pack > highest) highest = pack
  return highest
}
