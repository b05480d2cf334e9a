// What lies at a local path now.

import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs'
import type { LocalPath } from './folders.ts'
import type { Existing } from './overwrite.ts'

/** Tells whether a name still stands for the same file, untouched: no program can set an inode's change time. */
export interface Stamp {
  readonly dev: bigint
  readonly ino: bigint
  readonly ctimeNs: bigint
  readonly mtimeNs: bigint
  readonly size: bigint
}

export type LocalEntry = Existing & {
  readonly stamp: Stamp
  /** The one kind of what is neither file, folder nor link that a restore can make. */
  readonly isPipe: boolean
}

/** Undefined when nothing does. @throws ErrnoException when that cannot be told */
export function lookAt(path: LocalPath): LocalEntry | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (!stat) return undefined
  if (!stat.isSymbolicLink()) return localEntry(stat)
  const { mtimeNs } = stat
  return { kind: 'symlink', mtimeNs, target: readlinkSync(path, 'buffer'), stamp: stampOf(stat), isPipe: false }
}

/** Of anything but a symlink. */
export function localEntry(stat: BigIntStats): LocalEntry {
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'special'
  return { kind, mtimeNs: stat.mtimeNs, size: stat.size, stamp: stampOf(stat), isPipe: stat.isFIFO() }
}

export function isStamp(stamp: Stamp, stat: Stamp): boolean {
  return (
    stamp.dev === stat.dev &&
    stamp.ino === stat.ino &&
    stamp.ctimeNs === stat.ctimeNs &&
    stamp.mtimeNs === stat.mtimeNs &&
    stamp.size === stat.size
  )
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

export function stampOf({ dev, ino, ctimeNs, mtimeNs, size }: BigIntStats): Stamp {
  return { dev, ino, ctimeNs, mtimeNs, size }
}
