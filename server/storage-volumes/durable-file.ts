/**
 * The steps by which a file becomes part of a repository, each durable before the next: written whole under a temporary name,
 * synced, given its final name, the folder synced. A final name never shows half a file, and never changes its bytes in place.
 */
import { link, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes the names in a folder durable. Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export async function writeSynced(path: string, bytes: Uint8Array, reached: (step: 'written' | 'synced') => void): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    reached('written')
    await file.sync()
    reached('synced')
  } finally {
    await file.close()
  }
}

export interface Placing {
  readonly temporaryFile: string
  readonly finalFile: string
  /** Whether the file that already has the final name holds the right bytes. */
  readonly isRight: (path: string) => Promise<boolean>
  readonly reached: (step: 'linked' | 'unlinked' | 'folder-synced') => void
}

/**
 * Gives a synced temporary file its final name. `link` is the only call that refuses a name in use, so a right file there is left
 * alone and a wrong one (a crash of a file system that keeps no order) replaced. Where links are refused, files are renamed under a
 * lock of this process, the only one that writes here.
 */
export async function placeFile(placing: Placing): Promise<void> {
  const { temporaryFile, finalFile, reached } = placing
  const linked = await tryLink(temporaryFile, finalFile)
  if (linked === 'refused') await renameLocked(placing)
  else if (linked === 'exists' && !(await placing.isRight(finalFile))) await rename(temporaryFile, finalFile)
  reached('linked')
  await unlinkIfThere(temporaryFile)
  reached('unlinked')
  await syncFolder(dirname(finalFile))
  reached('folder-synced')
}

/** Removes a file and makes that durable; an absent one is no error. */
export async function removeDurably(path: string, reached: (step: 'unlinked' | 'unlink-synced') => void): Promise<void> {
  await unlinkIfThere(path)
  reached('unlinked')
  await syncFolder(dirname(path))
  reached('unlink-synced')
}

export async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!hasCode(error, ['ENOENT'])) throw error
  }
}

/** File systems without hard links (exFAT, some network ones) say one of these. */
const linkRefusals = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']

async function tryLink(from: string, to: string): Promise<'linked' | 'exists' | 'refused'> {
  try {
    await link(from, to)
    return 'linked'
  } catch (error) {
    if (hasCode(error, ['EEXIST'])) return 'exists'
    if (hasCode(error, linkRefusals)) return 'refused'
    throw error
  }
}

let renames: Promise<unknown> = Promise.resolve()

async function renameLocked({ temporaryFile, finalFile, isRight }: Placing): Promise<void> {
  const turn = renames.then(async () => {
    if (!(await isRight(finalFile))) await rename(temporaryFile, finalFile)
  })
  renames = turn.catch(() => {})
  await turn
}

export function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
