/**
 * A new epoch for a repository: records sealed from now on have a root key of their own, and every way in learns it by the secret that
 * it had. Rows in one transaction, with the number by which an old dump is noticed; then that number's file; then the slots' files,
 * which the next boot finishes after a fall.
 */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import { demandCurrentIndex, raiseGeneration, writeGenerationFile } from '../repositories/generation.ts'
import { listKeySlots, replaceKeySlot } from '../repositories/key-slots-table.ts'
import { findRepository, lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { ForgetSecrets } from '../repositories/repository-secrets.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import { openManagedSlot, withSecrets } from './rewrite-slots.ts'
import { writeSlotFiles } from './slot-files.ts'

export interface EpochOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly volumes: Pick<StorageVolumesService, 'write' | 'demandWritable'>
  readonly forgetSecrets: ForgetSecrets
  readonly reached: ReachedPoint
}

export interface EpochRotated {
  readonly epoch: number
  readonly slotsRewritten: number
  /** Ways in that the box cannot rewrite: they open everything up to now, and nothing newer. */
  readonly slotsLeft: readonly string[]
}

const rootKeyBytes = 32

/** @throws RepositoryError `rebuild-needed`, `keys-lost`; VolumeError `read-only` */
export async function rotateEpoch(
  options: EpochOptions,
  { repositoryId, uid }: Repository,
  actingAs: ActingAs,
): Promise<EpochRotated> {
  const { database, dataFolder, masterKey, clock, randomness, volumes, reached } = options
  const place = repositoryPlace(dataFolder, uid)
  volumes.demandWritable(uid)
  const { customerId } = await demandCurrentIndex(place, () => findRepository(database.kysely, repositoryId))
  const { generation, slots, ...rotated } = await database.transaction(async (tx) => {
    await lockRepository(tx, repositoryId)
    const before = await listKeySlots(tx, repositoryId)
    const known = openManagedSlot(before, { masterKey, uid })
    const secrets = { ...known, encryptionKeys: [...known.encryptionKeys, randomness.bytes(rootKeyBytes)] }
    const { slots, left } = withSecrets(before, { masterKey, uid, secrets, randomness })
    if (!slots.some(({ slot }) => slot.kind === 'recovery'))
      throw new RepositoryError(
        'keys-lost',
        'The box has no recovery secret of this customer: no kit would open what comes after.',
      )
    for (const stored of slots) await replaceKeySlot(tx, stored)
    const epoch = secrets.encryptionKeys.length
    await insertAudit(tx, {
      ...actingAs,
      at: clock.now(),
      action: 'keys.epoch-rotated',
      objectId: customerId,
      customerId,
      detail: { epoch, slotsLeft: left.length },
    })
    const raised = await raiseGeneration(tx, repositoryId)
    reached('epoch:before-commit')
    return { epoch, slotsRewritten: slots.length, slotsLeft: left, generation: raised, slots }
  })
  reached('epoch:committed')
  options.forgetSecrets(repositoryId)
  await volumes.write(async () => {
    await writeGenerationFile(place, generation, reached)
    // Not read again: the database may be gone meanwhile, and a box that goes on must not keep files of another epoch.
    await writeSlotFiles(place, slots, reached)
  }, uid)
  return rotated
}
