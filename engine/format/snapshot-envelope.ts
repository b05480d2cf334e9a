// The plain part of a snapshot file, readable without keys: enough to mark, to chain and to adopt.
//
// File: u32 envelope length · envelope · one record of type snapshot, whose refs are [root].
// Envelope: u8 version (1) · 32 root tree id · u64 seq (1 to 10^12 - 1) · u8 n, n bytes device id (ASCII) · i64 server time, ms ·
//           32 previous id (zeros: none)
// The record is sealed with the envelope (without its length) in front of the authenticated header.
// Snapshot id = SHA-256(envelope || SHA-256(record)).
// Name: snapshots/<device>/<seq, 12 digits>-<id>

import { createHash } from 'node:crypto'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, chunkIdBytes, type DeviceId, parseDeviceId, parseSnapshotId, type SnapshotId } from '../model/ids.ts'
import { formatVersion, snapshotEnvelopeMaxBytes, snapshotFileMaxBytes } from '../model/limits.ts'
import { recordTypes } from '../model/record-type.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { isBodyWhole, readHeader, readRefs, recordBytes } from './record-header.ts'

export interface SnapshotEnvelope {
  readonly root: ChunkId
  readonly seq: number
  readonly device: DeviceId
  /** When the box gave this seq, ms since 1970. */
  readonly serverTimeMs: number
  readonly previous: SnapshotId | undefined
}

export interface SnapshotFile {
  readonly id: SnapshotId
  readonly envelope: SnapshotEnvelope
  /** The envelope's own bytes: what the record's seal authenticates. */
  readonly envelopeBytes: Buffer
  readonly record: Buffer
}

const lengthBytes = 4
const seqDigits = 12
/** What the digits of a file name hold. */
const seqMax = 10 ** seqDigits - 1
const noPrevious = Buffer.alloc(32)

export function encodeEnvelope(envelope: SnapshotEnvelope): Buffer {
  if (!isSeq(envelope.seq)) throw new RangeError(`a version's number is 1 to ${seqMax}, not ${envelope.seq}`)
  const to = new ByteWriter(snapshotEnvelopeMaxBytes)
  to.u8(formatVersion)
  to.bytes(envelope.root)
  to.u64(BigInt(envelope.seq))
  to.u8(envelope.device.length)
  to.bytes(Buffer.from(envelope.device, 'latin1'))
  to.i64(BigInt(envelope.serverTimeMs))
  to.bytes(envelope.previous ? Buffer.from(envelope.previous, 'hex') : noPrevious)
  return Buffer.from(to.view())
}

export function encodeSnapshotFile(envelopeBytes: Buffer, record: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32LE(envelopeBytes.length)
  return Buffer.concat([length, envelopeBytes, record])
}

/**
 * Parses a snapshot file and checks all that can be checked without a key: lengths, checksums, type, refs = [root].
 * @throws FormatError `snapshot-damaged`, `record-damaged`, `unsupported-version`, `limit-exceeded`
 */
export function readSnapshotFile(file: Buffer): SnapshotFile {
  if (file.length > snapshotFileMaxBytes) throw new FormatError('limit-exceeded', `a snapshot file of ${file.length} bytes`)
  const outer = new ByteReader(file, 'snapshot-damaged')
  const envelopeLength = outer.u32()
  if (envelopeLength > snapshotEnvelopeMaxBytes)
    throw new FormatError('limit-exceeded', `a snapshot envelope of ${envelopeLength} bytes`)
  const envelopeBytes = outer.bytes(envelopeLength)
  const envelope = readEnvelope(envelopeBytes)
  const record = file.subarray(outer.position)
  const header = readHeader(record)
  if (header.type !== recordTypes.snapshot || recordBytes(header) !== record.length || !isBodyWhole(record, header)) {
    throw outer.damage('the record in a snapshot file is not whole')
  }
  const refs = readRefs(record, header)
  if (refs.length !== 1 || !refs[0]!.equals(envelope.root)) throw outer.damage('the envelope and the record name different roots')
  return { id: snapshotIdOf(envelopeBytes, record), envelope, envelopeBytes, record }
}

export function snapshotIdOf(envelopeBytes: Buffer, record: Buffer): SnapshotId {
  const recordHash = createHash('sha256').update(record).digest()
  return parseSnapshotId(createHash('sha256').update(envelopeBytes).update(recordHash).digest('hex'))
}

export function snapshotFileName(file: { device: DeviceId; seq: number; id: SnapshotId }): string {
  return `snapshots/${file.device}/${String(file.seq).padStart(seqDigits, '0')}-${file.id}`
}

/** The parts of a name under snapshots/, or undefined for a mark beside it (.gone, .pin, .bin, .note) and anything else. */
export function parseSnapshotFileName(name: string): { device: DeviceId; seq: number; id: SnapshotId } | undefined {
  const match = /^snapshots\/([A-Za-z0-9][A-Za-z0-9_-]{0,63})\/(\d{12})-([0-9a-f]{64})$/.exec(name)
  return match ? { device: match[1] as DeviceId, seq: Number(match[2]), id: match[3] as SnapshotId } : undefined
}

export function readEnvelope(bytes: Buffer): SnapshotEnvelope {
  const from = new ByteReader(bytes, 'snapshot-damaged')
  const version = from.u8()
  if (version !== formatVersion)
    throw new FormatError('unsupported-version', `a snapshot of format ${version}; this program reads ${formatVersion}`)
  const root = from.bytes(chunkIdBytes) as ChunkId
  const seq = safeNumber(from.u64(), from)
  if (!isSeq(seq)) throw from.damage(`the impossible version number ${seq}`)
  const device = readDevice(from)
  const serverTimeMs = safeNumber(from.i64(), from)
  const previous = from.bytes(32)
  from.end()
  return {
    root,
    seq,
    device,
    serverTimeMs,
    previous: previous.equals(noPrevious) ? undefined : parseSnapshotId(previous.toString('hex')),
  }
}

function isSeq(seq: number): boolean {
  return Number.isSafeInteger(seq) && seq >= 1 && seq <= seqMax
}

function readDevice(from: ByteReader): DeviceId {
  const text = from.bytes(from.u8()).toString('latin1')
  try {
    return parseDeviceId(text)
  } catch (cause) {
    throw new FormatError('snapshot-damaged', 'a snapshot names an impossible device', { cause })
  }
}

function safeNumber(value: bigint, from: ByteReader): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw from.damage('a number beyond 2^53')
  return number
}
