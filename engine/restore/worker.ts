// A writing thread: opens sealed records, proves them and writes files, with calls that wait. Twice as cheap as promises.

import { ftruncateSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { deriveKeys } from '../crypto/keys.ts'
import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, parseChunkId } from '../model/ids.ts'
import { recordTypes } from '../model/record-type.ts'
import { directRuns } from '../repository/file-content.ts'
import { releaseResult } from '../system/release-piece.ts'
import { decodeFiles, type FileGroup } from './batch-codec.ts'
import { type FileToWrite, writeFile, writeFully } from './file-writer.ts'
import { Folders } from './folders.ts'
import { isTaken } from './give-name.ts'
import { SlabRecords } from './open-records.ts'
import { holdsBytes, holdsRun, readAt } from './proved-bytes.ts'
import { failureOf } from './restore-report.ts'
import { TemporaryNames } from './temporary-names.ts'
import {
  type Asked,
  type DataRun,
  type FileOutcome,
  type Piece,
  seedChanged,
  type ToWorker,
  type WorkerAnswer,
  type WorkerStart,
  type WriteOutcome,
} from './worker-protocol.ts'

const port = parentPort!
const start = workerData as WorkerStart
const keys = deriveKeys(start.secrets)
const folders = new Folders(
  start.roots.map((root) => ({ ...root, path: typeof root.path === 'string' ? root.path : Buffer.from(root.path) })),
)
const names = new TemporaryNames(start.temporaryPrefix, start.name)
const slabs = start.slabs.map((slab) => Buffer.from(slab))

port.on('message', ({ number, message }: Asked<ToWorker>) => {
  port.postMessage({ number, message: answer(message) } satisfies Asked<WorkerAnswer>)
  folders.trim()
})

function answer(message: ToWorker): WorkerAnswer {
  switch (message.kind) {
    case 'write':
      return write(message)
    case 'compare': {
      const isSame = message.runs.map((run) => (holdsRun(message.fd, run, keys) ? 1 : 0))
      return { kind: 'compared', isSame: Uint8Array.from(isSame) }
    }
    case 'copy':
      return { kind: 'copied', failure: attempt(() => copyRuns(message.from, message.to, message.runs)) }
    default:
      return message satisfies never
  }
}

function write(message: Extract<ToWorker, { kind: 'write' }>): WriteOutcome {
  const records = new SlabRecords(slabs[message.slab]!, message.offsets, keys)
  const files: FileOutcome[] = []
  let index = 0
  for (const group of decodeFiles(message.files)) {
    writeGroup(group, records, (offset, outcome) => {
      if (outcome) files.push({ ...outcome, index: index + offset })
    })
    index += group.length
  }
  const pieces = message.pieces.flatMap((piece, at) => {
    const failure = attempt(() => writePiece(piece, records))
    return failure ? [{ index: at, failure }] : []
  })
  return { kind: 'written', files, pieces }
}

interface Part {
  readonly at: number
  readonly bytes: Buffer
}

function writeGroup(
  group: FileGroup,
  records: SlabRecords,
  report: (offset: number, outcome: FileOutcome | undefined) => void,
): void {
  const [first] = group
  // Files with the same bytes are written from the same opened records; a single one as they open, so that few are in memory.
  let parts: Iterable<Part>
  try {
    const opened = partsOf(first!.entry, records)
    parts = group.length > 1 ? [...opened] : usedUp(opened)
  } catch (error) {
    const failure = failureOf(error)
    for (const offset of group.keys()) report(offset, { kind: 'failed', index: 0, failure })
    return
  }
  for (const [offset, file] of group.entries()) report(offset, writeOne(file, parts))
}

function writeOne(file: FileToWrite, parts: Iterable<Part>): FileOutcome | undefined {
  try {
    const { notSet, touched } = writeFile(folders, names, file, (fd) => fill(fd, file.entry, parts))
    return notSet.length > 0 || touched ? { kind: 'noted', index: 0, notSet, touched } : undefined
  } catch (error) {
    return isTaken(error, file.over) ? { kind: 'taken', index: 0 } : { kind: 'failed', index: 0, failure: failureOf(error) }
  }
}

function fill(fd: number, entry: FileEntry | HardlinkEntry, parts: Iterable<Part>): void {
  let end = 0
  for (const part of parts) {
    writeFully(fd, part.bytes, part.at)
    end = part.at + part.bytes.length
    if (start.verify) expectBytes(fd, part)
  }
  if (end !== entry.size) ftruncateSync(fd, entry.size) // it ends with a hole
}

/** Gives the memory of each part back once it is written. */
function* usedUp(parts: Iterable<Part>): Generator<Part> {
  for (const part of parts) {
    yield part
    releaseResult(part.bytes)
  }
}

function* partsOf(entry: FileEntry | HardlinkEntry, records: SlabRecords): Generator<Part> {
  const { content, size } = entry
  if (content.kind === 'list') throw new FormatError('tree-damaged', 'a list of chunks where chunks were expected')
  for (const run of directRuns(content, size)) {
    if (run.kind === 'inline') yield { at: run.at, bytes: run.bytes }
    if (run.kind === 'data') yield { at: run.at, bytes: records.open(run.id, run.length) }
  }
}

function writePiece(piece: Piece, records: SlabRecords): void {
  for (const run of piece.runs) {
    const bytes = records.open(idOf(run), run.length)
    writeFully(piece.fd, bytes, run.at)
    if (start.verify) expectBytes(piece.fd, { at: run.at, bytes })
    releaseResult(bytes)
  }
}

function copyRuns(from: number, to: number, runs: readonly DataRun[]): void {
  for (const run of runs) {
    const bytes = readAt(from, run.at, run.length)
    if (!keys.chunkId(recordTypes.data, bytes).equals(run.id))
      throw Object.assign(new Error('the existing file changed while it was used'), { code: seedChanged })
    writeFully(to, bytes, run.at)
    if (start.verify) expectBytes(to, { at: run.at, bytes })
  }
}

/** The bytes were proved against their id when they were opened: what reads back the same has that id, too. */
function expectBytes(fd: number, { at, bytes }: Part): void {
  if (!holdsBytes(fd, at, bytes))
    throw Object.assign(new Error('what was written does not read back the same'), { code: 'verify-failed' })
}

function idOf(run: DataRun): ChunkId {
  return parseChunkId(run.id)
}

function attempt(work: () => void) {
  try {
    work()
    return undefined
  } catch (error) {
    return failureOf(error)
  }
}
