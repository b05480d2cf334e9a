/**
 * Files of a version, brought back together and each compared with a second reading. What is too large, has a name that the disk of the
 * box cannot hold, or finds no room on it, is only read twice, and said to be so.
 */
import {
  isLoss,
  openVersion,
  type PlaintextSource,
  plaintextSource,
  type RecordSource,
  type RepositorySecrets,
  type RestoreResult,
  restore,
} from '../../engine/index.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import { type Compared, compareFile } from './compare-file.ts'
import type { FileWay } from './drill.ts'
import { type PickedFile, readBytes } from './pick-files.ts'
import { readTwice } from './read-twice.ts'
import { failureKind, ScratchError } from './restore-failure.ts'
import type { Scratch } from './scratch.ts'

export interface FilesToProve {
  readonly version: Pick<Snapshot, 'root'>
  /** As an agent's restore gets them. */
  readonly records: RecordSource
  readonly secrets: RepositorySecrets
  /** The second reading: opened by other threads, from the disk each time. */
  readonly source: PlaintextSource
  readonly scratch: Scratch
  readonly signal: AbortSignal
  /** So many. */
  readonly randomBytes: (bytes: number) => Buffer
}

export interface ProvedFile extends Compared {
  readonly file: PickedFile
  readonly way: FileWay
  readonly isTimeCompared: boolean
}

export interface FilesProver {
  /** @throws ScratchError; the signal's reason; what a source fails with as a whole */
  readonly proveBatch: (index: number, batch: readonly PickedFile[]) => Promise<readonly ProvedFile[]>
  /** Because of it, files were not brought back. */
  readonly noRoom: () => VolumeError | undefined
}

export function createFilesProver(options: FilesToProve): FilesProver {
  const { scratch, signal } = options
  const version = openVersion(options.source, options.version.root)
  const asAgents = openVersion(plaintextSource(options.records, options.secrets), options.version.root)
  let noRoom: VolumeError | undefined

  const onlyRead = async (file: PickedFile): Promise<ProvedFile> => ({
    ...(await attempt(() => readTwice(file, { version, asAgents }))),
    ...{ file, way: 'read-twice', isTimeCompared: false },
  })

  const proveWhole = async (file: PickedFile, folder: string, back: RestoreResult): Promise<ProvedFile> => {
    const { path, entry } = file
    const isIt = (told: { readonly path: Buffer }) => told.path.equals(path) || told.path.equals(Buffer.concat([slash, path]))
    const failed = back.failed.find(isIt)
    const kind = failed && failureKind(failed.code)
    if (kind === 'name') return onlyRead(file)
    const isTimeCompared = !back.notSet.some((told) => told.what === 'time' && isIt(told))
    const compared = await attempt(async () => {
      if (failed === undefined) {
        const name = Buffer.concat([Buffer.from(folder), slash, entry.name])
        return compareFile(name, version.readFile(entry), { entry, isTimeSet: isTimeCompared })
      }
      if (kind === 'scratch') throw new ScratchError(failed.code)
      return notBack(file, failed.code)
    })
    return { ...compared, file, way: 'restored', isTimeCompared }
  }

  /** Read a second time all the same: that tells which records are lost. */
  const notBack = async ({ entry }: PickedFile, code: string): Promise<Compared> => {
    for await (const _ of version.readFile(entry));
    return { sha256: undefined, problem: `${code}: it could not be brought back` }
  }

  const bringBackAndProve = async (index: number, batch: readonly PickedFile[]): Promise<readonly ProvedFile[]> => {
    await scratch.demandRoom(batch.reduce((sum, file) => sum + readBytes(file), 0))
    const folder = await scratch.folderFor(index)
    try {
      const back = await bringBack(batch, folder, options)
      const proved: ProvedFile[] = []
      for (const file of batch) {
        signal.throwIfAborted()
        proved.push(await proveWhole(file, folder, back))
      }
      return proved
    } finally {
      await scratch.removeFolder(index)
    }
  }

  const readAll = async (batch: readonly PickedFile[]): Promise<readonly ProvedFile[]> => {
    const proved: ProvedFile[] = []
    for (const file of batch) {
      signal.throwIfAborted()
      proved.push(await onlyRead(file))
    }
    return proved
  }

  return {
    noRoom: () => noRoom,
    proveBatch: async (index, batch) => {
      if (batch.some(({ ranges }) => ranges !== undefined)) return readAll(batch)
      try {
        return await bringBackAndProve(index, batch)
      } catch (error) {
        if (!(error instanceof VolumeError) || error.fault !== 'full') throw error
        noRoom = error
        return readAll(batch)
      }
    },
  }
}

const slash = Buffer.from('/')

async function attempt(prove: () => Promise<Compared>): Promise<Compared> {
  try {
    return await prove()
  } catch (error) {
    if (!isLoss(error)) throw error
    return { sha256: undefined, problem: error.message }
  }
}

/** As an agent does it, each under its own name and with its time. */
async function bringBack(batch: readonly PickedFile[], folder: string, options: FilesToProve): Promise<RestoreResult> {
  const { records, secrets, version, signal, randomBytes } = options
  const result = await restore({
    records,
    secrets,
    root: version.root,
    selection: batch.map(({ path }) => path),
    destination: { kind: 'folder', path: Buffer.from(folder), strip: true },
    overwrite: 'never',
    verify: true,
    randomBytes,
    signal,
    threads: 1,
  })
  const { stopped } = result
  if (stopped?.code === 'ENOSPC' || stopped?.code === 'EDQUOT')
    throw new VolumeError('full', `The disk of the box is full: ${stopped.code}.`)
  if (stopped !== undefined) throw new ScratchError(stopped.code)
  return result
}

const batchMaxBytes = 64 * 1024 ** 2

/** Brought back together: each name once, so that they lie side by side, and no more than the scratch should hold at a time. */
export function batchesOf(files: readonly PickedFile[]): readonly (readonly PickedFile[])[] {
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
