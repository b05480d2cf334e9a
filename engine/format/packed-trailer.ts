// A pack's trailer as one buffer, read in place: for whoever goes through millions of refs and cannot afford an object for each.

import { createHash } from 'node:crypto'
import { FormatError } from '../model/errors.ts'
import { type ChunkKey, chunkIdBytes, chunkKey, type RepositoryUid } from '../model/ids.ts'
import { type PackKind, packHeadBytes, readPackFoot, readPackHead, trailerEntryBytes } from './pack.ts'
import { readHeader, recordBytes, recordHeaderBytes } from './record-header.ts'

const chunkIdAt = 20
const refsCountAt = 12
const refsAt = recordHeaderBytes + 4

export class PackedTrailer {
  readonly uid: RepositoryUid
  readonly kind: PackKind
  private readonly entries: Buffer
  /** Where each record's entry begins. */
  private readonly starts: readonly number[]
  private byId: Map<ChunkKey, number> | undefined

  /**
   * Believes the entries as far as their checksum covers them; `fileBytes` is not compared with the records.
   * @throws FormatError `pack-damaged`, `unsupported-version`, `limit-exceeded`
   */
  constructor(parts: { readonly head: Buffer; readonly entries: Buffer; readonly foot: Buffer }) {
    const { uid, kind } = readPackHead(parts.head)
    const foot = readPackFoot(parts.foot)
    const sha256 = createHash('sha256').update(parts.entries).digest()
    if (parts.entries.length !== foot.entriesBytes || !sha256.equals(foot.entriesSha256))
      throw new FormatError('pack-damaged', 'a pack is damaged: its index does not match its checksum')
    this.uid = uid
    this.kind = kind
    this.entries = parts.entries
    this.starts = startsOf(parts.entries)
    if (this.starts.length !== foot.records)
      throw new FormatError('pack-damaged', 'a pack is damaged: its index and its foot do not agree')
  }

  get records(): number {
    return this.starts.length
  }

  /** Id and, from the first to the last, refs: views, each id of 32 bytes. */
  idOf(record: number): Buffer {
    const at = this.starts[record]! + chunkIdAt
    return this.entries.subarray(at, at + chunkIdBytes)
  }

  refsOf(record: number): Buffer {
    const start = this.starts[record]!
    const count = this.entries.readUInt32LE(start + refsCountAt)
    return this.entries.subarray(start + refsAt, start + refsAt + count * chunkIdBytes)
  }

  /** Of the record in the pack file. */
  placeOf(record: number): { readonly offset: number; readonly length: number } {
    const start = this.starts[record]!
    const header = readHeader(this.entries, start)
    return { offset: this.entries.readUInt32LE(start + recordHeaderBytes), length: recordBytes(header) }
  }

  /** The header as the trailer repeats it: what the record in its place must begin with. */
  headerOf(record: number): Buffer {
    const start = this.starts[record]!
    return this.entries.subarray(start, start + recordHeaderBytes)
  }

  find(id: Uint8Array): number | undefined {
    this.byId ??= new Map(this.starts.map((_, record) => [chunkKey(this.idOf(record)), record]))
    return this.byId.get(chunkKey(id))
  }
}

function startsOf(entries: Buffer): readonly number[] {
  const starts: number[] = []
  for (let at = 0; at < entries.length; ) {
    if (at + refsAt > entries.length) throw new FormatError('pack-damaged', 'a pack is damaged: its index is cut off')
    starts.push(at)
    at += trailerEntryBytes(entries.readUInt32LE(at + refsCountAt))
    if (at > entries.length) throw new FormatError('pack-damaged', 'a pack is damaged: its index is cut off')
  }
  return starts
}

/** Where the entries lie in a file, by its foot. @throws FormatError `pack-damaged` when it is too short for them */
export function trailerRange(foot: Buffer, fileBytes: number): { readonly offset: number; readonly length: number } {
  const { entriesBytes } = readPackFoot(foot)
  const offset = fileBytes - foot.length - entriesBytes
  if (offset < packHeadBytes) throw new FormatError('pack-damaged', 'a pack is damaged: its index is longer than the file')
  return { offset, length: entriesBytes }
}
