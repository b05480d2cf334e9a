import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeServerSecret } from '../recovery-kits/server-secret.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import type { BoxDocument } from '../self-backups/box-document.ts'
import { RecoveryError } from './recovery-error.ts'

/** Settings of the old computer, beside those of the new one: its addresses and paths may be others. */
const recoveredSettingsName = 'holdfast.env.recovered'

/** The box's own files: its name, its keys, the authority that computers know it by. The name comes last: with it the folder is a box's. */
export function putKeys(given: {
  readonly dataFolder: string
  readonly masterKeyFile: string
  readonly document: BoxDocument
  readonly serverSecret: Buffer
  readonly randomness: Randomness
}): void {
  const { dataFolder, masterKeyFile, document, serverSecret, randomness } = given
  const { boxId, masterKey, authority, settingsFile } = document
  for (const folder of ['keys', 'tls']) mkdirSync(join(dataFolder, folder), { recursive: true, mode: 0o700 })
  putMasterKey(masterKeyFile, masterKey)
  writeServerSecret({ dataFolder, masterKey, randomness }, serverSecret)
  replaceFileSync(join(dataFolder, 'tls', 'ca.key'), authority.keyPem, { mode: 0o600 })
  replaceFileSync(join(dataFolder, 'tls', 'ca.crt'), authority.certificatePem, { mode: 0o644 })
  if (settingsFile !== undefined) replaceFileSync(join(dataFolder, recoveredSettingsName), settingsFile, { mode: 0o600 })
  replaceFileSync(join(dataFolder, 'keys', 'box-id'), `${boxId}\n`, { mode: 0o600 })
}

export function recoveredSettingsFile(dataFolder: string): string | undefined {
  const file = join(dataFolder, recoveredSettingsName)
  return existsSync(file) ? file : undefined
}

/** A key that is there already is another box's, unless it is this one: it may lie on a medium of its own. */
function putMasterKey(file: string, masterKey: Buffer): void {
  if (existsSync(file)) {
    if (readFileSync(file).equals(masterKey)) return
    throw new RecoveryError('folder-in-use', `${file} is the master key of another box.`)
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  replaceFileSync(file, masterKey, { mode: 0o600 })
  chmodSync(file, 0o400)
}
