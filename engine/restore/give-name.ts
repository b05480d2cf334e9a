// The last step: what is whole gets its name, and what gives way loses it. What may lie there was decided when it was planned, which may
// be hours ago, so it is looked at once more, right before. Between that look and the rename lie two calls of the system, some
// microseconds; who saves a file in just these is not seen. No call of any system replaces a file only if it is a certain one.

import { closeSync, constants, fstatSync, lstatSync, openSync, renameSync, unlinkSync } from 'node:fs'
import { renameIfAbsent } from '../system/posix.ts'
import { type LocalPath, pathOnlyFlag } from './folders.ts'
import { isStamp, type Stamp, stampOf } from './local-entry.ts'

/** What may lie under a name when it is given: nothing, whatever is there, or just what was looked at, untouched since. */
export type Over = 'nothing' | 'anything' | Stamp

/** A file whose change time we have moved, by taking one of its names or by setting its attributes. Its other names share that time. */
export interface OwnChange {
  readonly before: Stamp
  readonly after: Stamp
}

/** @throws ErrnoException; see `isTaken` */
export function giveName(from: LocalPath, to: LocalPath, over: Over): OwnChange | undefined {
  if (over === 'anything') renameSync(from, to)
  else if (over === 'nothing') renameIfAbsent(from, to)
  else {
    const there = lstatSync(to, { bigint: true, throwIfNoEntry: false })
    if (there && !isStamp(over, there)) throw Object.assign(new Error('EEXIST: something else is there now'), { code: 'EEXIST' })
    if (there) return changing(to, there.nlink, () => renameSync(from, to))
    renameIfAbsent(from, to)
  }
  return undefined
}

/** Whether a name could not be given because something else is there than was planned for. */
export function isTaken(error: unknown, over: Over): boolean {
  return over !== 'anything' && (error as NodeJS.ErrnoException).code === 'EEXIST'
}

/** Of anything but a folder. */
export function removeName(path: LocalPath): OwnChange | undefined {
  return changing(path, lstatSync(path, { bigint: true }).nlink, () => unlinkSync(path))
}

export function fileKey({ dev, ino }: Pick<Stamp, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`
}

const holdingFlags = (process.platform === 'linux' ? pathOnlyFlag : constants.O_NONBLOCK) | (constants.O_NOFOLLOW ?? 0)

/** Only a file of several names is looked at afterwards; where it cannot be, its other names count as changed by somebody else. */
function changing(path: LocalPath, names: bigint, change: () => void): OwnChange | undefined {
  const fd = names > 1n ? openQuietly(path) : undefined
  if (fd === undefined) {
    change()
    return undefined
  }
  try {
    const before = stampOf(fstatSync(fd, { bigint: true }))
    change()
    return { before, after: stampOf(fstatSync(fd, { bigint: true })) }
  } finally {
    closeSync(fd)
  }
}

function openQuietly(path: LocalPath): number | undefined {
  try {
    return openSync(path, holdingFlags)
  } catch {
    return undefined
  }
}
