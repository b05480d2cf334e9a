// Giving a name to something only if nobody has that name: no check beforehand, no gap between check and deed.

import { linkSync, renameSync, statSync, unlinkSync } from 'node:fs'
import { atCurrentFolder, libc, zeroEnded } from './libc.ts'

const renameNoReplace = 1

/**
 * Renames a file unless the new name is taken (`EEXIST`). Where the system cannot do that in one step: a second name, then the first
 * is removed; and where files cannot have two names, a look beforehand.
 */
export function renameIfAbsent(from: string | Buffer, to: string | Buffer): void {
  const c = libc()
  if (c) {
    if (c.call.renameat2(atCurrentFolder, zeroEnded(from), atCurrentFolder, zeroEnded(to), renameNoReplace) === 0) return
    const error = c.lastError('renameat2')
    if (error.code !== 'EINVAL' && error.code !== 'ENOSYS') throw error
  }
  renameByLink(from, to)
}

/** @throws ErrnoException; `ENOTSUP` where pipes cannot be made */
export function makeFifo(path: string | Buffer, mode: number): void {
  const c = libc()
  if (!c) throw Object.assign(new Error('ENOTSUP: named pipes cannot be made here'), { code: 'ENOTSUP' })
  if (c.call.mkfifoat(atCurrentFolder, zeroEnded(path), mode)) throw c.lastError('mkfifoat')
}

function renameByLink(from: string | Buffer, to: string | Buffer): void {
  try {
    linkSync(from, to)
    unlinkSync(from)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || isThere(to)) throw taken()
    renameSync(from, to)
  }
}

function isThere(path: string | Buffer): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function taken(): NodeJS.ErrnoException {
  return Object.assign(new Error('EEXIST: the name is taken'), { code: 'EEXIST' })
}
