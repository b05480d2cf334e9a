// The keys of a box's own backup: all from the 32 bytes on the server's recovery kit. It belongs to no repository, so the uid in the
// derivations is sixteen zeros, and there is one epoch: whoever is given a new kit makes a new self-backup under it.

import { hkdfSync } from 'node:crypto'
import { deriveKeys, type RepositoryKeys } from './keys.ts'

const noRepository = Buffer.alloc(16)

export function boxKeys(serverSecret: Buffer): RepositoryKeys {
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', serverSecret, noRepository, info, 32))
  return deriveKeys({ uid: noRepository, dedupKey: derive('hf1/box-id'), encryptionKeys: [derive('hf1/box')] })
}
