// From a storage and one key to a repository's secrets.

import { type KeySlot, type KeySlotKind, managedSlotKey, openKeySlot, recoverySlotKey } from '../crypto/key-slot.ts'
import type { RepositorySecrets } from '../crypto/keys.ts'
import { FormatError, StorageError } from '../model/errors.ts'
import type { RepositoryUid } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'
import {
  keySlotFileName,
  type RepositoryDescription,
  readKeySlotFile,
  readRepositoryFile,
  repositoryFileMaxBytes,
  repositoryFileName,
} from './repository-files.ts'

/** What a person or program has in hand. */
export type RepositoryUnlock =
  | { readonly kind: 'managed'; readonly masterKey: Buffer }
  | { readonly kind: 'recovery'; readonly secret: Buffer }
  /** Without a slot id every device slot is tried. */
  | { readonly kind: 'device'; readonly key: Buffer; readonly slotId?: string }

export interface OpenedRepository {
  readonly description: RepositoryDescription
  readonly secrets: RepositorySecrets
  /** The key slot that opened. */
  readonly slot: KeySlot
}

const keySlotsMax = 10_000

/**
 * @throws FormatError `wrong-repository` when there is none, `wrong-key` when no slot opens with this key, `key-slot-damaged`,
 * `unsupported-version`
 */
export async function openRepository(storage: Storage, unlock: RepositoryUnlock): Promise<OpenedRepository> {
  const description = await readRepository(storage)
  let refusal = new FormatError('wrong-key', `this repository has no ${unlock.kind} key slot`)
  for await (const name of listSlotFiles(storage, unlock)) {
    try {
      const slot = readKeySlotFile(await readSmall(storage, name))
      if (slot.kind !== (unlock.kind satisfies KeySlotKind)) continue
      const secrets = openKeySlot(slot, description.uid, slotKey(unlock, slot, description.uid))
      return { description, secrets, slot }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      if (refusal.fault !== 'key-slot-damaged') refusal = error // one damaged slot does not close the others
    }
  }
  throw refusal
}

export async function readRepository(storage: Storage): Promise<RepositoryDescription> {
  try {
    return readRepositoryFile(await readSmall(storage, repositoryFileName))
  } catch (cause) {
    if (cause instanceof StorageError && cause.fault === 'absent')
      throw new FormatError('wrong-repository', 'there is no repository in this place', { cause })
    throw cause
  }
}

async function* listSlotFiles(storage: Storage, unlock: RepositoryUnlock): AsyncGenerator<string> {
  const wanted = unlock.kind === 'device' && unlock.slotId !== undefined ? keySlotFileName(unlock.slotId) : undefined
  let count = 0
  for await (const file of storage.list('keys')) {
    if (++count > keySlotsMax) throw new FormatError('limit-exceeded', `more than ${keySlotsMax} key slots`)
    if (file.name.endsWith('.json') && (wanted === undefined || file.name === wanted)) yield file.name
  }
}

/** One byte more than may be there shows that it is too long. */
function readSmall(storage: Storage, name: string): Promise<Buffer> {
  return storage.read(name, { start: 0, length: repositoryFileMaxBytes + 1 })
}

function slotKey(unlock: RepositoryUnlock, slot: KeySlot, uid: RepositoryUid): Buffer {
  switch (unlock.kind) {
    case 'managed':
      return managedSlotKey(unlock.masterKey, uid, slot.id)
    case 'recovery':
      return recoverySlotKey(unlock.secret, uid)
    case 'device':
      return unlock.key
    default:
      return unlock satisfies never
  }
}
