/**
 * The worker's side of a check: one pack file, or one of the two copies of a tree pack. Read in order, a few MiB at a time into one
 * reused buffer. With the data every byte of the file is covered: the head by its fields, each record by its trailer entry, its CRC
 * and, with the keys, its seal and id; the trailer by its SHA-256.
 */
import { createHash } from 'node:crypto'
import {
  chunkIdBytes,
  FormatError,
  isBodyWhole,
  type PackIndex,
  type PackKind,
  packFootBytes,
  packHeadBytes,
  packMaxBytes,
  proveRecord,
  type RepositoryKeys,
  type RepositorySecrets,
  readHeader,
  readPackFoot,
  readPackIndex,
  recordHeaderBytes,
  releaseResult,
  salvageRecords,
} from '../../engine/index.ts'
import { workerKeys } from '../plaintexts/worker-keys.ts'
import type { TaskAnswer } from '../worker-pool/tasks.ts'
import { PackFile, runBytes } from './pack-file.ts'
import { type PackedRecords, RecordList } from './packed-records.ts'

export interface CheckPackInput {
  /** Undefined: the keys are not there, CRCs must do. */
  readonly secrets: RepositorySecrets | undefined
  readonly uid: Uint8Array
  readonly file: string
  readonly kind: PackKind
  readonly isDataRead: boolean
}

export interface RecordDamage {
  readonly chunkId: Uint8Array
  readonly offset: number
  readonly why: string
}

export type CheckPackOutput =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | {
      readonly kind: 'read'
      readonly sizeBytes: number
      /** Of the file as a whole; its records may all be fine. */
      readonly damage: string | undefined
      readonly damagedRecords: readonly RecordDamage[]
      readonly records: PackedRecords
      /** SHA-256 of a file with damaged records, hexadecimal: the pack's id when its sender sent them so. */
      readonly fileHash: string | undefined
    }

export function checkPack(input: CheckPackInput): TaskAnswer<'check-pack'> {
  try {
    using file = new PackFile(input.file)
    const output = checkOpenPack(file, input)
    return { output, transfer: transferOf(output.records) }
  } catch (error) {
    return { output: fileFailure(error) }
  }
}

type ReadOutput = Extract<CheckPackOutput, { readonly kind: 'read' }>

/** Between header and refs in a trailer entry. */
const offsetBytes = 4

function checkOpenPack(file: PackFile, input: CheckPackInput): ReadOutput {
  const { sizeBytes } = file
  const keys = input.secrets && workerKeys(input.secrets)
  try {
    const { index, entries } = readIndex(file)
    checkHead(index, file, input)
    const checked = checkRecords(file, { index, entries, keys, input })
    const fileHash = checked.damagedRecords.length === 0 ? undefined : hashOf(file)
    return { kind: 'read', sizeBytes, damage: undefined, ...checked, fileHash }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const records = salvage(file, keys)
    return { kind: 'read', sizeBytes, damage: error.message, damagedRecords: [], records, fileHash: undefined }
  }
}

function hashOf(file: PackFile): string {
  const hash = createHash('sha256')
  for (let at = 0; at < file.sizeBytes; at += runBytes) hash.update(file.run(at, Math.min(runBytes, file.sizeBytes - at)))
  return hash.digest('hex')
}

function readIndex(file: PackFile): { readonly index: PackIndex; readonly entries: Buffer } {
  const { sizeBytes } = file
  if (sizeBytes > packMaxBytes) throw new FormatError('limit-exceeded', `a pack of ${sizeBytes} bytes`)
  if (sizeBytes < packHeadBytes + packFootBytes) throw new FormatError('pack-damaged', 'a pack is cut off')
  const foot = file.part(sizeBytes - packFootBytes, packFootBytes)
  const { entriesBytes } = readPackFoot(foot)
  const entriesAt = sizeBytes - packFootBytes - entriesBytes
  if (entriesAt < packHeadBytes) throw new FormatError('pack-damaged', 'a pack is damaged: its index is longer than the file')
  const head = file.part(0, packHeadBytes)
  const entries = file.part(entriesAt, entriesBytes)
  return { index: readPackIndex({ head, entries, foot, fileBytes: sizeBytes }), entries }
}

function checkHead(index: PackIndex, file: PackFile, { uid, kind }: CheckPackInput): void {
  if (!index.uid.equals(uid)) throw new FormatError('wrong-repository', 'the pack is of another repository')
  if (index.kind !== kind) throw new FormatError('pack-damaged', `the pack is one of ${index.kind}, not of ${kind}`)
  const head = file.part(0, packHeadBytes)
  if (head.subarray(10, 16).some((byte) => byte !== 0)) throw new FormatError('pack-damaged', 'a pack is damaged: its head')
}

function checkRecords(
  file: PackFile,
  pack: {
    readonly index: PackIndex
    readonly entries: Buffer
    readonly keys: RepositoryKeys | undefined
    readonly input: CheckPackInput
  },
): Pick<ReadOutput, 'damagedRecords' | 'records'> {
  const { index, entries, keys, input } = pack
  const damagedRecords: RecordDamage[] = []
  const records = new RecordList()
  let run: FileRun = { at: 0, bytes: Buffer.alloc(0) }
  let entryAt = 0
  for (const [number, entry] of index.entries.entries()) {
    const { offset, length, header, refs } = entry
    let why: string | undefined
    if (input.isDataRead) {
      if (offset + length > run.at + run.bytes.length) run = readRun(file, index, number)
      const record = run.bytes.subarray(offset - run.at, offset - run.at + length)
      why = findDamage(record, entries.subarray(entryAt), refs.length, keys)
    }
    if (why !== undefined) damagedRecords.push({ chunkId: Uint8Array.from(header.chunkId), offset, why })
    records.add(entry, why === undefined)
    entryAt += recordHeaderBytes + offsetBytes + refs.length * chunkIdBytes
  }
  return { damagedRecords, records: records.finish() }
}

interface FileRun {
  readonly at: number
  readonly bytes: Buffer
}

/** As many whole records as fit, from this one on; a record that is larger comes alone. */
function readRun(file: PackFile, { entries }: PackIndex, first: number): FileRun {
  const at = entries[first]!.offset
  let end = at + entries[first]!.length
  for (let next = first + 1; next < entries.length; next += 1) {
    const { offset, length } = entries[next]!
    if (offset + length - at > runBytes) break
    end = offset + length
  }
  return { at, bytes: file.run(at, end - at) }
}

/** What is wrong with a record in its place; the trailer must repeat its header and refs. */
function findDamage(record: Buffer, entry: Buffer, refs: number, keys: RepositoryKeys | undefined): string | undefined {
  const refsBytes = refs * chunkIdBytes
  const refsAt = recordHeaderBytes + offsetBytes
  const isNamed =
    record.subarray(0, recordHeaderBytes).equals(entry.subarray(0, recordHeaderBytes)) &&
    record.subarray(recordHeaderBytes, recordHeaderBytes + refsBytes).equals(entry.subarray(refsAt, refsAt + refsBytes))
  if (!isNamed) return 'its header is not the one that the trailer repeats'
  try {
    if (keys !== undefined) prove(record, keys)
    else if (!isBodyWhole(record, readHeader(record))) return 'it does not match its checksum'
    return undefined
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
}

/** What opens is looked at by nobody: its memory goes back at once. */
function prove(record: Buffer, keys: RepositoryKeys): void {
  releaseResult(proveRecord(record, keys).plaintext)
}

/** The trailer is no help: what can be found by the headers in place is still there. */
function salvage(file: PackFile, keys: RepositoryKeys | undefined): PackedRecords {
  const bytes = file.part(0, Math.min(file.sizeBytes, packMaxBytes))
  const records = new RecordList()
  for (const entry of salvageRecords(bytes)) {
    const record = bytes.subarray(entry.offset, entry.offset + entry.length)
    if (keys === undefined || isProven(record, keys)) records.add(entry, true)
  }
  return records.finish()
}

function isProven(record: Buffer, keys: RepositoryKeys): boolean {
  try {
    prove(record, keys)
    return true
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

function transferOf({ ids, types, whole, offsets, lengths, refCounts, refs }: PackedRecords): readonly ArrayBuffer[] {
  return [ids, types, whole, offsets, lengths, refCounts, refs].map(({ buffer: bytes }) => bytes)
}

function fileFailure(error: unknown): CheckPackOutput {
  if (!(error instanceof Error) || !('code' in error)) throw error
  return error.code === 'ENOENT' ? { kind: 'absent' } : { kind: 'unreadable', why: `it cannot be read (${String(error.code)})` }
}
