/**
 * The key slots of a repository, from keys/*.json. A file wins over its row; what only the row has (a slot's own secret, sealed under
 * the box's key) stays. Where the recovery secret is lost with the database, a second recovery slot is made, so that a kit can be
 * printed again: the one in the safe opens its own slot as before.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  encodeKeySlotFile,
  FormatError,
  type KeySlot,
  managedSlotKey,
  openKeySlot,
  type RepositorySecrets,
  type RepositoryUid,
  readKeySlotFile,
  recoverySlotKey,
  sealKeySlot,
} from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { insertKeySlot, listKeySlots, replaceKeySlot } from '../repositories/key-slots-table.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { sealSecret } from '../repositories/sealed-secret.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'
import type { RebuildFindings } from './rebuild.ts'

export interface KeysToRebuild {
  readonly database: Database
  readonly place: RepositoryPlace
  readonly repository: { readonly repositoryId: RepositoryId; readonly uid: RepositoryUid }
  readonly masterKey: Buffer
  readonly randomness: Randomness
  readonly findings: RebuildFindings
  readonly nowMs: number
}

export interface KeysRebuilt {
  readonly slots: number
  /** Undefined when the box cannot open the repository: then versions are listed without what they seal. */
  readonly secrets: RepositorySecrets | undefined
}

export async function rebuildKeys(rebuild: KeysToRebuild): Promise<KeysRebuilt> {
  const { place, repository, masterKey, findings } = rebuild
  const slots = await readSlotFiles(place, findings)
  await saveSlots(rebuild, slots)
  const secrets = openManaged(slots, repository.uid, masterKey)
  if (secrets === undefined) findings.add({ kind: 'keys', what: 'managed', why: 'no slot of it opens with the key of this box' })
  else await ensureRecoverySecret(rebuild, secrets)
  return { slots: slots.length, secrets }
}

/** A folder of a repository belongs to this box when the box's own key opens it; undefined otherwise. */
export async function openByMasterKey(
  place: RepositoryPlace,
  uid: RepositoryUid,
  masterKey: Buffer,
): Promise<RepositorySecrets | undefined> {
  return openManaged(await readSlotFiles(place, undefined), uid, masterKey)
}

async function readSlotFiles(place: RepositoryPlace, findings: RebuildFindings | undefined): Promise<readonly KeySlot[]> {
  const slots: KeySlot[] = []
  for (const name of await namesIn(place.keysFolder)) {
    if (!name.endsWith('.json')) continue
    try {
      const slot = readKeySlotFile(await readFile(join(place.keysFolder, name)))
      if (`${slot.id}.json` === name) slots.push(slot)
      else findings?.add({ kind: 'keys', what: name, why: `it holds the slot ${slot.id}` })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      findings?.add({ kind: 'keys', what: name, why: error.message })
    }
  }
  return slots
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return []
    throw error
  }
}

/** The newest that opens. */
function openManaged(slots: readonly KeySlot[], uid: RepositoryUid, masterKey: Buffer): RepositorySecrets | undefined {
  for (const slot of slots.filter(({ kind }) => kind === 'managed').toReversed()) {
    try {
      return openKeySlot(slot, uid, managedSlotKey(masterKey, uid, slot.id))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
    }
  }
  return undefined
}

async function saveSlots({ database, repository, nowMs }: KeysToRebuild, slots: readonly KeySlot[]): Promise<void> {
  const { repositoryId } = repository
  await database.transaction(async (tx) => {
    const known = new Map((await listKeySlots(tx, repositoryId)).map((stored) => [stored.slot.id, stored]))
    for (const slot of slots) {
      const row = known.get(slot.id)
      if (row === undefined)
        await insertKeySlot(tx, { repositoryId, slot, deviceId: undefined, sealedSecret: undefined, createdAt: nowMs })
      else if (!row.slot.sealed.equals(slot.sealed) || !row.slot.salt.equals(slot.salt))
        await replaceKeySlot(tx, { ...row, slot })
    }
  })
}

const secretBytes = 32

async function ensureRecoverySecret(rebuild: KeysToRebuild, secrets: RepositorySecrets): Promise<void> {
  const { database, place, repository, masterKey, randomness, nowMs } = rebuild
  const { repositoryId, uid } = repository
  const stored = await listKeySlots(database.kysely, repositoryId)
  const recovery = stored.filter(({ slot }) => slot.kind === 'recovery')
  if (recovery.some(({ sealedSecret }) => sealedSecret !== undefined)) return
  const id = freeSlotId(new Set(stored.map(({ slot }) => slot.id)))
  const secret = randomness.bytes(secretBytes)
  const slot = sealKeySlot({ id, kind: 'recovery', salt: randomness.bytes(secretBytes) }, recoverySlotKey(secret, uid), secrets)
  const sealedSecret = sealSecret(masterKey, secret, { purpose: 'recovery-secret', uid, slotId: id }, randomness)
  // The file first, as ever: a slot whose secret nobody has opens nothing.
  replaceFileSync(place.keySlotFile(id), encodeKeySlotFile(slot), { mode: 0o600 })
  await insertKeySlot(database.kysely, { repositoryId, slot, deviceId: undefined, sealedSecret, createdAt: nowMs })
}

function freeSlotId(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) if (!taken.has(`recovery-${number}`)) return `recovery-${number}`
}
