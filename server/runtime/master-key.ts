import { chmodSync, existsSync, readFileSync } from 'node:fs'
import type { Randomness } from './randomness.ts'
import { replaceFileSync } from './replace-file.ts'

export const masterKeyBytes = 32

export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError'
}

/**
 * The key under which every other key of the box lies. A new box makes its own; a box that has lost it does not, as a new key
 * would open nothing and hide the loss.
 */
export function openMasterKey(options: {
  readonly file: string
  readonly mayCreate: boolean
  readonly randomness: Randomness
}): Buffer {
  const { file } = options
  if (!existsSync(file)) {
    if (!options.mayCreate) {
      throw new MasterKeyError(
        `the master key ${file} is missing. Bring it back from its copy, or from the server's recovery kit.`,
      )
    }
    replaceFileSync(file, options.randomness.bytes(masterKeyBytes), { mode: 0o600 })
    chmodSync(file, 0o400)
  }
  const key = readFileSync(file)
  if (key.length !== masterKeyBytes) {
    throw new MasterKeyError(`the master key ${file} holds ${key.length} bytes. Allowed: exactly ${masterKeyBytes}.`)
  }
  return key
}
