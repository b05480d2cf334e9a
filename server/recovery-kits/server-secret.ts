/**
 * The server's recovery secret: what its printed kit says, and what seals the box's own backups. It lies beside the other keys, sealed
 * under master.key, and not in the database: when that is lost, the box still opens its newest self-backup by itself.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RepositoryError } from '../repositories/repository-error.ts'
import { sealSecret, unsealSecret } from '../repositories/sealed-secret.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'

const secretBytes = 32
/** Of no repository, and of no slot. */
const context = { purpose: 'server-recovery-secret', uid: Buffer.alloc(16), slotId: 'server' } as const

export interface ServerSecretPlace {
  readonly dataFolder: string
  readonly masterKey: Buffer
}

/** Makes the secret of a box that has none yet. @throws RepositoryError `secret-damaged` under another master key */
export function openServerSecret(place: ServerSecretPlace & { readonly randomness: Randomness }): Buffer {
  const file = serverSecretFile(place.dataFolder)
  if (!existsSync(file)) writeServerSecret(place, place.randomness.bytes(secretBytes))
  try {
    return unsealSecret(place.masterKey, readFileSync(file), context)
  } catch (cause) {
    throw new RepositoryError(
      'secret-damaged',
      `${file} does not open under this master key. Bring it back from a copy of the data folder. Without one, remove it: the box makes a new secret, and its kit has to be printed again.`,
      { cause },
    )
  }
}

/** Also what a change of master.key does: the secret, and with it the printed kit, stays. */
export function writeServerSecret(
  { dataFolder, masterKey, randomness }: ServerSecretPlace & { readonly randomness: Randomness },
  secret: Buffer,
): void {
  replaceFileSync(serverSecretFile(dataFolder), sealSecret(masterKey, secret, context, randomness), { mode: 0o600 })
}

/** Tells one secret from another without telling it. */
export function serverSecretName(secret: Buffer): string {
  return createHash('sha256').update('hf1/server-secret-name').update(secret).digest('hex').slice(0, 16)
}

export function serverSecretFile(dataFolder: string): string {
  return join(dataFolder, 'keys', 'server-recovery')
}
