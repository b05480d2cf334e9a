/**
 * The disks that hold repositories: the one of `repositories/` in the data folder, and those to which repositories were moved. Each has
 * an identity (a file, so that a wrong disk under the same path is noticed), may be written to or not, and keeps room for the worst day.
 */
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { createDiskWatch, type VolumeStatus } from './disk-watch.ts'
import { folderOf, folderPath, openPlaces, ownFolder, readPlaces } from './places-file.ts'
import { giveUpReserveWhenFull } from './reserve-file.ts'
import { diskTrouble, VolumeError } from './storage-volume.ts'
import * as table from './storage-volumes-table.ts'
import { openVolume, type Volume } from './volume.ts'
import { expectVolume, findVolumeId, makeVolumeId } from './volume-id.ts'
import { createWritingGate, type WritingGate } from './writing-gate.ts'

/** With a repository's uid: of its disk. Without: of all of them. */
export interface StorageVolumesService {
  /** Throws VolumeError `read-only` while a disk is not trusted, `wrong` while it is not the one that belongs there. */
  readonly demandWritable: (uid?: Buffer) => void
  /**
   * Holds room for an upload until `release`, counted beside all others in flight. It is a series too (`series`). Throws `full` when
   * the disk would fall below its floor, and as `demandWritable`.
   */
  readonly reserve: (bytes: number, uid?: Buffer) => Promise<{ readonly release: () => void }>
  /** Runs writes; what they fail with becomes a VolumeError where it tells of the disk, and puts it read-only where it leaves doubt. */
  readonly write: <Result>(work: () => Promise<Result>, uid?: Buffer) => Promise<Result>
  /** Runs work that finds out where a repository lies and then writes there, several times: the repository is not moved meanwhile. */
  readonly series: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** Whether the disk of a repository is the one that belongs there. */
  readonly isRight: (uid: Buffer) => boolean
  /** Gives up the room held for the worst day, so that what frees space has some to work with. It is made again by itself. */
  readonly releaseReserve: () => Promise<void>
  /** Every few seconds: the reserve, the alarms, how full the disks are. */
  readonly look: () => Promise<void>
  readonly list: () => Promise<readonly VolumeStatus[]>
  /** After somebody has looked at a disk that failed. Throws VolumeError `wrong`, or what the proof failed with. */
  readonly tryAgain: (folder: string) => Promise<void>
  /** The disk that lies at this folder now belongs there. Throws VolumeError `wrong` where there is none. */
  readonly acceptDisk: (folder: string) => Promise<void>
  /** For a move: a disk to which a repository shall go. */
  readonly open: (folder: string) => Promise<Volume>
  readonly gate: WritingGate
}

export interface StorageVolumesOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly alarms: AlarmsService
}

export async function openStorageVolumes(options: StorageVolumesOptions): Promise<StorageVolumesService> {
  const { database, dataFolder, clock, randomness, log } = options
  openPlaces(dataFolder)
  const volumes = new Map<string, Volume>()
  const gate = createWritingGate()
  const watch = createDiskWatch({ ...options, volumes: () => [...volumes.values()] })

  const noteState = async (volume: Volume) => {
    const uid = Buffer.from(volume.expectedId(), 'hex')
    await table.saveVolumeState(database.kysely, { uid, folder: volume.folder, ...volume.state(), nowMs: clock.now() })
  }
  /** The database may lie on the same disk: the refusal must not depend on it. */
  const onReadOnly = async (volume: Volume) => {
    await noteState(volume)
      .then(() => watch.say(volume))
      .catch((cause: unknown) => log.error({ err: cause }, 'a disk that failed could not be noted in the database'))
  }
  const open: StorageVolumesService['open'] = async (folder) => {
    const path = folderPath(dataFolder, folder)
    const opened = volumes.get(folder)
    if (opened !== undefined) return opened
    await expectKnownDisk(folder, path)
    const expectedId = () => readPlaces(dataFolder).volumes[folder] ?? ''
    const volume = openVolume({ folder, path, expectedId, randomness, log, onReadOnly })
    volumes.set(folder, volume)
    if (volume.state().state !== 'wrong') await probe(volume)
    else log.error({ path }, 'what lies there is not the disk that belongs there; nothing is written to it')
    return volume
  }
  /** A known disk, or one that was just written to: the probe proves that writes become durable. A full one is read from all the same. */
  const probe = async (volume: Volume) => {
    await giveUpReserveWhenFull(volume.path)
    try {
      volume.tryAgain()
    } catch (error) {
      if (diskTrouble(error) !== 'full') throw error
      log.warn({ path: volume.path }, 'this disk is full to the last byte: nothing is written to it until there is room')
    }
  }
  /** A folder that never had a disk takes the one that is there, or begins one; any other must show the disk it had. */
  const expectKnownDisk = async (folder: string, path: string) => {
    if (readPlaces(dataFolder).volumes[folder] !== undefined) return
    const before = (await table.findVolumeUid(database.kysely, folder))?.toString('hex')
    expectVolume(dataFolder, folder, before ?? findVolumeId(path) ?? makeVolumeId(path, randomness))
  }
  const settle = async (volume: Volume) => {
    await noteState(volume)
    await watch.say(volume)
  }
  const get = (folder: string): Volume => {
    const volume = volumes.get(folder)
    if (volume === undefined) throw new VolumeError('wrong', `The box knows no disk at ${folder}.`)
    return volume
  }
  const own = await open(ownFolder)
  for (const folder of new Set(Object.values(readPlaces(dataFolder).repositories))) await open(folder)
  await noteState(own)

  const of = (uid: Buffer | undefined): Volume => (uid === undefined ? own : get(folderOf(dataFolder, uid.toString('hex'))))
  const demandWritable = (uid: Buffer | undefined) => {
    for (const volume of uid === undefined ? volumes.values() : [of(uid)]) volume.demandWritable()
  }
  const within = async <Result>(entering: Promise<() => void>, work: () => Promise<Result>): Promise<Result> => {
    const leave = await entering
    try {
      return await work()
    } finally {
      leave()
    }
  }
  return {
    gate,
    open,
    demandWritable,
    isRight: (uid) => of(uid).state().state !== 'wrong',
    series: (work) => within(gate.enterSeries(), work),
    write: (work, uid) =>
      within(gate.enterWrite(), () => {
        demandWritable(uid)
        return of(uid).write(work)
      }),
    reserve: async (bytes, uid) => {
      const leave = await gate.enterSeries()
      try {
        demandWritable(uid)
        const room = await of(uid).reserve(bytes)
        return {
          release: () => {
            room.release()
            leave()
          },
        }
      } catch (error) {
        leave()
        throw error
      }
    },
    releaseReserve: async () => {
      for (const volume of volumes.values()) await volume.releaseReserve()
    },
    look: watch.look,
    list: watch.list,
    tryAgain: async (folder) => {
      const volume = get(folder)
      volume.tryAgain()
      await settle(volume)
    },
    acceptDisk: async (folder) => {
      const volume = get(folder)
      const id = findVolumeId(volume.path)
      if (id === undefined) throw new VolumeError('wrong', `There is no disk of a box at ${volume.path}: it has no number.`)
      expectVolume(dataFolder, folder, id)
      volume.tryAgain()
      await settle(volume)
    },
  }
}
