import { crc32 } from 'node:zlib'

/** What a pack's records, and its rows in the index, must both come to; the database computes the same (check-table.ts). */
export interface PlacesSum {
  readonly count: number
  /** XOR over all records of the CRC-32 of `<id>:<offset>:<length>`. */
  readonly xor: number
}

export class PlacesSummer {
  private count = 0
  private xor = 0

  add(chunkId: Buffer, place: { readonly offset: number; readonly length: number }): void {
    this.count += 1
    this.xor = (this.xor ^ crc32(Buffer.concat([chunkId, Buffer.from(`:${place.offset}:${place.length}`, 'latin1')]))) >>> 0
  }

  result(): PlacesSum {
    return { count: this.count, xor: this.xor }
  }
}
