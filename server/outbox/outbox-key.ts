/**
 * The key under which lies what the box keeps for sending: letters that wait, the password of the mail server, secrets of webhooks. It
 * lies itself under master.key in the settings, so that a change of the box key rewrites this one value.
 */
import type { Database, Queryable } from '../database/database.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { type SealedPurpose, sealSecret, unsealSecret } from '../repositories/sealed-secret.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { findSetting, insertSetting, putSetting } from '../settings/settings-table.ts'

export interface OutboxKey {
  readonly seal: (secret: Buffer, context: OutboxContext) => Buffer
  /** Undefined: it was sealed under another key, or is damaged. */
  readonly unseal: (sealed: Buffer, context: OutboxContext) => Buffer | undefined
}

/** `slotId`: what the secret belongs to, so that one row's bytes do not open in another. */
export interface OutboxContext {
  readonly purpose: Extract<SealedPurpose, 'outbox' | 'mail-password' | 'webhook-secret'>
  readonly slotId: string
}

const keyBytes = 32
/** Of no repository. */
const noUid = Buffer.alloc(16)
const keyContext = { purpose: 'outbox-key', uid: noUid, slotId: 'outbox' } as const

export async function openOutboxKey(options: {
  readonly database: Database
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}): Promise<OutboxKey> {
  const { randomness } = options
  const key = await openKey(options)
  return {
    seal: (secret, context) => sealSecret(key, secret, { ...context, uid: noUid }, randomness),
    unseal: (sealed, context) => findUnsealed(() => unsealSecret(key, sealed, { ...context, uid: noUid })),
  }
}

async function openKey(options: Parameters<typeof openOutboxKey>[0]): Promise<Buffer> {
  const { database, masterKey, clock, randomness, log } = options
  const made = randomness.bytes(keyBytes)
  const sealed = sealSecret(masterKey, made, keyContext, randomness).toString('base64')
  const kept = await database.transaction(async (tx) => {
    if (await insertSetting(tx, 'outbox.key', sealed, clock.now())) return sealed
    return findSetting(tx, 'outbox.key')
  })
  const found = findUnsealed(() => unsealSecret(masterKey, Buffer.from(kept ?? '', 'base64'), keyContext))
  if (found !== undefined) return found
  // A box that came back under another master key: what waited cannot be read any more, and the password is asked for again.
  log.error('the key of the outbox does not open under this master key: a new one is made, what waited is lost')
  await putSetting(database.kysely, 'outbox.key', sealed, clock.now())
  return made
}

/** Within the change of the box key. */
export async function rewriteOutboxKey(
  db: Queryable,
  keys: { readonly masterKey: Buffer; readonly nextKey: Buffer; readonly randomness: Randomness; readonly nowMs: number },
): Promise<void> {
  const kept = await findSetting(db, 'outbox.key')
  const key = kept && findUnsealed(() => unsealSecret(keys.masterKey, Buffer.from(kept, 'base64'), keyContext))
  if (!key) return
  await putSetting(db, 'outbox.key', sealSecret(keys.nextKey, key, keyContext, keys.randomness).toString('base64'), keys.nowMs)
}

function findUnsealed(unseal: () => Buffer): Buffer | undefined {
  try {
    return unseal()
  } catch (error) {
    if (error instanceof RepositoryError && error.fault === 'secret-damaged') return undefined
    throw error
  }
}
