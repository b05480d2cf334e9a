/**
 * The worker's side of indexing packs anew: one tail read each, no key, no look at the records themselves. A pack whose trailer cannot
 * be read gives what its headers in place still name; a tree pack answers by its second copy where the first cannot.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import {
  chunkIdBytes,
  FormatError,
  type PackEntry,
  type PackIndex,
  type PackKind,
  packFootBytes,
  packHeadBytes,
  packMaxBytes,
  readPackFoot,
  readPackHead,
  readPackIndex,
  recordTypes,
  salvageRecords,
} from '../../engine/index.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'

export interface TrailersInput {
  readonly uid: Uint8Array
  readonly packs: readonly { readonly file: string; readonly twin: string }[]
}

/** What a pack file says of itself. */
export type ReadTrailer =
  | {
      readonly kind: 'read'
      readonly packKind: PackKind
      readonly sizeBytes: number
      readonly recordBytes: number
      /** Its records in the arrays, from where the pack before ends. */
      readonly records: number
      readonly modifiedMs: number
      /** Its trailer is lost: these are the records that could still be found. */
      readonly damage: string | undefined
      /** Of a tree pack: the copy that is not there, and can be made from the other. */
      readonly absentCopy: 'first' | 'twin' | undefined
      /** Of a tree pack: why the first copy could not say it. */
      readonly firstDamage: string | undefined
    }
  /** Nothing of this repository is in it. */
  | { readonly kind: 'foreign'; readonly why: string }
  /** The disk does not give it out. */
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'absent' }

export interface TrailersOutput {
  readonly trailers: readonly ReadTrailer[]
  /** 32 bytes for each record; the records of the packs follow each other. */
  readonly ids: Uint8Array<ArrayBuffer>
  readonly offsets: Uint32Array<ArrayBuffer>
  readonly lengths: Uint32Array<ArrayBuffer>
  readonly types: Uint8Array<ArrayBuffer>
}

export function readTrailers({ uid, packs }: TrailersInput): TaskAnswer<'read-trailers'> {
  const trailers: ReadTrailer[] = []
  const parts = packs.map(({ file, twin }) => {
    const { trailer, entries } = readEitherCopy({ file, twin, uid })
    trailers.push(trailer)
    // At once: objects for the records of many packs would not fit into a thread's memory.
    return pack(entries)
  })
  const output = { trailers, ...join(parts) }
  const { ids, offsets, lengths, types } = output
  return { output, transfer: [ids.buffer, offsets.buffer, lengths.buffer, types.buffer] }
}

interface FoundTrailer {
  readonly trailer: ReadTrailer
  readonly entries: readonly PackEntry[]
}

type Copies = { readonly file: string; readonly twin: string; readonly uid: Uint8Array }

function readEitherCopy({ file, twin, uid }: Copies): FoundTrailer {
  const first = readCopy(file, uid)
  if (first.trailer.kind === 'read' && first.trailer.damage === undefined) {
    const lacksTwin = first.trailer.packKind === 'tree' && !existsSync(twin)
    return lacksTwin ? { ...first, trailer: { ...first.trailer, absentCopy: 'twin' } } : first
  }
  const second = readCopy(twin, uid)
  const isSecondWhole = second.trailer.kind === 'read' && second.trailer.damage === undefined
  if (!isSecondWhole || second.trailer.kind !== 'read') return first.trailer.kind === 'absent' ? second : first
  return first.trailer.kind === 'absent'
    ? { ...second, trailer: { ...second.trailer, absentCopy: 'first' } }
    : { ...second, trailer: { ...second.trailer, firstDamage: damageOf(first.trailer) } }
}

function damageOf(trailer: ReadTrailer): string {
  if (trailer.kind === 'read') return trailer.damage ?? ''
  return trailer.kind === 'absent' ? 'it is not there' : trailer.why
}

function readCopy(path: string, uid: Uint8Array): FoundTrailer {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    return { trailer: fileFailure(error), entries: [] }
  }
  try {
    return readOpenPack(file, uid)
  } catch (error) {
    return { trailer: fileFailure(error), entries: [] }
  } finally {
    closeSync(file)
  }
}

/** Covers the trailer of nearly every pack of data. */
const tailGuessBytes = 16 * 1024

function readOpenPack(file: number, uid: Uint8Array): FoundTrailer {
  const { size: sizeBytes, mtimeMs } = fstatSync(file)
  const facts = { sizeBytes, modifiedMs: Math.floor(mtimeMs), absentCopy: undefined, firstDamage: undefined }
  try {
    const { kind: packKind, entries, uid: found } = readIndex(file, sizeBytes)
    if (!found.equals(uid)) return foreign('it is a pack of another repository')
    return { trailer: { kind: 'read', ...facts, packKind, ...sumOf(entries), damage: undefined }, entries }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const entries = sizeBytes <= packMaxBytes ? salvage(file, sizeBytes, uid) : []
    const [first] = entries
    if (first === undefined) return foreign(error.message)
    const packKind = first.header.type === recordTypes.data ? 'data' : 'tree'
    return { trailer: { kind: 'read', ...facts, packKind, ...sumOf(entries), damage: error.message }, entries }
  }
}

function sumOf(entries: readonly PackEntry[]): { readonly recordBytes: number; readonly records: number } {
  return { recordBytes: entries.reduce((sum, { length }) => sum + length, 0), records: entries.length }
}

function foreign(why: string): FoundTrailer {
  return { trailer: { kind: 'foreign', why }, entries: [] }
}

/** @throws FormatError */
function readIndex(file: number, sizeBytes: number): PackIndex {
  if (sizeBytes > packMaxBytes) throw new FormatError('limit-exceeded', `a pack of ${sizeBytes} bytes`)
  if (sizeBytes < packHeadBytes + packFootBytes) throw new FormatError('pack-damaged', 'a pack is cut off')
  let tail = readAt(file, Math.min(sizeBytes, tailGuessBytes), sizeBytes - Math.min(sizeBytes, tailGuessBytes))
  const foot = tail.subarray(tail.length - packFootBytes)
  const wanted = readPackFoot(foot).entriesBytes + packFootBytes
  if (wanted + packHeadBytes > sizeBytes)
    throw new FormatError('pack-damaged', 'a pack is damaged: its index is longer than the file')
  if (wanted > tail.length) tail = readAt(file, wanted, sizeBytes - wanted)
  const entries = tail.subarray(tail.length - wanted, tail.length - packFootBytes)
  return readPackIndex({ head: readAt(file, packHeadBytes, 0), entries, foot, fileBytes: sizeBytes })
}

/** Whole records in their places, each id once. None when the head says that the pack is another's. */
function salvage(file: number, sizeBytes: number, uid: Uint8Array): readonly PackEntry[] {
  const bytes = readAt(file, sizeBytes, 0)
  if (isOfAnother(bytes, uid)) return []
  const found = new Map<string, PackEntry>()
  for (const entry of salvageRecords(bytes)) found.set(entry.header.chunkId.toString('latin1'), entry)
  return [...found.values()]
}

function isOfAnother(bytes: Buffer, uid: Uint8Array): boolean {
  try {
    return !readPackHead(bytes).uid.equals(uid)
  } catch (error) {
    // The head is lost too: the records must speak for themselves.
    if (error instanceof FormatError) return false
    throw error
  }
}

/** @throws FormatError when the file ends before */
function readAt(file: number, length: number, position: number): Buffer {
  const target = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const count = readSync(file, target, done, length - done, position + done)
    if (count === 0) throw new FormatError('pack-damaged', 'a pack is cut off')
    done += count
  }
  return target
}

type RecordArrays = Omit<TrailersOutput, 'trailers'>

function pack(entries: readonly PackEntry[]): RecordArrays {
  const ids = new Uint8Array(entries.length * chunkIdBytes)
  const offsets = new Uint32Array(entries.length)
  const lengths = new Uint32Array(entries.length)
  const types = new Uint8Array(entries.length)
  for (const [index, { header, offset, length }] of entries.entries()) {
    ids.set(header.chunkId, index * chunkIdBytes)
    offsets[index] = offset
    lengths[index] = length
    types[index] = header.type
  }
  return { ids, offsets, lengths, types }
}

function join(parts: readonly RecordArrays[]): RecordArrays {
  const count = parts.reduce((sum, { types }) => sum + types.length, 0)
  const ids = new Uint8Array(count * chunkIdBytes)
  const offsets = new Uint32Array(count)
  const lengths = new Uint32Array(count)
  const types = new Uint8Array(count)
  let at = 0
  for (const part of parts) {
    ids.set(part.ids, at * chunkIdBytes)
    offsets.set(part.offsets, at)
    lengths.set(part.lengths, at)
    types.set(part.types, at)
    at += part.types.length
  }
  return { ids, offsets, lengths, types }
}

function fileFailure(error: unknown): ReadTrailer {
  if (!(error instanceof Error) || !('code' in error)) throw error
  return error.code === 'ENOENT' ? { kind: 'absent' } : { kind: 'unreadable', why: `it cannot be read (${String(error.code)})` }
}
