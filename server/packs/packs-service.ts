/**
 * Receives packs. An answer means: the bytes are durable under their final name and the rows committed. The order is always the
 * same: room, bytes, proof, file, rows; what fails on the way leaves neither file nor row.
 */
import type { Readable } from 'node:stream'
import { type PackId, type PackIndex, type PackKind, packMaxBytes } from '../../engine/index.ts'
import type { Database, Transaction } from '../database/database.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { createBufferPool } from '../storage-volumes/buffer-pool.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { IdFilters } from './id-filters.ts'
import { openIncomingPack } from './incoming-pack.ts'
import { insertPackRows } from './insert-pack-rows.ts'
import { isLive, PackError } from './pack.ts'
import type { PackTurns } from './pack-turns.ts'
import * as table from './packs-table.ts'
import { receiveBody } from './receive-body.ts'

export interface PackUpload {
  readonly repository: Repository
  /** Asked for once the repository cannot be moved any more. */
  readonly findPlace: () => RepositoryPlace
  readonly packId: PackId
  readonly kind: PackKind
  readonly sender: PackSender
  readonly body: Readable
  readonly announcedBytes: number | undefined
}

export interface PackSender {
  readonly deviceId: Id<'dev'>
  readonly sessionSeq: number
  /** In the transaction of the rows: what else must be true together with them. */
  readonly onStored: (transaction: Transaction, recordBytes: number) => Promise<void>
}

export type PackAnswer = { readonly kind: 'stored'; readonly sizeBytes: number } | { readonly kind: 'known' }

export interface PacksService {
  readonly receive: (upload: PackUpload) => Promise<PackAnswer>
}

const temporaryNameBytes = 12
const bufferBytes = 1024 ** 2
/** Of eight uploads at once. */
const maxKeptBuffers = 16

export function createPacksService(options: {
  readonly database: Database
  readonly volumes: StorageVolumesService
  readonly filters: IdFilters
  readonly turns: PackTurns
  readonly clock: Clock
  readonly randomness: Randomness
  readonly reached: ReachedPoint
}): PacksService {
  const { database, volumes, filters, turns, clock, randomness, reached } = options
  const pool = createBufferPool({ bufferBytes, maxKept: maxKeptBuffers })

  /** A pack whose row is committed and live is not taken again; the sender's session is promised it. */
  const claimKnown = async ({ repository, packId, sender }: PackUpload): Promise<boolean> => {
    const { repositoryId } = repository
    const seen = await table.findPack(database.kysely, repositoryId, packId)
    if (seen === undefined || !isLive(seen.state)) return false
    return database.transaction(async (tx) => {
      await lockRepository(tx, repositoryId)
      const pack = await table.findPackLocked(tx, repositoryId, packId)
      if (pack === undefined || !isLive(pack.state)) return false
      await table.claimPacks(tx, { packs: [pack.pack], sessionSeq: sender.sessionSeq, nowMs: clock.now() })
      return true
    })
  }

  const store = async (upload: PackUpload, index: PackIndex, sizeBytes: number): Promise<void> => {
    const { repository, packId, sender } = upload
    const { repositoryId } = repository
    const nowMs = clock.now()
    await database.transaction(async (tx) => {
      const { recordBytes } = await insertPackRows(tx, { repositoryId, packId, index, sizeBytes, sender, nowMs })
      await sender.onStored(tx, recordBytes)
      reached('pack:before-commit')
    })
    reached('pack:committed')
    filters.add(repositoryId, index.entries)
  }

  return {
    receive: async (upload) => {
      const announced = upload.announcedBytes ?? packMaxBytes
      if (announced > packMaxBytes) throw new PackError('too-large', `A pack has at most ${packMaxBytes} bytes.`)
      if (await claimKnown(upload)) return { kind: 'known' }
      const { uid } = upload.repository
      const room = await volumes.reserve(announced, uid)
      try {
        const temporaryName = randomness.bytes(temporaryNameBytes).toString('hex')
        const { repository, packId, kind } = upload
        // Only now: a repository that is being moved holds uploads back at the reservation.
        const place = upload.findPlace()
        const opening = { place, uid, packId, kind, temporaryName, reached }
        await using incoming = await volumes.write(() => openIncomingPack(opening), uid)
        const take = (bytes: Buffer) => volumes.write(() => incoming.write(bytes), uid)
        const sizeBytes = await receiveBody({ ...upload, maxBytes: packMaxBytes, pool, take })
        const index = incoming.prove()
        // From the name to the row nobody may take the file away: a collector that was about to would not know that it came again.
        await turns.run({ repositoryId: repository.repositoryId, packId }, async () => {
          await volumes.write(incoming.place, uid)
          await store(upload, index, sizeBytes)
        })
        return { kind: 'stored', sizeBytes }
      } finally {
        room.release()
      }
    },
  }
}
