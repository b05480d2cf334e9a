// Checks a pack while it streams by, without holding it: every header in place, the CRC of every body, and a trailer that repeats
// exactly those headers, offsets and refs. What is kept is the trailer, rebuilt from the records themselves.

import { crc32 } from 'node:zlib'
import { FormatError } from '../model/errors.ts'
import { chunkIdBytes } from '../model/ids.ts'
import { packMaxBytes, packMaxRecords } from '../model/limits.ts'
import { ByteWriter } from './bytes.ts'
import { type PackIndex, packFootBytes, packHeadBytes, readPackHead, readPackIndex } from './pack.ts'
import { type RecordHeader, readHeader, recordBytes, recordHeaderBytes } from './record-header.ts'

/** Where in the pack the next byte belongs. `part` is what is being collected, `body` what only passes by. */
type Place =
  | { readonly kind: 'head' }
  | { readonly kind: 'header' }
  | { readonly kind: 'refs'; readonly header: RecordHeader }
  | { readonly kind: 'body'; readonly header: RecordHeader }
  | { readonly kind: 'trailer' }
  | { readonly kind: 'foot' }

const entriesFirstBytes = 64 * 1024
/** The trailer repeats them all, so they are at most half of a pack. */
const entriesMaxBytes = packMaxBytes / 2

export class PackScanner {
  private place: Place = { kind: 'head' }
  /** The part being collected: head, a header, or the foot. */
  private readonly part = Buffer.alloc(recordHeaderBytes)
  private partLength = 0
  /** Bytes of the present place still to come. */
  private remaining = packHeadBytes
  private position = 0
  private records = 0
  private recordOffset = 0
  private bodyCrc = 0
  private trailerPosition = 0
  private readonly head = Buffer.alloc(packHeadBytes)
  private readonly entries = new ByteWriter(entriesFirstBytes)

  /**
   * Takes the next piece of the file; keeps none of it.
   * @throws FormatError `pack-damaged`, `record-damaged`, `unsupported-version`, `limit-exceeded`
   */
  push(piece: Buffer): void {
    let at = 0
    while (at < piece.length) {
      const taken = piece.subarray(at, at + this.remaining)
      if (taken.length === 0) throw damage('bytes follow its end')
      at += taken.length
      this.remaining -= taken.length
      this.position += taken.length
      this.take(taken)
      if (this.remaining === 0) this.next()
    }
    if (this.position > packMaxBytes) throw new FormatError('limit-exceeded', `a pack of more than ${packMaxBytes} bytes`)
  }

  /** The index of the pack that went by. @throws FormatError when it is not whole */
  finish(): PackIndex {
    if (this.place.kind !== 'foot' || this.remaining > 0) throw damage('it ends early')
    const foot = Buffer.from(this.part.subarray(0, packFootBytes))
    return readPackIndex({ head: this.head, entries: this.entries.view(), foot, fileBytes: this.position })
  }

  private take(taken: Buffer): void {
    switch (this.place.kind) {
      case 'head':
      case 'header':
      case 'foot':
        this.part.set(taken, this.partLength)
        this.partLength += taken.length
        break
      case 'refs':
        this.entries.bytes(taken)
        this.bodyCrc = crc32(taken, this.bodyCrc)
        break
      case 'body':
        this.bodyCrc = crc32(taken, this.bodyCrc)
        break
      case 'trailer':
        this.compareTrailer(taken)
        break
      default:
        this.place satisfies never
    }
  }

  /** What follows once a place is full. */
  private next(): void {
    switch (this.place.kind) {
      case 'head':
        this.head.set(this.part.subarray(0, packHeadBytes))
        readPackHead(this.head)
        this.enter({ kind: 'header' }, recordHeaderBytes)
        break
      case 'header':
        this.nextAfterHeader()
        break
      case 'refs':
        this.enter({ kind: 'body', header: this.place.header }, bodyBytes(this.place.header))
        break
      case 'body':
        if (this.bodyCrc !== this.place.header.bodyCrc)
          throw new FormatError('record-damaged', `the record at byte ${this.recordOffset} of a pack does not match its checksum`)
        this.enter({ kind: 'header' }, recordHeaderBytes)
        break
      case 'trailer':
        this.enter({ kind: 'foot' }, packFootBytes)
        break
      case 'foot':
        break
      default:
        this.place satisfies never
    }
  }

  /** Salts do not repeat, so the first header's bytes come a second time only where the trailer begins. */
  private nextAfterHeader(): void {
    const bytes = this.part.subarray(0, recordHeaderBytes)
    if (this.records > 0 && bytes.equals(this.entries.view().subarray(0, recordHeaderBytes))) {
      this.trailerPosition = recordHeaderBytes
      this.enter({ kind: 'trailer' }, this.entries.length - recordHeaderBytes)
      return
    }
    const header = readHeader(bytes)
    if (++this.records > packMaxRecords || this.entries.length > entriesMaxBytes)
      throw new FormatError('limit-exceeded', 'a pack with too many records')
    this.recordOffset = this.position - recordHeaderBytes
    this.bodyCrc = 0
    this.entries.bytes(bytes)
    this.entries.u32(this.recordOffset)
    const refsBytes = header.refsCount * chunkIdBytes
    if (refsBytes > 0) this.enter({ kind: 'refs', header }, refsBytes)
    else this.enter({ kind: 'body', header }, bodyBytes(header))
  }

  private compareTrailer(taken: Buffer): void {
    const expected = this.entries.view().subarray(this.trailerPosition, this.trailerPosition + taken.length)
    if (!taken.equals(expected)) throw damage('its index does not say what its records say')
    this.trailerPosition += taken.length
  }

  private enter(place: Place, bytes: number): void {
    this.place = place
    this.partLength = 0
    this.remaining = bytes
  }
}

/** Ciphertext and tag. */
function bodyBytes(header: RecordHeader): number {
  return recordBytes(header) - recordHeaderBytes - header.refsCount * chunkIdBytes
}

function damage(what: string): FormatError {
  return new FormatError('pack-damaged', `a pack is damaged: ${what}`)
}
