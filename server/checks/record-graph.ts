/**
 * Which records a repository holds and which name which: enough to say what a version lacks, for millions of them. A record is a
 * number; ids are kept by their first 8 bytes (two of four million share them once in two million repositories, and ids cannot be
 * chosen: they are keyed hashes). Edges are 4 bytes.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises'

export type RecordNumber = number

const flags = { available: 1, node: 2, reached: 4, tainted: 8 } as const
const idBytes = 32
const firstSlots = 1 << 12
const maxLoad = 0.6
/** A few milliseconds' worth. */
const stepsAtOnce = 1 << 16

export class RecordGraph {
  private slots = new Uint32Array(firstSlots)
  private prefixes = new Uint32Array(firstSlots)
  private states = new Uint8Array(firstSlots / 2)
  private starts = new Uint32Array(firstSlots / 2)
  private counts = new Uint32Array(firstSlots / 2)
  private edges = new Uint32Array(firstSlots)
  private edgesCount = 0
  private size = 0

  /** The number of an id, which becomes known by it. */
  numberOf(ids: Uint8Array, at = 0): RecordNumber {
    const low = wordAt(ids, at)
    const high = wordAt(ids, at + 4)
    for (let slot = this.firstSlot(low); ; slot = (slot + 1) & (this.slots.length - 1)) {
      const found = this.slots[slot]!
      if (found === 0) return this.insert(slot, low, high)
      if (this.prefixes[found * 2 - 2] === low && this.prefixes[found * 2 - 1] === high) return found - 1
    }
  }

  setAvailable(record: RecordNumber): void {
    this.states[record]! |= flags.available
  }

  /** A tree or list, and the ids that it names. Given again, it changes nothing: the same id names the same. */
  addNode(record: RecordNumber, refs: Uint8Array): void {
    if (this.has(record, flags.node)) return
    const count = refs.length / idBytes
    this.reserveEdges(count)
    const start = this.edgesCount
    this.edgesCount += count
    for (let index = 0; index < count; index += 1) this.edges[start + index] = this.numberOf(refs, index * idBytes)
    this.states[record]! |= flags.node
    this.starts[record] = start
    this.counts[record] = count
  }

  /** The first 8 bytes of an id. */
  idPrefix(record: RecordNumber): Buffer {
    const prefix = Buffer.alloc(8)
    prefix.writeUInt32LE(this.prefixes[record * 2]!, 0)
    prefix.writeUInt32LE(this.prefixes[record * 2 + 1]!, 4)
    return prefix
  }

  isAvailable(record: RecordNumber): boolean {
    return this.has(record, flags.available)
  }

  /** Not there, or something below it is not: after `findMissing`. */
  isTainted(record: RecordNumber): boolean {
    return this.has(record, flags.tainted)
  }

  /** What can be reached from some records and is not there, at most `max`. Whatever leads to it is tainted from then on. */
  async findMissing(
    roots: readonly RecordNumber[],
    max: number,
  ): Promise<{ readonly missing: readonly RecordNumber[]; readonly count: number }> {
    const order: RecordNumber[] = []
    const waiting = [...roots]
    const missing: RecordNumber[] = []
    let count = 0
    let steps = 0
    for (let record = waiting.pop(); record !== undefined; record = waiting.pop()) {
      // Pages are answered by this thread, too.
      steps += 1
      if (steps % stepsAtOnce === 0) await yieldToOthers()
      if (this.has(record, flags.reached)) continue
      this.states[record]! |= flags.reached
      if (!this.isAvailable(record)) {
        this.states[record]! |= flags.tainted
        count += 1
        if (missing.length < max) missing.push(record)
        continue
      }
      if (!this.has(record, flags.node)) continue
      order.push(record)
      for (let edge = this.starts[record]!; edge < this.starts[record]! + this.counts[record]!; edge += 1) {
        const child = this.edges[edge]!
        if (!this.has(child, flags.reached)) waiting.push(child)
      }
    }
    if (count > 0) await this.spread(order)
    return { missing, count }
  }

  /** Upwards from what is missing, until nothing changes: once for each level of folders at most. */
  private async spread(nodes: readonly RecordNumber[]): Promise<void> {
    for (let hasChanged = true; hasChanged; ) {
      hasChanged = false
      await yieldToOthers()
      for (const record of nodes.toReversed()) {
        if (this.isTainted(record) || !this.namesTainted(record)) continue
        this.states[record]! |= flags.tainted
        hasChanged = true
      }
    }
  }

  private namesTainted(record: RecordNumber): boolean {
    const start = this.starts[record]!
    for (let edge = start; edge < start + this.counts[record]!; edge += 1) if (this.isTainted(this.edges[edge]!)) return true
    return false
  }

  private has(record: RecordNumber, flag: number): boolean {
    return (this.states[record]! & flag) !== 0
  }

  private firstSlot(low: number): number {
    return low & (this.slots.length - 1)
  }

  private insert(slot: number, low: number, high: number): RecordNumber {
    const record = this.size
    this.size += 1
    this.slots[slot] = record + 1
    this.reserveRecords()
    this.prefixes[record * 2] = low
    this.prefixes[record * 2 + 1] = high
    if (this.size > this.slots.length * maxLoad) this.rehash()
    return record
  }

  private rehash(): void {
    this.slots = new Uint32Array(this.slots.length * 2)
    for (let record = 0; record < this.size; record += 1) {
      let slot = this.firstSlot(this.prefixes[record * 2]!)
      while (this.slots[slot] !== 0) slot = (slot + 1) & (this.slots.length - 1)
      this.slots[slot] = record + 1
    }
  }

  private reserveRecords(): void {
    if (this.size <= this.states.length) return
    const length = this.states.length * 2
    this.prefixes = grown(this.prefixes, new Uint32Array(length * 2))
    this.states = grown(this.states, new Uint8Array(length))
    this.starts = grown(this.starts, new Uint32Array(length))
    this.counts = grown(this.counts, new Uint32Array(length))
  }

  private reserveEdges(more: number): void {
    const needed = this.edgesCount + more
    if (needed <= this.edges.length) return
    this.edges = grown(this.edges, new Uint32Array(Math.max(this.edges.length * 2, needed)))
  }
}

function grown<Words extends Uint8Array | Uint32Array>(from: Words, to: Words): Words {
  to.set(from)
  return to
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
