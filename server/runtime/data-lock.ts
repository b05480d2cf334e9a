import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { findProcess, isSameProcess, type ProcessIdentity } from './process-identity.ts'
import type { Randomness } from './randomness.ts'
import { waitUntil } from './wait-until.ts'

/*
 * One process per data folder: `lock` is made with O_EXCL and says which process made it. A lock whose process is gone (another
 * boot, or its number lives on in another process) is stale and is taken over. The database holds a second lock of its own.
 */

export type DataLock = { readonly release: () => void }

export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse'
  readonly pid: number | undefined

  constructor(dataFolder: string, pid: number | undefined) {
    super(`the data folder ${dataFolder} is in use${pid === undefined ? '' : ` by process ${pid}`}`)
    this.pid = pid
  }
}

/** Of a maker that is just about to write who it is. */
const emptyLockGraceMs = 1000
const lookAgainEveryMs = 20
const maxTakeovers = 8

const identitySchema = z.object({ pid: z.int().positive(), bootId: z.string(), startTime: z.string() })

/** Throws DataFolderInUse while another living process holds the folder. */
export async function takeDataLock(dataFolder: string, randomness: Randomness): Promise<DataLock> {
  const path = join(dataFolder, 'lock')
  const own = ownLockText()
  for (let attempt = 0; attempt < maxTakeovers; attempt += 1) {
    if (create(path, own)) return { release: () => removeIf(path, own) }
    const found = await readLock(path)
    if (found === undefined) continue
    const owner = parseOwner(found)
    if (owner !== undefined && isSameProcess(owner, findProcess(owner.pid))) throw new DataFolderInUse(dataFolder, owner.pid)
    removeStale(path, found, randomness)
  }
  throw new DataFolderInUse(dataFolder, undefined)
}

/** The living process that holds the folder, if one does. */
export function findDataLockOwner(dataFolder: string): ProcessIdentity | undefined {
  const text = readText(join(dataFolder, 'lock'))
  const owner = text === undefined ? undefined : parseOwner(text)
  return owner !== undefined && isSameProcess(owner, findProcess(owner.pid)) ? owner : undefined
}

function ownLockText(): string {
  const identity = findProcess(process.pid)
  if (identity === undefined) throw new Error('this system does not tell when a process started')
  return `${JSON.stringify(identity)}\n`
}

function create(path: string, text: string): boolean {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return true
}

async function readLock(path: string): Promise<string | undefined> {
  let text: string | undefined
  const isWritten = () => {
    text = readText(path)
    return text !== ''
  }
  await waitUntil(isWritten, { withinMs: emptyLockGraceMs, everyMs: lookAgainEveryMs })
  return text
}

function parseOwner(text: string): ProcessIdentity | undefined {
  try {
    return identitySchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/**
 * Two processes may find the same stale lock. Renaming gives it to one of them; who gets a lock that is not the one it read has
 * taken a living one, and puts it back.
 */
function removeStale(path: string, stale: string, randomness: Randomness): void {
  const aside = `${path}.${process.pid}-${randomness.bytes(6).toString('hex')}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  if (readText(aside) === stale) unlinkSync(aside)
  else renameSync(aside, path)
}

function removeIf(path: string, expected: string): void {
  if (readText(path) === expected) unlinkSync(path)
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
