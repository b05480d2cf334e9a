// Which chunk lies where, for repositories that are plain files: filled from the packs' trailers, exact, in memory. 4 million chunks
// take about 195 MiB: 42 bytes for each in pages that are never copied, and a table of slots with open addressing (Knuth, TAOCP 3,
// 6.4, algorithm L) that points into them. Ids are uniform (HMAC), so their own first word is their hash.
//
//   entry: 0 32 chunk id · 32 4 pack number * 4 + bits 24, 25 of the offset · 36 4 offset's low 24 bits * 256 + length's high 8 · 40 2 length's low 16

import type { PackEntry, PackKind } from '../format/pack.ts'
import { type ChunkId, chunkIdBytes, type PackId } from '../model/ids.ts'

export interface ChunkLocation {
  readonly pack: PackId
  readonly kind: PackKind
  /** Of the whole record in the pack file, bytes. */
  readonly offset: number
  readonly length: number
}

const entryBytes = 42
const pageEntries = 65_536
const slotsAtStart = 4_096
/** Full slots to all slots, at most: a look-up then meets 2 on average, a miss 5. */
const loadMax = 0.7
/** 30 bits of pack number. */
const packsMax = 2 ** 30
const packIdBytes = 32

export class ChunkIndex {
  private pages: Buffer[] = []
  private slots = new Uint32Array(slotsAtStart)
  private packIds = Buffer.allocUnsafeSlow(64 * packIdBytes)
  private treePacks = new Uint8Array(64)
  private packs = 0
  private entries = 0

  /** Chunks, counted once for each pack that holds them. */
  get size(): number {
    return this.entries
  }

  /** Adds all records of a pack; a pack that is there already is left alone. */
  addPack(pack: PackId, kind: PackKind, entries: readonly PackEntry[]): void {
    const first = entries[0]
    if (!first || this.findAll(first.header.chunkId).some((location) => location.pack === pack)) return
    const number = this.addPackId(pack, kind)
    for (const entry of entries) this.addEntry(entry.header.chunkId, number, entry)
  }

  has(id: ChunkId): boolean {
    return this.slotsOf(id).next().value !== undefined
  }

  find(id: ChunkId): ChunkLocation | undefined {
    for (const entry of this.slotsOf(id)) return this.locationAt(entry)
    return undefined
  }

  /** Every pack that holds the chunk, the one added first first. */
  findAll(id: ChunkId): readonly ChunkLocation[] {
    return Array.from(this.slotsOf(id), (entry) => this.locationAt(entry))
  }

  *ids(): Generator<ChunkId> {
    for (let entry = 0; entry < this.entries; entry++) {
      const at = (entry % pageEntries) * entryBytes
      yield this.pageOf(entry).subarray(at, at + chunkIdBytes) as ChunkId
    }
  }

  private *slotsOf(id: ChunkId): Generator<number> {
    const mask = this.slots.length - 1
    for (let slot = id.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot]!
      if (entry === 0) return
      const page = this.pageOf(entry - 1)
      const at = ((entry - 1) % pageEntries) * entryBytes
      if (page.compare(id, 0, chunkIdBytes, at, at + chunkIdBytes) === 0) yield entry - 1
    }
  }

  private locationAt(entry: number): ChunkLocation {
    const page = this.pageOf(entry)
    const at = (entry % pageEntries) * entryBytes + chunkIdBytes
    const packWord = page.readUInt32LE(at)
    const middle = page.readUInt32LE(at + 4)
    const number = packWord >>> 2
    return {
      pack: this.packIds.toString('hex', number * packIdBytes, (number + 1) * packIdBytes) as PackId,
      kind: this.treePacks[number] ? 'tree' : 'data',
      offset: ((packWord & 3) << 24) | (middle >>> 8),
      length: ((middle & 0xff) << 16) | page.readUInt16LE(at + 8),
    }
  }

  private addEntry(id: ChunkId, pack: number, record: { readonly offset: number; readonly length: number }): void {
    if (this.entries + 1 > this.slots.length * loadMax) this.growSlots()
    const entry = this.entries++
    if (entry % pageEntries === 0) this.pages.push(Buffer.allocUnsafeSlow(pageEntries * entryBytes))
    const page = this.pageOf(entry)
    const at = (entry % pageEntries) * entryBytes
    page.set(id, at)
    page.writeUInt32LE(pack * 4 + (record.offset >>> 24), at + 32)
    page.writeUInt32LE((record.offset & 0xff_ffff) * 256 + (record.length >>> 16), at + 36)
    page.writeUInt16LE(record.length & 0xffff, at + 40)
    this.fillSlot(entry)
  }

  private addPackId(pack: PackId, kind: PackKind): number {
    if (this.packs === packsMax) throw new RangeError('more packs than an index can number')
    if ((this.packs + 1) * packIdBytes > this.packIds.length) {
      this.packIds = grown(this.packIds, Buffer.allocUnsafeSlow(this.packIds.length * 2))
      this.treePacks = grown(this.treePacks, new Uint8Array(this.treePacks.length * 2))
    }
    this.packIds.write(pack, this.packs * packIdBytes, 'hex')
    this.treePacks[this.packs] = kind === 'tree' ? 1 : 0
    return this.packs++
  }

  private growSlots(): void {
    this.slots = new Uint32Array(this.slots.length * 2)
    for (let entry = 0; entry < this.entries; entry++) this.fillSlot(entry)
  }

  private fillSlot(entry: number): void {
    const mask = this.slots.length - 1
    let slot = this.pageOf(entry).readUInt32LE((entry % pageEntries) * entryBytes) & mask
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask
    this.slots[slot] = entry + 1
  }

  private pageOf(entry: number): Buffer {
    return this.pages[Math.floor(entry / pageEntries)]!
  }
}

function grown<T extends Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}
