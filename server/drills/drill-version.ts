/**
 * One version, proved as far as a drill goes: every folder of it is read, and some of its files are brought back and compared. What
 * cannot be read is named and costs nothing else.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ChunkId,
  type ChunkKey,
  chunkIdOfKey,
  chunkKey,
  FormatError,
  MissingChunksError,
  openVersion,
  type PlaintextSource,
  type RecordSource,
  type RepositorySecrets,
  type RestoreResult,
  restore,
  textOfBytes,
  type Version,
} from '../../engine/index.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import { type Compared, compareFile } from './compare-file.ts'
import type { DrilledFile, DrilledVersion } from './drill.ts'
import { createFilePicker, type PickedFile, readBytes } from './pick-files.ts'
import { type Scratch, writePieces } from './scratch.ts'

export interface VersionToDrill {
  readonly version: Snapshot
  /** As an agent's restore gets them. */
  readonly records: RecordSource
  readonly secrets: RepositorySecrets
  /** The second reading: opened by other threads, from the disk each time. */
  readonly source: PlaintextSource
  readonly scratch: Scratch
  readonly seed: number
  readonly budgetBytes: number
  /** Waits while others need the machine. */
  readonly pause: () => Promise<void>
  readonly onBytes: (bytes: number) => void
  readonly signal: AbortSignal
}

export interface DrilledResult {
  readonly drilled: DrilledVersion
  readonly bytes: number
  readonly damaged: number
  /** What no copy of opens, as far as it was met. */
  readonly lostIds: readonly ChunkId[]
}

const maxLostListed = 100
const noPath = Buffer.alloc(0)

/** @throws VolumeError `full`; the signal's reason; what the source of records fails with as a whole */
export async function drillVersion(drill: VersionToDrill): Promise<DrilledResult> {
  const { version, signal } = drill
  const lostIds = new Set<ChunkKey>()
  const source = watchedSource(drill.source, lostIds)
  const opened = openVersion(source, version.root)
  const picker = createFilePicker(drill.seed)
  const lost: DrilledVersion['lost'][number][] = []
  let lostCount = 0
  const onLost = ({ path, error }: { readonly path: Buffer; readonly error: Error }) => {
    lostCount += 1
    if (lost.length < maxLostListed) lost.push({ path: textOfBytes(path), why: error.message })
  }
  for await (const walked of opened.walk(noPath, { onLost })) {
    signal.throwIfAborted()
    picker.see(walked)
  }
  const files: DrilledFile[] = []
  let bytes = 0
  for (const [index, batch] of batchesOf(picker.picked(drill.budgetBytes)).entries()) {
    signal.throwIfAborted()
    await drill.pause()
    for (const { file, compared } of await proveBatch(index, batch, opened, drill)) {
      files.push(drilledFile(file, compared))
      if (compared.problem === undefined) bytes += readBytes(file)
      drill.onBytes(readBytes(file))
    }
  }
  const { id, job, receivedAt } = version
  return {
    drilled: { version: id, job, receivedAt, entries: picker.entries(), files, lost },
    bytes,
    damaged: lostCount + files.filter(({ problem }) => problem !== undefined).length,
    lostIds: [...lostIds].map(chunkIdOfKey),
  }
}

/** Brought back together: each name once, so that they lie side by side, and no more than the scratch should hold at a time. */
function batchesOf(files: readonly PickedFile[]): readonly (readonly PickedFile[])[] {
  const batches: PickedFile[][] = []
  for (const file of files) {
    const fits = (batch: readonly PickedFile[]) =>
      file.ranges === undefined &&
      batch.every(({ entry, ranges }) => ranges === undefined && !entry.name.equals(file.entry.name)) &&
      batch.reduce((sum, one) => sum + readBytes(one), readBytes(file)) <= batchMaxBytes
    const batch = batches.find(fits)
    if (batch === undefined) batches.push([file])
    else batch.push(file)
  }
  return batches
}

const batchMaxBytes = 64 * 1024 ** 2

interface Proved {
  readonly file: PickedFile
  readonly compared: Compared
}

async function proveBatch(
  index: number,
  batch: readonly PickedFile[],
  version: Version,
  drill: VersionToDrill,
): Promise<readonly Proved[]> {
  const { scratch, signal } = drill
  await scratch.demandRoom(batch.reduce((sum, file) => sum + readBytes(file), 0))
  const folder = await scratch.folderFor(index)
  try {
    const [first] = batch
    if (first?.ranges !== undefined) return [{ file: first, compared: await attempt(() => proveRanges(first, folder, version)) }]
    const back = await bringBack(batch, folder, drill)
    const proved: Proved[] = []
    for (const file of batch) {
      signal.throwIfAborted()
      proved.push({ file, compared: await attempt(() => proveWhole(file, folder, version, back)) })
    }
    return proved
  } finally {
    await scratch.removeFolder(index)
  }
}

async function attempt(prove: () => Promise<Compared>): Promise<Compared> {
  try {
    return await prove()
  } catch (error) {
    if (!isLoss(error)) throw error
    return { sha256: undefined, problem: error.message }
  }
}

/** As an agent does it, each under its own name and with its time. */
async function bringBack(batch: readonly PickedFile[], folder: string, drill: VersionToDrill): Promise<RestoreResult> {
  const { records, secrets, signal } = drill
  const result = await restore({
    records,
    secrets,
    root: drill.version.root,
    selection: batch.map(({ path }) => path),
    destination: { kind: 'folder', path: Buffer.from(folder), strip: true },
    overwrite: 'never',
    verify: true,
    randomBytes,
    signal,
    threads: 1,
  })
  if (result.stopped !== undefined) throw new VolumeError('full', `The disk of the box is full: ${result.stopped.code}.`)
  return result
}

async function proveWhole({ path, entry }: PickedFile, folder: string, version: Version, back: RestoreResult): Promise<Compared> {
  const isIt = (told: { readonly path: Buffer }) => told.path.equals(path) || told.path.equals(Buffer.concat([slash, path]))
  const failed = back.failed.find(isIt)
  // A name that the computer's disk can hold and the box's cannot says nothing about the file: its bytes are compared under another.
  if (failed !== undefined && ofThisDisk.test(failed.code))
    return proveRanges({ entry, ranges: [{ start: 0, end: entry.size }] }, folder, version)
  if (failed !== undefined) {
    // Read a second time all the same: that tells which records are lost.
    for await (const _ of version.readFile(entry));
    return { sha256: undefined, problem: `${failed.code}: it could not be brought back` }
  }
  const isTimeSet = !back.notSet.some((told) => told.what === 'time' && isIt(told))
  const name = Buffer.concat([Buffer.from(folder), slash, entry.name])
  return compareFile(name, version.readFile(entry), { entry, isTimeSet })
}

const slash = Buffer.from('/')
/** What the system says, or the engine of a name that no folder here may hold. */
const ofThisDisk = /^(?:E[A-Z0-9]+|unsafe-name)$/

/** Too large to be brought back whole: some of it, and the same again. */
async function proveRanges(
  { entry, ranges = [] }: Pick<PickedFile, 'entry' | 'ranges'>,
  folder: string,
  version: Version,
): Promise<Compared> {
  async function* pieces() {
    for (const range of ranges) yield* version.readFile(entry, range)
  }
  // Beside files that were brought back, whatever they are called.
  const own = await mkdtemp(join(folder, 'bytes-'))
  const path = join(own, 'bytes')
  await writePieces(path, pieces())
  return compareFile(Buffer.from(path), pieces(), { entry: undefined, isTimeSet: false })
}

function drilledFile({ path, entry, why, ranges }: PickedFile, { sha256, problem }: Compared): DrilledFile {
  return { path: textOfBytes(path), why, sizeBytes: entry.size, ranges, sha256, problem }
}

/** The same source; of what it cannot give, it is noted which records it was. */
function watchedSource(source: PlaintextSource, lost: Set<ChunkKey>): PlaintextSource {
  const noteLost = async (id: ChunkId) => {
    try {
      await source.readPlaintexts([id])
    } catch (error) {
      if (!isLoss(error)) throw error
      lost.add(chunkKey(id))
    }
  }
  return {
    readPlaintexts: async (ids) => {
      try {
        return await source.readPlaintexts(ids)
      } catch (error) {
        if (isLoss(error) && lost.size < maxLostIds) for (const id of ids) await noteLost(id)
        throw error
      }
    },
  }
}

/** Enough to find the packs that they lie in. */
const maxLostIds = 1000

function isLoss(error: unknown): error is Error {
  return error instanceof FormatError || error instanceof MissingChunksError
}
