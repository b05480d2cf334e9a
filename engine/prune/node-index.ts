// The trees and lists of a repository, and the packs they lie in. They are a few in a hundred of all records, so whole ids are kept and
// compared: taking one tree for another would lose what the other names.

import { chunkIdBytes } from '../model/ids.ts'
import { wordAt } from './prefix-marks.ts'

/** Counted from 0, in the order in which they became known. */
export type NodeNumber = number
/** A pack's number, given by whoever keeps the packs. Higher is newer. */
export type PackNumber = number

const firstNodes = 1 << 10
const slotsPerNode = 2

export class NodeIndex {
  private slots = new Uint32Array(firstNodes * slotsPerNode)
  private ids = Buffer.alloc(firstNodes * chunkIdBytes)
  private packs = new Uint32Array(firstNodes)
  private owners = new Uint32Array(firstNodes)
  /** Nodes that lie in more packs than one: the others. */
  private readonly others = new Map<NodeNumber, PackNumber[]>()
  private size = 0

  get count(): number {
    return this.size
  }

  add(id: Uint8Array, pack: PackNumber): NodeNumber {
    const slot = this.slotOf(id, 0)
    const found = this.slots[slot]!
    if (found !== 0) {
      this.addPack(found - 1, pack)
      return found - 1
    }
    const node = this.size
    this.size += 1
    this.reserve()
    this.ids.set(id.subarray(0, chunkIdBytes), node * chunkIdBytes)
    this.packs[node] = pack
    this.slots[this.slotOf(id, 0)] = node + 1
    return node
  }

  find(ids: Uint8Array, at = 0): NodeNumber | undefined {
    const found = this.slots[this.slotOf(ids, at)]!
    return found === 0 ? undefined : found - 1
  }

  idOf(node: NodeNumber): Buffer {
    return this.ids.subarray(node * chunkIdBytes, (node + 1) * chunkIdBytes)
  }

  packsOf(node: NodeNumber): readonly PackNumber[] {
    return [this.packs[node]!, ...(this.others.get(node) ?? [])]
  }

  ownersOf(node: NodeNumber): number {
    return this.owners[node]!
  }

  /** True when one of them is new. */
  addOwners(node: NodeNumber, owners: number): boolean {
    const before = this.owners[node]!
    const after = (before | owners) >>> 0
    this.owners[node] = after
    return after !== before
  }

  private addPack(node: NodeNumber, pack: PackNumber): void {
    if (this.packsOf(node).includes(pack)) return
    const known = this.others.get(node)
    if (known === undefined) this.others.set(node, [pack])
    else known.push(pack)
  }

  private slotOf(ids: Uint8Array, at: number): number {
    const last = this.slots.length - 1
    for (let slot = wordAt(ids, at) & last; ; slot = (slot + 1) & last) {
      const found = this.slots[slot]!
      if (found === 0 || this.isId(found - 1, ids, at)) return slot
    }
  }

  private isId(node: NodeNumber, ids: Uint8Array, at: number): boolean {
    const start = node * chunkIdBytes
    return this.ids.compare(ids, at, at + chunkIdBytes, start, start + chunkIdBytes) === 0
  }

  private reserve(): void {
    if (this.size <= this.packs.length) return
    const nodes = this.packs.length * 2
    const ids = Buffer.alloc(nodes * chunkIdBytes)
    ids.set(this.ids)
    this.ids = ids
    this.packs = grown(this.packs, nodes)
    this.owners = grown(this.owners, nodes)
    this.slots = new Uint32Array(nodes * slotsPerNode)
    for (let node = 0; node < this.size - 1; node += 1) this.slots[this.slotOf(this.idOf(node), 0)] = node + 1
  }
}

function grown(from: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(length)
  to.set(from)
  return to
}
