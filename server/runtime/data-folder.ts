import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { type Id, newId, parseId } from './ids.ts'
import type { Randomness } from './randomness.ts'
import { replaceFileSync } from './replace-file.ts'

const folders = ['keys', 'logs', 'repositories', 'self', 'spool', 'tls', 'tmp']

/** Makes the data folder and its parts, for nobody but their owner, and answers with its real path. */
export function openDataFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const dataFolder = realpathSync(path)
  chmodSync(dataFolder, 0o700)
  for (const name of folders) mkdirSync(join(dataFolder, name), { recursive: true, mode: 0o700 })
  return dataFolder
}

/** Whether no box was ever opened here to its end. */
export function isNewDataFolder(dataFolder: string): boolean {
  return !existsSync(boxIdFile(dataFolder))
}

/** The box's own name for itself: cookies, locks and databases carry it. Made once. */
export function getBoxId(dataFolder: string, randomness: Randomness): Id<'box'> {
  const file = boxIdFile(dataFolder)
  if (!existsSync(file)) replaceFileSync(file, `${newId('box', randomness)}\n`, { mode: 0o600 })
  return parseId('box', readFileSync(file, 'utf8').trim())
}

function boxIdFile(dataFolder: string): string {
  return join(dataFolder, 'keys', 'box-id')
}
