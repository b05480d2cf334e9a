// Reading and writing of the format's byte sequences: little-endian integers and LEB128 varints.
// The reader checks every step against the end of its bytes; a length it reads is never believed before that.

import { FormatError, type FormatFault } from '../model/errors.ts'

const initialBytes = 64 * 1024
const varintMaxBytes = 8
const two32 = 0x1_0000_0000

const int64Max = 2n ** 63n - 1n
const int64Min = -(2n ** 63n)

/** The number that an i64 holds, or the nearest one: file systems have times beyond the year 2262. */
export function clampToInt64(value: bigint): bigint {
  return value > int64Max ? int64Max : value < int64Min ? int64Min : value
}

export class ByteWriter {
  private buffer: Buffer
  length = 0

  constructor(capacityBytes = initialBytes) {
    this.buffer = Buffer.allocUnsafe(capacityBytes)
  }

  reset(): void {
    this.length = 0
  }

  /** A view of what was written; valid until the next write. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  u8(value: number): void {
    this.reserve(1)
    this.buffer[this.length++] = value
  }

  u32(value: number): void {
    this.reserve(4)
    this.length = this.buffer.writeUInt32LE(value, this.length)
  }

  i64(value: bigint): void {
    this.reserve(8)
    this.length = this.buffer.writeBigInt64LE(value, this.length)
  }

  u64(value: bigint): void {
    this.reserve(8)
    this.length = this.buffer.writeBigUInt64LE(value, this.length)
  }

  /** Unsigned LEB128 of a safe integer (below 2^53). @throws RangeError for any other number */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`a varint holds 0 to 2^53 - 1, not ${value}`)
    this.reserve(varintMaxBytes)
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 128) | 0x80
      rest = rest < two32 ? rest >>> 7 : Math.floor(rest / 128)
    }
    this.buffer[this.length++] = rest
  }

  bytes(value: Uint8Array): void {
    this.reserve(value.length)
    this.buffer.set(value, this.length)
    this.length += value.length
  }

  /** A varint length and that many bytes. */
  sized(value: Uint8Array): void {
    this.varint(value.length)
    this.bytes(value)
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + more))
    grown.set(this.view())
    this.buffer = grown
  }
}

export class ByteReader {
  private readonly buffer: Buffer
  private readonly fault: FormatFault
  position = 0

  constructor(buffer: Buffer, fault: FormatFault) {
    this.buffer = buffer
    this.fault = fault
  }

  get isAtEnd(): boolean {
    return this.position === this.buffer.length
  }

  u8(): number {
    return this.buffer[this.advance(1)]!
  }

  u32(): number {
    return this.buffer.readUInt32LE(this.advance(4))
  }

  i64(): bigint {
    return this.buffer.readBigInt64LE(this.advance(8))
  }

  u64(): bigint {
    return this.buffer.readBigUInt64LE(this.advance(8))
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let index = 0; index < varintMaxBytes; index++) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (byte === 0 && index > 0) throw this.damage('a varint is longer than it needs to be')
        if (value > Number.MAX_SAFE_INTEGER) throw this.damage('a varint is above 2^53')
        return value
      }
      scale *= 128
    }
    throw this.damage('a varint does not end')
  }

  /** A varint that may not be above `max`: counts and lengths. */
  bounded(max: number, what: string): number {
    const value = this.varint()
    if (value > max) throw new FormatError('limit-exceeded', `${what} is ${value}, above the limit of ${max}`)
    return value
  }

  /** A view of the next bytes, not a copy. */
  bytes(length: number): Buffer {
    const start = this.advance(length)
    return this.buffer.subarray(start, start + length)
  }

  sized(max: number, what: string): Buffer {
    return this.bytes(this.bounded(max, what))
  }

  end(): void {
    if (!this.isAtEnd) throw this.damage(`${this.buffer.length - this.position} bytes follow the end`)
  }

  damage(message: string): FormatError {
    return new FormatError(this.fault, `${message} (at byte ${this.position})`)
  }

  private advance(length: number): number {
    const start = this.position
    if (start + length > this.buffer.length) throw this.damage(`ends early, ${length} bytes wanted`)
    this.position = start + length
    return start
  }
}
