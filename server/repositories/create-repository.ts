/**
 * Makes a customer's repository: first the rows (uid, key slots, sealed recovery secret) in one transaction, then the files that
 * repeat them. The rows are the truth while it is made, so calling it again after a crash or a full disk finishes what was begun;
 * a repository that is whole is left as it is.
 */
import { existsSync, readFileSync } from 'node:fs'
import {
  encodeKeySlotFile,
  encodeRepositoryFile,
  managedSlotKey,
  parseRepositoryUid,
  type RepositorySecrets,
  recoverySlotKey,
  sealKeySlot,
} from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import { demandRightDisk } from '../storage-volumes/volume-id.ts'
import { insertKeySlot, listKeySlots, type StoredKeySlot } from './key-slots-table.ts'
import { findRepositoryOfCustomer, insertRepository } from './repositories-table.ts'
import type { Repository } from './repository.ts'
import { makeRepositoryFolders, type RepositoryPlace, repositoryPlace } from './repository-place.ts'
import { sealSecret } from './sealed-secret.ts'

export interface RepositoryMaking {
  readonly database: Database
  readonly dataFolder: string
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
}

export const managedSlotId = 'managed-1'
export const recoverySlotId = 'recovery-1'
const uidBytes = 16
const secretBytes = 32

export async function createRepository(making: RepositoryMaking, customerId: Id<'cus'>): Promise<Repository> {
  const { kysely } = making.database
  const repository = (await findRepositoryOfCustomer(kysely, customerId)) ?? (await insertRows(making, customerId))
  demandRightDisk(making.dataFolder, repository.uid.toString('hex'))
  writeFiles(repositoryPlace(making.dataFolder, repository.uid), repository, await listKeySlots(kysely, repository.repositoryId))
  return repository
}

async function insertRows({ database, masterKey, clock, randomness }: RepositoryMaking, customerId: Id<'cus'>) {
  const uid = parseRepositoryUid(randomness.bytes(uidBytes))
  const secrets = { uid, dedupKey: randomness.bytes(secretBytes), encryptionKeys: [randomness.bytes(secretBytes)] }
  const slots = firstSlots(secrets, masterKey, randomness)
  const createdAt = clock.now()
  await database.transaction(async (transaction) => {
    const repositoryId = await insertRepository(transaction, { uid, customerId, createdAt })
    if (repositoryId === undefined) return
    const common = { repositoryId, deviceId: undefined, createdAt }
    for (const slot of slots) await insertKeySlot(transaction, { ...common, ...slot })
  })
  const repository = await findRepositoryOfCustomer(database.kysely, customerId)
  if (repository === undefined) throw new Error('the repository that was just made is not there')
  return repository
}

/** The box's own way in, and the one that is printed on the customer's kit. */
function firstSlots(
  secrets: RepositorySecrets,
  masterKey: Buffer,
  randomness: Randomness,
): readonly Pick<StoredKeySlot, 'slot' | 'sealedSecret'>[] {
  const { uid } = secrets
  const salt = () => randomness.bytes(secretBytes)
  const managed = { id: managedSlotId, kind: 'managed', salt: salt() } as const
  const recovery = { id: recoverySlotId, kind: 'recovery', salt: salt() } as const
  const recoverySecret = randomness.bytes(secretBytes)
  const context = { purpose: 'recovery-secret', uid, slotId: recovery.id } as const
  return [
    { slot: sealKeySlot(managed, managedSlotKey(masterKey, uid, managed.id), secrets), sealedSecret: undefined },
    {
      slot: sealKeySlot(recovery, recoverySlotKey(recoverySecret, uid), secrets),
      sealedSecret: sealSecret(masterKey, recoverySecret, context, randomness),
    },
  ]
}

function writeFiles(place: RepositoryPlace, repository: Repository, slots: readonly StoredKeySlot[]): void {
  makeRepositoryFolders(place)
  for (const { slot } of slots) ensureFile(place.keySlotFile(slot.id), encodeKeySlotFile(slot))
  ensureFile(place.generationFile, Buffer.from(`${repository.generation}\n`))
  // Last: a folder with this file in it is a whole repository.
  ensureFile(place.repositoryFile, encodeRepositoryFile({ uid: repository.uid, createdMs: repository.createdAt }))
}

function ensureFile(path: string, bytes: Buffer): void {
  if (existsSync(path) && readFileSync(path).equals(bytes)) return
  replaceFileSync(path, bytes, { mode: 0o600 })
}
