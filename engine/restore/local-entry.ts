// What lies at a local path now.

import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs'
import type { LocalPath } from './folders.ts'
import type { Existing } from './overwrite.ts'

/** Undefined when nothing does. @throws ErrnoException when that cannot be told */
export function lookAt(path: LocalPath): Existing | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (!stat) return undefined
  const { mtimeNs, ctimeNs, size } = stat
  if (stat.isSymbolicLink()) return { kind: 'symlink', mtimeNs, ctimeNs, target: readlinkSync(path, 'buffer') }
  return { kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'special', mtimeNs, ctimeNs, size }
}

/** A regular file, for reading, not through a symlink; undefined when there is none that can be read. */
export function openExisting(path: LocalPath): number | undefined {
  let fd: number
  try {
    // A pipe that took the name meanwhile must not make us wait for its other end.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch {
    return undefined
  }
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  return undefined
}

export function statOpen(fd: number): BigIntStats {
  return fstatSync(fd, { bigint: true })
}
