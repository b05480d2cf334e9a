// Which chunks this run has already taken care of, shared by all its threads without locks.
//
// Open addressing over shared memory, 16 bytes of the id for each slot; levels of growing size, so nothing is ever moved. Memory is
// committed by the system as slots are touched. A race between two threads can make both claim the same id: the chunk is then
// stored twice, which costs space and harms nothing. Ids are HMAC outputs: 128 bits of them do not meet by chance.

const slotWords = 4
const firstLevelBits = 14
const levelGrowthBits = 2
/** 2^14, 2^16 … 2^26 slots: 60 million chunks, which is 60 TB of large files. */
const levels = 7
const maxLoad = 0.7

export interface ClaimedIdsMemory {
  readonly levels: readonly SharedArrayBuffer[]
  /** One count for each level. */
  readonly counts: SharedArrayBuffer
}

export function createClaimedIdsMemory(): ClaimedIdsMemory {
  return {
    levels: Array.from({ length: levels }, (_, level) => new SharedArrayBuffer(slotsOf(level) * slotWords * 4)),
    counts: new SharedArrayBuffer(levels * 4),
  }
}

export class ClaimedIds {
  private readonly tables: readonly Int32Array[]
  private readonly counts: Int32Array

  constructor(memory: ClaimedIdsMemory) {
    this.tables = memory.levels.map((level) => new Int32Array(level))
    this.counts = new Int32Array(memory.counts)
  }

  /** True for the first caller with this id: it is the one who must see to the chunk. */
  claim(id: Buffer): boolean {
    const words: IdWords = [id.readInt32LE(0) || 1, id.readInt32LE(4), id.readInt32LE(8), id.readInt32LE(12)]
    for (let level = 0; level < levels; level++) {
      const isOpen = Atomics.load(this.counts, level) < slotsOf(level) * maxLoad
      const found = this.visit(level, words, isOpen || level === levels - 1)
      if (found === 'present') return false
      if (found === 'inserted') return true
    }
    return true // the last level is full: from here on chunks may be stored twice
  }

  private visit(level: number, words: IdWords, mayInsert: boolean): 'present' | 'inserted' | 'absent' {
    const table = this.tables[level]!
    const mask = slotsOf(level) - 1
    let slot = (words[1] ^ Math.imul(words[2], 0x9e3779b1)) & mask
    for (let probes = 0; probes <= mask; probes++, slot = (slot + 1) & mask) {
      const at = slot * slotWords
      const first = Atomics.load(table, at)
      if (first === 0) {
        if (!mayInsert) return 'absent'
        if (Atomics.compareExchange(table, at, 0, words[0]) !== 0) {
          probes--
          slot = (slot - 1) & mask
          continue // another thread took the slot: look at it again
        }
        table[at + 1] = words[1]
        table[at + 2] = words[2]
        Atomics.store(table, at + 3, words[3])
        Atomics.add(this.counts, level, 1)
        return 'inserted'
      }
      if (
        first === words[0] &&
        table[at + 1] === words[1] &&
        table[at + 2] === words[2] &&
        Atomics.load(table, at + 3) === words[3]
      )
        return 'present'
    }
    return 'absent'
  }
}

type IdWords = readonly [number, number, number, number]

function slotsOf(level: number): number {
  return 2 ** (firstLevelBits + level * levelGrowthBits)
}
