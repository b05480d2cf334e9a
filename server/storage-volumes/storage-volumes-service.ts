/**
 * The volume that holds `repositories/`: its identity (a file, so that a wrong disk under the same path is noticed), whether it may
 * be written to, and how much room uploads may still take.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import { diskTrouble, floorBytes, VolumeError } from './storage-volume.ts'
import * as table from './storage-volumes-table.ts'

export interface StorageVolumesService {
  /** Throws `read-only` while the disk is not trusted. */
  readonly demandWritable: () => void
  /**
   * Holds room for an upload until `release`, counted beside all others in flight. Throws `full` when the disk would fall below its
   * floor, `read-only` while it is not trusted.
   */
  readonly reserve: (bytes: number) => Promise<{ readonly release: () => void }>
  /** Runs writes; what they fail with becomes a VolumeError where it tells of the disk, and puts it read-only where it leaves doubt. */
  readonly write: <Result>(work: () => Promise<Result>) => Promise<Result>
}

const volumeIdBytes = 16

export async function openStorageVolumes(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}): Promise<StorageVolumesService> {
  const { database, clock, log } = options
  const folder = join(options.dataFolder, 'repositories')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const uid = openVolumeId(join(folder, 'volume-id'), options.randomness)
  // openVolumeId has just written to a new disk or read from a known one; the probe proves that writes still become durable.
  replaceFileSync(join(folder, 'probe'), `${clock.now()}\n`, { mode: 0o600 })
  await table.saveVolumeOnline(database.kysely, { uid, nowMs: clock.now() })

  let readOnlyReason: string | undefined
  let reservedBytes = 0

  const putReadOnly = async (error: unknown) => {
    if (readOnlyReason !== undefined) return
    readOnlyReason = error instanceof Error ? error.message : 'a write failed'
    log.error({ err: error }, 'the disk takes no more writes until the box is started again')
    // The database may lie on the same disk: the refusal must not depend on it.
    await table
      .setVolumeReadOnly(database.kysely, { uid, reason: readOnlyReason.slice(0, reasonMaxCharacters), nowMs: clock.now() })
      .catch((cause: unknown) => log.error({ err: cause }, 'the read-only disk could not be noted in the database'))
  }
  const failed = async (error: unknown): Promise<never> => {
    const trouble = diskTrouble(error)
    if (trouble === undefined) throw error
    if (trouble === 'full') throw new VolumeError('full', 'The disk of the box is full.', { cause: error })
    await putReadOnly(error)
    throw readOnly(error)
  }
  const demandWritable = () => {
    if (readOnlyReason !== undefined) throw readOnly(undefined)
  }
  return {
    demandWritable,
    reserve: async (bytes) => {
      demandWritable()
      reservedBytes += bytes
      const release = once(() => {
        reservedBytes -= bytes
      })
      try {
        const { bavail, blocks, bsize } = await statfs(folder)
        if (bavail * bsize - reservedBytes < floorBytes(blocks * bsize))
          throw new VolumeError('full', 'The disk of the box has no room left for uploads.')
        return { release }
      } catch (error) {
        release()
        throw error
      }
    },
    write: async (work) => {
      demandWritable()
      try {
        return await work()
      } catch (error) {
        return failed(error)
      }
    },
  }
}

const reasonMaxCharacters = 500

function openVolumeId(file: string, randomness: Randomness): Buffer {
  if (!existsSync(file)) replaceFileSync(file, `${randomness.bytes(volumeIdBytes).toString('hex')}\n`, { mode: 0o600 })
  const text = readFileSync(file, 'latin1').trim()
  if (!/^[0-9a-f]{32}$/.test(text)) throw new Error(`${file} is not a volume id`)
  return Buffer.from(text, 'hex')
}

function readOnly(cause: unknown): VolumeError {
  return new VolumeError('read-only', 'The disk of the box takes no more writes since one of them failed.', { cause })
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) work()
    isDone = true
  }
}
