// Which ids a mark has reached, for millions of them: the first 8 bytes of each in one open-addressed table, with a bit for each owner
// that reached it. Two ids that share a prefix are one here: at worst a record stays that nobody needs; none ever goes that somebody
// does. Where more than staying depends on it (what a tree names), NodeIndex compares whole ids.

const firstSlots = 1 << 12
const maxLoad = 0.6

export class PrefixMarks {
  private lows = new Uint32Array(firstSlots)
  private highs = new Uint32Array(firstSlots)
  /** 0: the slot is free. */
  private owners = new Uint32Array(firstSlots)
  /** 1: met in a pack, after `see`. */
  private seen = new Uint8Array(firstSlots)
  private size = 0

  /** Adds owners (at least one bit) to an id. True when one of them is new to it. */
  mark(ids: Uint8Array, at: number, owners: number): boolean {
    const low = wordAt(ids, at)
    const high = wordAt(ids, at + 4)
    const slot = this.slotOf(low, high)
    const before = this.owners[slot]!
    if ((before | owners) >>> 0 === before) return false
    this.owners[slot] = before | owners
    if (before === 0) this.insert(slot, low, high)
    return true
  }

  /** Owners of an id; 0: not reached. */
  ownersOf(ids: Uint8Array, at = 0): number {
    return this.owners[this.slotOf(wordAt(ids, at), wordAt(ids, at + 4))]!
  }

  /** Notes that a pack holds an id. True for the first time of an id that was reached. */
  see(ids: Uint8Array, at = 0): boolean {
    const slot = this.slotOf(wordAt(ids, at), wordAt(ids, at + 4))
    if (this.owners[slot] === 0 || this.seen[slot] === 1) return false
    this.seen[slot] = 1
    return true
  }

  /** The prefixes of ids that were reached and never seen: what no pack holds. At most `max`. */
  unseen(max: number): { readonly prefixes: readonly Buffer[]; readonly count: number } {
    const prefixes: Buffer[] = []
    let count = 0
    for (let slot = 0; slot < this.owners.length; slot += 1) {
      if (this.owners[slot] === 0 || this.seen[slot] === 1) continue
      count += 1
      if (prefixes.length < max) prefixes.push(prefixOf(this.lows[slot]!, this.highs[slot]!))
    }
    return { prefixes, count }
  }

  /** Before packs are gone through once more. */
  forgetSeen(): void {
    this.seen.fill(0)
  }

  get count(): number {
    return this.size
  }

  private slotOf(low: number, high: number): number {
    const last = this.lows.length - 1
    // Ids are keyed hashes: any of their bits is as good as a hash of them.
    for (let slot = low & last; ; slot = (slot + 1) & last)
      if (this.owners[slot] === 0 || (this.lows[slot] === low && this.highs[slot] === high)) return slot
  }

  private insert(slot: number, low: number, high: number): void {
    this.lows[slot] = low
    this.highs[slot] = high
    this.size += 1
    if (this.size > this.lows.length * maxLoad) this.grow()
  }

  private grow(): void {
    const { lows, highs, owners, seen } = this
    const slots = lows.length * 2
    this.lows = new Uint32Array(slots)
    this.highs = new Uint32Array(slots)
    this.owners = new Uint32Array(slots)
    this.seen = new Uint8Array(slots)
    for (let from = 0; from < owners.length; from += 1) {
      if (owners[from] === 0) continue
      const slot = this.slotOf(lows[from]!, highs[from]!)
      this.lows[slot] = lows[from]!
      this.highs[slot] = highs[from]!
      this.owners[slot] = owners[from]!
      this.seen[slot] = seen[from]!
    }
  }
}

export function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

function prefixOf(low: number, high: number): Buffer {
  const prefix = Buffer.alloc(8)
  prefix.writeUInt32LE(low, 0)
  prefix.writeUInt32LE(high, 4)
  return prefix
}
