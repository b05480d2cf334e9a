/**
 * The paths of one job, for searching: each once, as columns of numbers, its folded name in one long buffer between NULs. It tells
 * which paths may be what is looked for, never less than there are: what a path was in each version is asked of the catalogue.
 *
 * It is filled with rows of the catalogue: at first all of them, path by path, then what newer versions brought. About 70 bytes a path, and its name.
 */
import { entryTypes } from '../catalogue/catalogue.ts'
import { kindOfName } from './file-kind.ts'
import { LastRanks } from './last-ranks.ts'
import { lettersIn, wordStartsIn } from './name-letters.ts'
import { type PackedRow, packedRows } from './row-page.ts'

/** No folder above; not ended. */
export const none = 0xffff_ffff

const hashWords = 4
const firstCapacity = 1024
const growth = 1.4
/** Slots of the table of hashes: at least so many for each path. */
const slotsPerPath = 1.5
const nul = 0

export class JobIndex {
  /** The newest number of the catalogue that is in it. */
  version = 0
  count = 0
  /** NUL, name, NUL, name, …, NUL. */
  names = Buffer.alloc(firstCapacity * 24)
  /** Where each name begins; one more than there are paths. */
  starts = new Uint32Array(firstCapacity + 1)
  parents = new Uint32Array(firstCapacity)
  sizes = new Float64Array(firstCapacity)
  changedAtS = new Uint32Array(firstCapacity)
  /** The version that had it first, and the one from which on it was gone. */
  firsts = new Uint32Array(firstCapacity)
  ends = new Uint32Array(firstCapacity)
  types = new Uint8Array(firstCapacity)
  kinds = new Uint8Array(firstCapacity)
  /** Which letters the name holds, and with which its words begin (name-letters.ts). */
  letters = new Uint32Array(firstCapacity)
  wordStarts = new Uint32Array(firstCapacity)
  /** It had more than one size or time: 1. It was gone in between: 2. */
  flags = new Uint8Array(firstCapacity)
  readonly ranks = new LastRanks()
  private hashes = new Uint32Array(firstCapacity * hashWords)
  private slots = new Uint32Array(firstCapacity * 2)
  /** Folders of paths that came with this filling, by hash: they may come after what lies in them. */
  private pendingParents: Uint32Array | undefined
  private pendingFrom = 0
  private countWhenWhole = 0

  constructor() {
    this.names[0] = nul
    this.starts[0] = 1
  }

  get bytes(): number {
    const columns = [this.starts, this.parents, this.sizes, this.changedAtS, this.firsts, this.ends, this.types, this.kinds]
    const rest = [this.letters, this.wordStarts, this.flags, this.hashes, this.slots, this.pendingParents]
    return [this.names, ...columns, ...rest].reduce(
      (sum, column) => sum + (column?.byteLength ?? 0),
      LastRanks.bytesFor(this.count),
    )
  }

  /** More came since it was filled than makes sense to append. */
  get isOvergrown(): boolean {
    return this.count > Math.max(this.countWhenWhole * 1.5, firstCapacity * 16)
  }

  /** Rows of one path must come in the order of their versions. */
  add(page: Buffer): number {
    let rows = 0
    this.ranks.clear()
    const words = new Uint32Array(hashWords)
    const bytes = Buffer.from(words.buffer)
    for (const row of packedRows(page)) {
      rows += 1
      page.copy(bytes, 0, row.hashAt, row.hashAt + 16)
      const known = this.find(words)
      if (row.type === entryTypes.gone) {
        if (known !== none) this.ends[known] = row.fromVersion
      } else if (known === none) this.append(page, row, words)
      else this.update(known, row)
    }
    return rows
  }

  /** Ends a filling: folders are found, spare room is given back. */
  finish(version: number): void {
    this.resolveParents()
    this.ranks.clear()
    if (this.version === 0) {
      this.resize(this.count)
      this.names = Buffer.from(this.names.subarray(0, this.starts[this.count]))
      this.countWhenWhole = this.count
    }
    this.version = version
  }

  hashOf(id: number): Buffer {
    return Buffer.from(this.hashes.buffer, this.hashes.byteOffset + id * 16, 16)
  }

  /** Hashes of the folders above, one behind the other, the nearest first. */
  ancestorsOf(id: number): Buffer {
    const found: Buffer[] = []
    for (let at = this.parents[id]!; at !== none; at = this.parents[at]!) found.push(this.hashOf(at))
    return Buffer.concat(found)
  }

  private append(page: Buffer, row: PackedRow, words: Uint32Array): void {
    const length = row.nameEnd - row.nameAt
    const id = this.count
    if (id === this.parents.length) this.resize(Math.max(Math.ceil(id * growth), firstCapacity))
    const start = this.starts[id]!
    if (start + length + 1 > this.names.length) this.growNames(start + length + 1)
    page.copy(this.names, start, row.nameAt, row.nameEnd)
    this.names[start + length] = nul
    this.starts[id + 1] = start + length + 1
    this.hashes.set(words, id * hashWords)
    this.rememberParent(id, page, row.parentAt)
    this.sizes[id] = row.size
    this.changedAtS[id] = row.changedAtS
    this.firsts[id] = row.fromVersion
    this.ends[id] = none
    this.types[id] = row.type
    this.kinds[id] = kindOfName(this.names, start, start + length)
    this.letters[id] = lettersIn(this.names, start, start + length)
    this.wordStarts[id] = wordStartsIn(this.names, start, start + length)
    this.flags[id] = 0
    this.count += 1
    this.put(id)
  }

  private update(id: number, { size, changedAtS, type }: PackedRow): void {
    if (this.ends[id] !== none) this.flags[id]! |= 2
    if (this.sizes[id] !== size || this.changedAtS[id] !== changedAtS || this.types[id] !== type) this.flags[id]! |= 1
    this.ends[id] = none
    this.sizes[id] = size
    this.changedAtS[id] = changedAtS
    this.types[id] = type
  }

  private rememberParent(id: number, page: Buffer, at: number): void {
    this.parents[id] = none
    if (this.pendingParents === undefined) {
      this.pendingParents = new Uint32Array(firstCapacity * hashWords)
      this.pendingFrom = id
    }
    const place = (id - this.pendingFrom) * hashWords
    if (place === this.pendingParents.length)
      this.pendingParents = grown(this.pendingParents, Math.ceil((place / hashWords) * growth) * hashWords)
    page.copy(Buffer.from(this.pendingParents.buffer), place * 4, at, at + 16)
  }

  private resolveParents(): void {
    if (this.pendingParents === undefined) return
    for (let id = this.pendingFrom; id < this.count; id += 1) {
      const place = (id - this.pendingFrom) * hashWords
      this.parents[id] = this.find(this.pendingParents.subarray(place, place + hashWords))
    }
    this.pendingParents = undefined
  }

  private find(words: Uint32Array): number {
    const mask = this.slots.length - 1
    for (let slot = words[0]! & mask; ; slot = (slot + 1) & mask) {
      const id = this.slots[slot]! - 1
      if (id < 0) return none
      const at = id * hashWords
      if (this.hashes[at] !== words[0] || this.hashes[at + 1] !== words[1]) continue
      if (this.hashes[at + 2] === words[2] && this.hashes[at + 3] === words[3]) return id
    }
  }

  private put(id: number): void {
    if (this.slots.length < this.count * slotsPerPath) {
      this.slots = new Uint32Array(this.slots.length * 2)
      for (let one = 0; one < this.count; one += 1) this.putIn(one)
    } else this.putIn(id)
  }

  private putIn(id: number): void {
    const mask = this.slots.length - 1
    let slot = this.hashes[id * hashWords]! & mask
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask
    this.slots[slot] = id + 1
  }

  private growNames(needed: number): void {
    const larger = Buffer.alloc(Math.max(Math.ceil(this.names.length * growth), needed))
    this.names.copy(larger)
    this.names = larger
  }

  private resize(capacity: number): void {
    this.starts = grown(this.starts, capacity + 1)
    this.parents = grown(this.parents, capacity)
    this.sizes = grown(this.sizes, capacity)
    this.changedAtS = grown(this.changedAtS, capacity)
    this.firsts = grown(this.firsts, capacity)
    this.ends = grown(this.ends, capacity)
    this.types = grown(this.types, capacity)
    this.kinds = grown(this.kinds, capacity)
    this.letters = grown(this.letters, capacity)
    this.wordStarts = grown(this.wordStarts, capacity)
    this.flags = grown(this.flags, capacity)
    this.hashes = grown(this.hashes, capacity * hashWords)
  }
}

type Column = Uint8Array | Uint32Array | Float64Array

/** Larger, or without its spare room. */
function grown<Kind extends Column>(column: Kind, length: number): Kind {
  const larger = new (column.constructor as new (length: number) => Kind)(length)
  larger.set(column.subarray(0, Math.min(column.length, length)))
  return larger
}
