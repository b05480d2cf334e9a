/**
 * One version, proved as far as a drill goes: every folder of it is read, and some of its files are brought back and compared. What
 * cannot be read is named and costs nothing else.
 */
import { bytesOfText, type ChunkId, type ChunkKey, chunkIdOfKey, openVersion, textOfBytes } from '../../engine/index.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { VolumeError } from '../storage-volumes/storage-volume.ts'
import type { DrillCounts, DrilledFile, DrilledVersion } from './drill.ts'
import { createFilePicker, isReadFar, readBytes } from './pick-files.ts'
import { batchesOf, createFilesProver, type FilesToProve, type ProvedFile } from './prove-files.ts'
import { watchedSource } from './watched-source.ts'

export interface VersionToDrill extends FilesToProve {
  readonly version: Snapshot
  readonly seed: number
  /** Paths, as evidence has them, that an earlier drill found damaged. */
  readonly again: readonly string[]
  readonly budgetBytes: number
  /** Waits while others need the machine. */
  readonly pause: () => Promise<void>
  /** Now and then while folders are opened. */
  readonly onNames: (names: number) => void
  readonly onBytes: (bytes: number) => void
}

export interface DrilledResult {
  readonly drilled: DrilledVersion
  readonly counts: Omit<DrillCounts, 'plans' | 'versions'>
  /** What no copy of opens, as far as it was met. */
  readonly lostIds: readonly ChunkId[]
  /** What ended it early: the signal's reason, ScratchError, what a source fails with as a whole. What was found until then holds. */
  readonly cut: { readonly error: unknown } | undefined
  /** Because of it, files were read only. */
  readonly noRoom: VolumeError | undefined
}

const maxLostListed = 100
const namesPerTelling = 1000
const noPath = Buffer.alloc(0)

export async function drillVersion(drill: VersionToDrill): Promise<DrilledResult> {
  const { version, signal } = drill
  const lostIds = new Set<ChunkKey>()
  const source = watchedSource(drill.source, lostIds)
  const again = new Set(drill.again.map((path) => bytesOfText(path).toString('latin1')))
  const picker = createFilePicker({ seed: drill.seed, again })
  const lost: DrilledVersion['lost'][number][] = []
  let lostCount = 0
  const onLost = ({ path, error }: { readonly path: Buffer; readonly error: Error }) => {
    lostCount += 1
    if (lost.length < maxLostListed) lost.push({ path: textOfBytes(path), why: error.message })
  }
  const prover = createFilesProver({ ...drill, source })
  const proved: ProvedFile[] = []

  const work = async () => {
    for await (const walked of openVersion(source, version.root).walk(noPath, { onLost })) {
      signal.throwIfAborted()
      picker.see(walked)
      if (picker.entries() % namesPerTelling === 0) drill.onNames(picker.entries())
    }
    for (const [index, batch] of batchesOf(picker.picked(drill.budgetBytes)).entries()) {
      signal.throwIfAborted()
      await drill.pause()
      for (const one of await prover.proveBatch(index, batch)) {
        proved.push(readEnough(one))
        drill.onBytes(readBytes(one.file))
      }
    }
  }
  const cut = await work().then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const files = proved.map(drilledFile)
  const { id, job, receivedAt } = version
  return {
    drilled: { version: id, job, receivedAt, entries: picker.entries(), files, lost },
    counts: {
      entries: picker.entries(),
      filesTotal: picker.files(),
      ...countFiles(proved),
      damaged: lostCount + files.filter(({ problem }) => problem !== undefined).length,
    },
    lostIds: [...lostIds].map(chunkIdOfKey),
    cut,
    noRoom: prover.noRoom(),
  }
}

/** What was damaged is not believed for a part of it. */
function readEnough(one: ProvedFile): ProvedFile {
  if (one.problem !== undefined || !one.file.why.includes('again') || isReadFar(one.file)) return one
  return { ...one, sha256: undefined, problem: 'it was damaged before, and this proof could not read enough of it' }
}

function drilledFile({ file: { path, entry, why, ranges }, way, isTimeCompared, sha256, problem }: ProvedFile): DrilledFile {
  return { path: textOfBytes(path), why, sizeBytes: entry.size, way, isTimeCompared, ranges, sha256, problem }
}

function countFiles(proved: readonly ProvedFile[]) {
  const well = proved.filter(({ problem }) => problem === undefined)
  const restored = well.filter(({ way }) => way === 'restored')
  const readTwice = well.filter(({ way }) => way === 'read-twice')
  const bytes = (some: readonly ProvedFile[]) => some.reduce((sum, { file }) => sum + readBytes(file), 0)
  return {
    files: restored.length,
    bytes: bytes(restored),
    untimed: restored.filter(({ isTimeCompared }) => !isTimeCompared).length,
    readTwice: readTwice.length,
    readTwiceBytes: bytes(readTwice),
  }
}
