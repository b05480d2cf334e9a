// Sealing and opening of single records. Nothing sealed depends on where a record lies, so packs can be rewritten without keys.

import { type Compression, compress, decompress } from '../compression/zstd.ts'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { openWhole, recordCipher, recordDecipher } from '../crypto/record-cipher.ts'
import { padme } from '../format/padme.ts'
import {
  payloadHeadBytes,
  type RecordHeader,
  readHeader,
  readRefs,
  recordBytes,
  recordHeaderBytes,
  tagBytes,
  writeHeader,
  writeHeaderCrcs,
} from '../format/record-header.ts'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import { rawRecordMaxBytes, recordRefsMax } from '../model/limits.ts'
import { codecs, type RecordType, recordTypes } from '../model/record-type.ts'
import { releaseResult } from '../system/release-piece.ts'
import { refsOfPlaintext } from './refs.ts'

export interface RecordToSeal {
  readonly type: RecordType
  readonly chunkId: ChunkId
  readonly plaintext: Buffer
  /** Child ids, first-appearance order, no repeats; empty for data. */
  readonly refs: readonly ChunkId[]
  readonly compression: Compression
  /** 32 fresh random bytes. Never used twice. */
  readonly salt: Buffer
  /** Authenticated in front of the header: a snapshot's envelope. */
  readonly prefix?: Buffer
}

export interface OpenedRecord {
  readonly header: RecordHeader
  readonly refs: readonly ChunkId[]
  readonly plaintext: Buffer
}

/** Each update returns a fresh buffer: small ones are used again by the allocator, of 4 MiB they cost page faults and memory. */
const cipherSliceBytes = 64 * 1024
const noBytes = Buffer.alloc(0)
/** PADMÉ adds at most 1/32 of 8 MiB. */
const zeros = Buffer.alloc(256 * 1024)

/** The most bytes a sealed record of this plaintext can take. */
export function sealedBytesMax(plaintextBytes: number, refsCount: number): number {
  return recordHeaderBytes + refsCount * chunkIdBytes + padme(payloadHeadBytes + plaintextBytes) + tagBytes
}

/**
 * Seals a record into `target` at `at` and returns its length in bytes.
 * @throws RangeError when `target` has no room for `sealedBytesMax`.
 */
export function sealRecordInto(target: Buffer, at: number, keys: RepositoryKeys, record: RecordToSeal): number {
  const { plaintext, refs } = record
  if (plaintext.length > rawRecordMaxBytes)
    throw new RangeError(`a record holds at most ${rawRecordMaxBytes} bytes, not ${plaintext.length}`)
  if (refs.length > recordRefsMax) throw new RangeError(`a record names at most ${recordRefsMax} children, not ${refs.length}`)
  const compressed = compress(plaintext, record.compression)
  const stored = compressed ?? plaintext
  const codec = compressed ? codecs.zstd : codecs.none
  const payloadBytes = payloadHeadBytes + stored.length
  const ciphertextBytes = padme(payloadBytes)
  const header = { ...record, codec, epoch: keys.currentEpoch, refsCount: refs.length, ciphertextBytes }
  const length = recordBytes(header)
  if (at + length > target.length) throw new RangeError('no room for the record')

  writeHeader(target, at, header)
  const refsAt = at + recordHeaderBytes
  refs.forEach((ref, index) => {
    target.set(ref, refsAt + index * chunkIdBytes)
  })
  const cipher = recordCipher(keys.encryptionKey(header.epoch), record.salt, { uid: keys.uid, ...header })
  const bodyAt = refsAt + refs.length * chunkIdBytes
  const plain = target.subarray(at, bodyAt)
  cipher.setAAD(record.prefix ? Buffer.concat([record.prefix, plain]) : plain)
  let end = bodyAt
  const push = (bytes: Buffer) => {
    target.set(bytes, end)
    end += bytes.length
    releaseResult(bytes)
  }
  const head = Buffer.allocUnsafe(payloadHeadBytes)
  head.writeUInt32LE(plaintext.length, 0)
  head.writeUInt32LE(stored.length, 4)
  push(cipher.update(head))
  for (let from = 0; from < stored.length; from += cipherSliceBytes)
    push(cipher.update(stored.subarray(from, from + cipherSliceBytes)))
  if (compressed) releaseResult(compressed)
  if (ciphertextBytes > payloadBytes) push(cipher.update(zeros.subarray(0, ciphertextBytes - payloadBytes)))
  cipher.final()
  push(cipher.getAuthTag())
  writeHeaderCrcs(target, at, length)
  return length
}

/** The same in a buffer of its own. */
export function sealRecord(keys: RepositoryKeys, record: RecordToSeal): Buffer {
  const target = Buffer.allocUnsafe(sealedBytesMax(record.plaintext.length, record.refs.length))
  return target.subarray(0, sealRecordInto(target, 0, keys, record))
}

/**
 * Opens the record at the start of `bytes`, proves that it is the one it says it is (tag, then its id over the plaintext) and
 * returns its content. The plaintext may be a view; refs are views.
 * @throws FormatError `record-damaged`, `wrong-key`, `limit-exceeded`, `unsupported-version`
 */
export function openRecord(bytes: Buffer, keys: RepositoryKeys, prefix: Buffer = noBytes): OpenedRecord {
  const header = readHeader(bytes)
  const length = recordBytes(header)
  // The body's checksum is for those without keys: the seal proves the same bytes, and their origin.
  if (bytes.length < length) throw new FormatError('record-damaged', `record ${header.chunkId.toString('hex')} is cut off`)
  const bodyAt = recordHeaderBytes + header.refsCount * chunkIdBytes
  const authenticated = Buffer.allocUnsafe(prefix.length + bodyAt)
  prefix.copy(authenticated)
  bytes.copy(authenticated, prefix.length, 0, bodyAt)
  authenticated.fill(0, prefix.length + recordHeaderBytes - 8, prefix.length + recordHeaderBytes) // both CRCs
  const decipher = recordDecipher(keys.encryptionKey(header.epoch), header.salt, { uid: keys.uid, ...header })
  const payload = openWhole(
    decipher,
    authenticated,
    bytes.subarray(bodyAt, length - tagBytes),
    bytes.subarray(length - tagBytes, length),
  )
  const plaintext = unpackPayload(payload, header)
  if (!keys.chunkId(header.type, plaintext).equals(header.chunkId)) {
    throw new FormatError('record-damaged', `record ${header.chunkId.toString('hex')} holds other bytes than its id says`)
  }
  const refs = readRefs(bytes, header)
  checkRefs(header, refs, plaintext)
  return { header, refs, plaintext }
}

/** The plain refs are what collecting and closure checks believe: they must be what the sealed tree or list says. */
function checkRefs(header: RecordHeader, refs: readonly ChunkId[], plaintext: Buffer): void {
  if (header.type === recordTypes.snapshot) return // its one ref is compared with the envelope (snapshot-envelope.ts)
  const named = refsOfPlaintext(header.type, plaintext)
  if (named.length !== refs.length || named.some((id, index) => !id.equals(refs[index]!))) {
    throw new FormatError('record-damaged', `record ${header.chunkId.toString('hex')} names other children outside than inside`)
  }
}

function unpackPayload(payload: Buffer, header: RecordHeader): Buffer {
  const damage = (what: string) => new FormatError('record-damaged', `record ${header.chunkId.toString('hex')}: ${what}`)
  if (payload.length < payloadHeadBytes) throw damage('its payload is too short')
  const rawBytes = payload.readUInt32LE(0)
  const storedBytes = payload.readUInt32LE(4)
  if (rawBytes > rawRecordMaxBytes) throw new FormatError('limit-exceeded', `a record of ${rawBytes} raw bytes`)
  const end = payloadHeadBytes + storedBytes
  if (padme(end) !== payload.length) throw damage('its lengths do not agree')
  if (!payload.subarray(end).equals(zeros.subarray(0, payload.length - end))) throw damage('its padding is not zeros')
  const stored = payload.subarray(payloadHeadBytes, end)
  if (header.codec === codecs.zstd) {
    const raw = decompress(stored, rawBytes)
    releaseResult(payload)
    return raw
  }
  if (storedBytes !== rawBytes) throw damage('its lengths do not agree')
  return stored
}
