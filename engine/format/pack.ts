// Packs: write-once files of sealed records with an index at the end.
//
//   32-byte head:    0 8 magic "HFPACK1\n" · 8 1 version (1) · 9 1 kind (0 data, 1 tree) · 10 6 zero · 16 16 repository uid
//   records          back to back, at least one; data records in a data pack, trees and lists in a tree pack; no id twice
//   trailer entries  one for each record: 92-byte header, u32 offset in the file, refs
//   48-byte foot:    0 4 number of records · 4 4 bytes of the entries · 8 32 SHA-256 of the entries · 40 8 magic "HFPKEND\n"
//
// One read of the tail indexes a pack. The headers in place remain for salvage when the tail is gone.

import { createHash } from 'node:crypto'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkIdBytes, chunkKey, type RepositoryUid, repositoryUidBytes } from '../model/ids.ts'
import { formatVersion, packMaxBytes, packMaxRecords } from '../model/limits.ts'
import { type RecordType, recordTypes } from '../model/record-type.ts'
import { type RecordHeader, readHeader, recordBytes, recordHeaderBytes } from './record-header.ts'

export const packKinds = { data: 0, tree: 1 } as const
export type PackKind = keyof typeof packKinds

export const packHeadBytes = 32
export const packFootBytes = 48
const entryFixedBytes = recordHeaderBytes + 4
const reservedHeadBytes = Buffer.alloc(6)
/** A mark reads the trailers of tree packs only: a tree elsewhere would name children that nobody counts. */
const typesOfKind: Readonly<Record<PackKind, readonly RecordType[]>> = {
  data: [recordTypes.data],
  tree: [recordTypes.tree, recordTypes.list],
}
const headMagic = Buffer.from('HFPACK1\n', 'latin1')
const footMagic = Buffer.from('HFPKEND\n', 'latin1')

export interface PackEntry {
  readonly header: RecordHeader
  /** Of the record in the pack file, bytes. */
  readonly offset: number
  /** Of the whole record, bytes. */
  readonly length: number
  readonly refs: readonly ChunkId[]
}

export interface PackIndex {
  readonly uid: RepositoryUid
  readonly kind: PackKind
  readonly entries: readonly PackEntry[]
}

export function writePackHead(target: Buffer, uid: Buffer, kind: PackKind): number {
  target.set(headMagic, 0)
  target[8] = formatVersion
  target[9] = packKinds[kind]
  target.fill(0, 10, 16)
  target.set(uid, 16)
  return packHeadBytes
}

/** Bytes that a record adds to the trailer. */
export function trailerEntryBytes(refsCount: number): number {
  return entryFixedBytes + refsCount * chunkIdBytes
}

/** Writes trailer and foot at `at` for the records at `offsets`, by copying their headers and refs. Returns the file's length. */
export function writePackTrailer(target: Buffer, at: number, offsets: readonly number[]): number {
  let end = at
  for (const offset of offsets) {
    const refsBytes = target.readUInt32LE(offset + 12) * chunkIdBytes
    target.copyWithin(end, offset, offset + recordHeaderBytes)
    target.writeUInt32LE(offset, end + recordHeaderBytes)
    target.copyWithin(end + entryFixedBytes, offset + recordHeaderBytes, offset + recordHeaderBytes + refsBytes)
    end += entryFixedBytes + refsBytes
  }
  const entries = target.subarray(at, end)
  target.writeUInt32LE(offsets.length, end)
  target.writeUInt32LE(entries.length, end + 4)
  target.set(createHash('sha256').update(entries).digest(), end + 8)
  target.set(footMagic, end + 40)
  return end + packFootBytes
}

export interface PackFoot {
  readonly records: number
  readonly entriesBytes: number
  readonly entriesSha256: Buffer
}

/** The last 48 bytes of a pack. */
export function readPackFoot(foot: Buffer): PackFoot {
  if (foot.length !== packFootBytes || !foot.subarray(40).equals(footMagic)) throw damage('it does not end as a pack does')
  const records = foot.readUInt32LE(0)
  const entriesBytes = foot.readUInt32LE(4)
  if (records > packMaxRecords || entriesBytes > packMaxBytes)
    throw new FormatError('limit-exceeded', 'a pack names more records than a pack may hold')
  return { records, entriesBytes, entriesSha256: foot.subarray(8, 40) }
}

/**
 * The index of a pack from its head (32 bytes), its trailer entries and its foot, with every bound checked against the file's size.
 * @throws FormatError `pack-damaged`, `unsupported-version`, `limit-exceeded`
 */
export function readPackIndex(parts: { head: Buffer; entries: Buffer; foot: Buffer; fileBytes: number }): PackIndex {
  const { head, entries, fileBytes } = parts
  const { uid, kind } = readPackHead(head)
  const foot = readPackFoot(parts.foot)
  if (fileBytes > packMaxBytes) throw new FormatError('limit-exceeded', `a pack of ${fileBytes} bytes`)
  if (entries.length !== foot.entriesBytes || !createHash('sha256').update(entries).digest().equals(foot.entriesSha256)) {
    throw damage('its index does not match its checksum')
  }
  const recordsEnd = fileBytes - packFootBytes - entries.length
  const list: PackEntry[] = []
  const ids = new Set<ChunkKey>()
  let at = 0
  let expectedOffset = packHeadBytes
  while (at < entries.length) {
    const entry = readTrailerEntry(entries, at)
    if (entry.offset !== expectedOffset) throw damage('its records do not lie back to back')
    if (!typesOfKind[kind].includes(entry.header.type)) throw damage(`a record of type ${entry.header.type} in a ${kind} pack`)
    expectedOffset += entry.length
    at += trailerEntryBytes(entry.refs.length)
    list.push(entry)
    ids.add(chunkKey(entry.header.chunkId))
    if (ids.size !== list.length) throw damage('it holds two records of one id')
    if (list.length > foot.records || expectedOffset > recordsEnd) break
  }
  if (list.length === 0) throw damage('it holds no record')
  if (list.length !== foot.records || expectedOffset !== recordsEnd) throw damage('its index and its size do not agree')
  return { uid, kind, entries: list }
}

/** The index of a pack that is wholly in memory. */
export function readWholePackIndex(pack: Buffer): PackIndex {
  if (pack.length < packHeadBytes + packFootBytes) throw damage('it is too short')
  const foot = pack.subarray(pack.length - packFootBytes)
  const { entriesBytes } = readPackFoot(foot)
  const entriesAt = pack.length - packFootBytes - entriesBytes
  if (entriesAt < packHeadBytes) throw damage('its index is longer than the file')
  return readPackIndex({
    head: pack.subarray(0, packHeadBytes),
    entries: pack.subarray(entriesAt, pack.length - packFootBytes),
    foot,
    fileBytes: pack.length,
  })
}

export function readPackHead(head: Buffer): { uid: RepositoryUid; kind: PackKind } {
  if (head.length < packHeadBytes || !head.subarray(0, 8).equals(headMagic)) throw damage('it does not begin as a pack does')
  if (head[8] !== formatVersion)
    throw new FormatError('unsupported-version', `a pack of format ${head[8]}; this program reads ${formatVersion}`)
  const kind = head[9] === packKinds.data ? 'data' : head[9] === packKinds.tree ? 'tree' : undefined
  if (!kind) throw damage(`it is of the unknown kind ${head[9]}`)
  if (!head.subarray(10, 16).equals(reservedHeadBytes)) throw damage('its head has bytes that format 1 does not know')
  return { uid: head.subarray(16, 16 + repositoryUidBytes) as RepositoryUid, kind }
}

function readTrailerEntry(entries: Buffer, at: number): PackEntry {
  const header = readHeader(entries, at)
  if (at + trailerEntryBytes(header.refsCount) > entries.length) throw damage('its index is cut off')
  const offset = entries.readUInt32LE(at + recordHeaderBytes)
  return { header, offset, length: recordBytes(header), refs: readIds(entries, at + entryFixedBytes, header.refsCount) }
}

function readIds(bytes: Buffer, at: number, count: number): ChunkId[] {
  return Array.from(
    { length: count },
    (_, index) => bytes.subarray(at + index * chunkIdBytes, at + (index + 1) * chunkIdBytes) as ChunkId,
  )
}

function damage(what: string): FormatError {
  return new FormatError('pack-damaged', `a pack is damaged: ${what}`)
}
