/**
 * The box key on its way from one to the next: the next one lies beside it, whole and durable, from the order until everything is sealed
 * under it. Then it takes the old one's place in one rename. Until then both can be read.
 */

import { hkdfSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { masterKeyBytes } from '../runtime/master-key.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { syncFolder, unlinkIfThere, writeSynced } from '../storage-volumes/durable-file.ts'

export function nextKeyFile(masterKeyFile: string): string {
  return `${masterKeyFile}.next`
}

/** Undefined when no change was ordered. */
export function findNextKey(masterKeyFile: string): Buffer | undefined {
  const file = nextKeyFile(masterKeyFile)
  if (!existsSync(file)) return undefined
  const key = readFileSync(file)
  if (key.length !== masterKeyBytes) throw new Error(`${file} holds ${key.length} bytes instead of ${masterKeyBytes}`)
  return key
}

/** From its return on the change goes forward only, whatever falls. */
export async function writeNextKey(masterKeyFile: string, randomness: Randomness, reached: ReachedPoint): Promise<void> {
  const file = nextKeyFile(masterKeyFile)
  const aside = `${file}.new`
  await unlinkIfThere(aside)
  await writeSynced(aside, randomness.bytes(masterKeyBytes), (step) => reached(`next-key:${step}`))
  await chmod(aside, 0o400)
  await rename(aside, file)
  reached('next-key:renamed')
  await syncFolder(dirname(file))
  reached('next-key:folder-synced')
}

/** The end of the old key. */
export async function takeNextKey(masterKeyFile: string, reached: ReachedPoint): Promise<void> {
  await rename(nextKeyFile(masterKeyFile), masterKeyFile)
  reached('box-key:renamed')
  await syncFolder(dirname(masterKeyFile))
  reached('box-key:folder-synced')
}

/** Tells one key from another without telling it: a row says by it which key the rows are sealed under. */
export function masterKeyName(key: Buffer): string {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'hf1/box-key-name', 16)).toString('hex')
}
