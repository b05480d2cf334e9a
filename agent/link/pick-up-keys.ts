// After a change of keys the box has this computer's key slot sealed anew, with one epoch more, under the key that the computer has. It
// is asked for before anything is sealed or opened. What comes must be a continuation: another repository's secrets would name and cut
// chunks otherwise, and a box that offers them is not this computer's.

import { openKeySlot, parseRepositoryUid, type RepositorySecrets, readKeySlotFile } from '../../engine/index.ts'
import { AgentError } from '../errors/agent-error.ts'
import type { SecretsFile } from '../state/secrets.ts'
import type { BoxApi } from './box-api.ts'

export interface KeyPickUp {
  readonly api: Pick<BoxApi, 'keySlot'>
  readonly secretsFile: SecretsFile
  readonly held: RepositorySecrets
  readonly signal?: AbortSignal
}

/** The secrets as they are now; the new slot is durable when it returns. @throws AgentError HF-SECRETS-UNUSABLE */
export async function pickUpKeys({ api, secretsFile, held, signal }: KeyPickUp): Promise<RepositorySecrets> {
  const offered = await api.keySlot(signal)
  if (offered === undefined) return held
  const kept = secretsFile.read()
  if (JSON.stringify(offered) === JSON.stringify(kept.slot)) return held
  const slot = readKeySlotFile(Buffer.from(JSON.stringify(offered)))
  const secrets = openKeySlot(slot, parseRepositoryUid(held.uid), Buffer.from(kept.slotKey, 'base64'))
  if (!continues(held, secrets))
    throw new AgentError('HF-SECRETS-UNUSABLE', 'The box offers keys that do not go with those of this computer.')
  secretsFile.write({ ...kept, slot: offered })
  return secrets
}

function continues(held: RepositorySecrets, next: RepositorySecrets): boolean {
  if (!held.dedupKey.equals(next.dedupKey)) return false
  return held.encryptionKeys.every((key, index) => next.encryptionKeys[index]?.equals(key) ?? false)
}
