/**
 * A self-backup as a file: `self/<number, 12 digits>-<SHA-256 of the file>`, one record of type `box` under the server's recovery
 * secret. Write-once, and whole or absent; whether it is whole can be told without a key.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { boxKeys, FormatError, openRecord, recordTypes, sealRecord } from '../../engine/index.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { removeDurably, syncFolder, unlinkIfThere, writeSynced } from '../storage-volumes/durable-file.ts'
import { SelfBackupError } from './self-backup-error.ts'

export interface SelfBackupName {
  readonly number: number
  readonly sha256: string
}

export interface SelfBackupFile extends SelfBackupName {
  readonly path: string
  readonly sizeBytes: number
  /** By the file system; the moment it tells of is inside. */
  readonly writtenAtMs: number
}

const numberDigits = 12
const namePattern = /^(\d{12})-([0-9a-f]{64})$/
const fileMaxBytes = 10 * 1024 * 1024

export function selfFolder(dataFolder: string): string {
  return join(dataFolder, 'self')
}

/** Newest first. Names of other kinds are nobody's business here. */
export async function listSelfBackups(folder: string): Promise<readonly SelfBackupFile[]> {
  if (!existsSync(folder)) return []
  const found: SelfBackupFile[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const match = entry.isFile() ? namePattern.exec(entry.name) : null
    if (match === null) continue
    const path = join(folder, entry.name)
    const { size, mtimeMs } = await stat(path)
    found.push({ number: Number(match[1]), sha256: match[2]!, path, sizeBytes: size, writtenAtMs: Math.floor(mtimeMs) })
  }
  return found.sort((one, other) => other.number - one.number)
}

export function sealDocument(document: Buffer, serverSecret: Buffer, randomness: Randomness): Buffer {
  const keys = boxKeys(serverSecret)
  const record = sealRecord(keys, {
    type: recordTypes.box,
    chunkId: keys.chunkId(recordTypes.box, document),
    plaintext: document,
    refs: [],
    compression: 'max',
    salt: randomness.bytes(32),
  })
  return Buffer.from(record)
}

/** @throws SelfBackupError `damaged`, `wrong-key` */
export async function openSelfBackup(file: SelfBackupFile, serverSecret: Buffer): Promise<Buffer> {
  if (file.sizeBytes > fileMaxBytes) throw new SelfBackupError('damaged', `${file.path} is larger than any self-backup.`)
  const bytes = await readFile(file.path)
  if (createHash('sha256').update(bytes).digest('hex') !== file.sha256)
    throw new SelfBackupError('damaged', `${file.path} is not what it was: its checksum is another.`)
  try {
    const { header, plaintext } = openRecord(bytes, boxKeys(serverSecret))
    if (header.type !== recordTypes.box) throw new SelfBackupError('damaged', `${file.path} holds another kind of record.`)
    return plaintext
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    // The bytes are those that were written, so it is the key that is not theirs.
    throw new SelfBackupError('wrong-key', `${file.path} does not open with this code.`, { cause })
  }
}

/** Durable when it resolves. */
export async function writeSelfBackup(
  folder: string,
  given: { readonly number: number; readonly bytes: Buffer; readonly reached: ReachedPoint },
): Promise<SelfBackupFile> {
  const { number, bytes, reached } = given
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const path = join(folder, `${String(number).padStart(numberDigits, '0')}-${sha256}`)
  const temporary = `${path}.new`
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await unlinkIfThere(temporary)
  await writeSynced(temporary, bytes, (step) => reached(`self-backup:${step}`))
  await rename(temporary, path)
  reached('self-backup:renamed')
  await syncFolder(folder)
  reached('self-backup:folder-synced')
  return { number, sha256, path, sizeBytes: bytes.length, writtenAtMs: Math.floor((await stat(path)).mtimeMs) }
}

/** The oldest beyond `keep`, and what a cut-off write left. */
export async function thinSelfBackups(
  folder: string,
  given: { readonly keep: number; readonly reached: ReachedPoint },
): Promise<void> {
  const { keep, reached } = given
  const files = await listSelfBackups(folder)
  for (const { path } of files.slice(keep)) await removeDurably(path, (step) => reached(`self-backup:${step}`))
  for (const name of await readdir(folder))
    if (name.endsWith('.new') && namePattern.test(name.slice(0, -'.new'.length)))
      await removeDurably(join(folder, name), (step) => reached(`self-backup:${step}`))
}
