/**
 * The file `recovering` in a data folder: from the first step of a recovery until its last. While it is there no box is opened on what
 * is still half a box; calling the same recovery again goes on.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFileSync, syncFolder } from '../runtime/replace-file.ts'
import { RecoveryError } from './recovery-error.ts'

export interface RecoveryMarker {
  readonly from: string
  readonly boxId: string
  /** Of the self-backup. */
  readonly number: number
}

const markerSchema = z.object({ from: z.string(), boxId: z.string(), number: z.int() })
const markerName = 'recovering'
/** A folder that holds nothing else is still empty: settings may be put there beforehand, and a disk of its own has lost+found. */
const harmlessNames = ['holdfast.env', 'lost+found']

/** @throws RecoveryError `folder-in-use` for a folder with anything else in it than a cut-off recovery of the same box */
export function demandEmptyFolder(dataFolder: string, recovery: RecoveryMarker): void {
  const marker = findRecoveryMarker(dataFolder)
  if (marker !== undefined) {
    if (marker.boxId === recovery.boxId && marker.from === recovery.from) return
    throw new RecoveryError('folder-in-use', `A recovery of ${marker.boxId} from ${marker.from} was broken off in ${dataFolder}.`)
  }
  const found = existsSync(dataFolder) ? readdirSync(dataFolder).find((name) => !harmlessNames.includes(name)) : undefined
  if (found !== undefined) throw new RecoveryError('folder-in-use', `In ${dataFolder} there is already ${found}.`)
}

export function findRecoveryMarker(dataFolder: string): RecoveryMarker | undefined {
  const file = join(dataFolder, markerName)
  return existsSync(file) ? markerSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

export function writeRecoveryMarker(dataFolder: string, marker: RecoveryMarker): void {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  replaceFileSync(join(dataFolder, markerName), `${JSON.stringify(marker)}\n`, { mode: 0o600 })
}

/** The box is whole: from now on it may be opened by everybody. */
export function removeRecoveryMarker(dataFolder: string): void {
  rmSync(join(dataFolder, markerName), { force: true })
  syncFolder(dataFolder)
}

/** @throws RecoveryError `unfinished` */
export function demandNoRecovery(dataFolder: string): void {
  const marker = findRecoveryMarker(dataFolder)
  if (marker !== undefined)
    throw new RecoveryError('unfinished', `The recovery of ${marker.boxId} from ${marker.from} was broken off in ${dataFolder}.`)
}
