// The 92 plain bytes in front of every record. All integers little-endian.
//
//   0  4  magic "HFR1"           16  4  ciphertext length (without the 16-byte tag)
//   4  1  version (1)            20 32  chunk id
//   5  1  type                   52 32  salt
//   6  1  codec                  84  4  body CRC-32: refs, ciphertext, tag
//   7  1  flags (0)              88  4  header CRC-32: bytes 0 to 87
//   8  4  epoch
//  12  4  number of refs
//
// A record is header, refs (32 bytes each), ciphertext, tag. It is whole, as far as one can say without a key, when both CRCs agree.

import { crc32 } from 'node:zlib'
import { FormatError, type FormatFault } from '../model/errors.ts'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import { epochsMax, formatVersion, rawRecordMaxBytes, recordRefsMax } from '../model/limits.ts'
import { type Codec, codecs, type RecordType, recordTypes } from '../model/record-type.ts'
import { padme } from './padme.ts'

export const recordHeaderBytes = 92
export const tagBytes = 16
export const saltBytes = 32
/** In front of the stored bytes inside the seal: raw length and stored length, 4 bytes each. */
export const payloadHeadBytes = 8
export const ciphertextMaxBytes = padme(rawRecordMaxBytes + payloadHeadBytes)

const magic = 0x31524648 // "HFR1" read as a little-endian word
const headerCrcAt = 88
const bodyCrcAt = 84

export interface RecordHeader {
  readonly type: RecordType
  readonly codec: Codec
  readonly epoch: number
  readonly refsCount: number
  readonly ciphertextBytes: number
  readonly chunkId: ChunkId
  readonly salt: Buffer
  readonly bodyCrc: number
}

/** Bytes of a whole record: header, refs, ciphertext and tag. */
export function recordBytes(header: Pick<RecordHeader, 'refsCount' | 'ciphertextBytes'>): number {
  return recordHeaderBytes + header.refsCount * chunkIdBytes + header.ciphertextBytes + tagBytes
}

/** Writes all but the CRCs, which are left zero: these 92 bytes are what the seal authenticates. */
export function writeHeader(target: Buffer, at: number, header: Omit<RecordHeader, 'bodyCrc'>): void {
  target.writeUInt32LE(magic, at)
  target[at + 4] = formatVersion
  target[at + 5] = header.type
  target[at + 6] = header.codec
  target[at + 7] = 0
  target.writeUInt32LE(header.epoch, at + 8)
  target.writeUInt32LE(header.refsCount, at + 12)
  target.writeUInt32LE(header.ciphertextBytes, at + 16)
  target.set(header.chunkId, at + 20)
  target.set(header.salt, at + 52)
  target.fill(0, at + bodyCrcAt, at + recordHeaderBytes)
}

/** Fills in both CRCs of a record whose body is already in place. */
export function writeHeaderCrcs(target: Buffer, at: number, recordLength: number): void {
  target.writeUInt32LE(crc32(target.subarray(at + recordHeaderBytes, at + recordLength)), at + bodyCrcAt)
  target.writeUInt32LE(crc32(target.subarray(at, at + headerCrcAt)), at + headerCrcAt)
}

/** The header at `at`; throws `record-damaged` when its CRC or a field is wrong. Buffers inside are views. */
export function readHeader(bytes: Buffer, at = 0): RecordHeader {
  const problem = findProblem(bytes, at)
  if (problem) throw new FormatError(problem.fault, problem.message)
  return fieldsAt(bytes, at)
}

/** The header at `at`, or undefined where none is: for searches, which look at many places in vain. The cheapest looks come first. */
export function findHeader(bytes: Buffer, at: number): RecordHeader | undefined {
  if (at + recordHeaderBytes > bytes.length || findFieldProblem(bytes, at) || !isHeaderWhole(bytes, at)) return undefined
  return fieldsAt(bytes, at)
}

/** Whether refs, ciphertext and tag agree with the header: wholeness without a key. */
export function isBodyWhole(record: Buffer, header: RecordHeader): boolean {
  const length = recordBytes(header)
  return record.length >= length && crc32(record.subarray(recordHeaderBytes, length)) === header.bodyCrc
}

export function readRefs(record: Buffer, header: Pick<RecordHeader, 'refsCount'>): ChunkId[] {
  return Array.from({ length: header.refsCount }, (_, index) => {
    const at = recordHeaderBytes + index * chunkIdBytes
    return record.subarray(at, at + chunkIdBytes) as ChunkId
  })
}

interface Problem {
  readonly fault: FormatFault
  readonly message: string
}

function findProblem(bytes: Buffer, at: number): Problem | undefined {
  if (at + recordHeaderBytes > bytes.length) return damage('a record header is cut off')
  if (bytes.readUInt32LE(at) !== magic) return damage('no record begins here (wrong magic)')
  if (!isHeaderWhole(bytes, at)) return damage('a record header does not match its checksum')
  return findFieldProblem(bytes, at)
}

function isHeaderWhole(bytes: Buffer, at: number): boolean {
  return crc32(bytes.subarray(at, at + headerCrcAt)) === bytes.readUInt32LE(at + headerCrcAt)
}

function findFieldProblem(bytes: Buffer, at: number): Problem | undefined {
  const version = bytes[at + 4]!
  if (version !== formatVersion)
    return { fault: 'unsupported-version', message: `a record of format ${version}; this program reads ${formatVersion}` }
  const type = bytes[at + 5]!
  const codec = bytes[at + 6]!
  const flags = bytes[at + 7]!
  const epoch = bytes.readUInt32LE(at + 8)
  const refsCount = bytes.readUInt32LE(at + 12)
  const ciphertextBytes = bytes.readUInt32LE(at + 16)
  if (type < recordTypes.data || type > recordTypes.box) return damage(`a record header names the unknown type ${type}`)
  if (codec > codecs.zstd) return damage(`a record header names the unknown codec ${codec}`)
  if (flags !== 0) return damage(`a record header names unknown flags ${flags}`)
  if (epoch < 1 || epoch > epochsMax) return damage(`a record header names the impossible epoch ${epoch}`)
  if (refsCount > recordRefsMax) return { fault: 'limit-exceeded', message: `a record has ${refsCount} refs` }
  if (!mayHaveRefs(type, refsCount))
    return damage(`a record header names ${refsCount} refs where its type has another number of them`)
  if (ciphertextBytes > ciphertextMaxBytes) return { fault: 'limit-exceeded', message: `a record of ${ciphertextBytes} bytes` }
  return undefined
}

/** Who collects without keys believes refs: only types that have children may name some. */
function mayHaveRefs(type: number, refsCount: number): boolean {
  if (type === recordTypes.tree || type === recordTypes.list) return true
  return refsCount === (type === recordTypes.snapshot ? 1 : 0)
}

function fieldsAt(bytes: Buffer, at: number): RecordHeader {
  return {
    type: bytes[at + 5]! as RecordType,
    codec: bytes[at + 6]! as Codec,
    epoch: bytes.readUInt32LE(at + 8),
    refsCount: bytes.readUInt32LE(at + 12),
    ciphertextBytes: bytes.readUInt32LE(at + 16),
    chunkId: bytes.subarray(at + 20, at + 52) as ChunkId,
    salt: bytes.subarray(at + 52, at + 84),
    bodyCrc: bytes.readUInt32LE(at + bodyCrcAt),
  }
}

function damage(message: string): Problem {
  return { fault: 'record-damaged', message }
}
