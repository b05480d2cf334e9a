// Modification times to the nanosecond. Node's own calls take doubles, which hold a time of today to a quarter of a microsecond
// only, and a negative number means "now" to them; a string does not.

import { futimesSync, lutimesSync } from 'node:fs'
import { atCurrentFolder, libc, zeroEnded } from './libc.ts'

const nsPerSecond = 1_000_000_000n
const utimeOmit = 0x3ffffffen
const symlinkNoFollow = 0x100
/** Two `struct timespec`: access, which is left alone, and modification. */
const times = Buffer.alloc(32)

/** Whether times come back exactly; otherwise to within a microsecond. */
export function hasExactTimes(): boolean {
  return libc() !== undefined
}

/** Of an open file or folder. @throws ErrnoException */
export function setModifiedTime(fd: number, mtimeNs: bigint): void {
  const c = libc()
  if (!c) futimesSync(fd, secondsText(mtimeNs), secondsText(mtimeNs))
  else if (c.call.futimens(fd, timesOf(mtimeNs))) throw c.lastError('futimens')
}

/** Of what lies at a path, a symlink itself included. @throws ErrnoException */
export function setModifiedTimeAt(path: string | Buffer, mtimeNs: bigint): void {
  const c = libc()
  if (!c) lutimesSync(path, secondsText(mtimeNs), secondsText(mtimeNs))
  else if (c.call.utimensat(atCurrentFolder, zeroEnded(path), timesOf(mtimeNs), symlinkNoFollow)) throw c.lastError('utimensat')
}

function timesOf(mtimeNs: bigint): Buffer {
  const nanoseconds = ((mtimeNs % nsPerSecond) + nsPerSecond) % nsPerSecond
  times.writeBigInt64LE(utimeOmit, 8)
  times.writeBigInt64LE((mtimeNs - nanoseconds) / nsPerSecond, 16)
  times.writeBigInt64LE(nanoseconds, 24)
  return times
}

function secondsText(mtimeNs: bigint): string {
  const sign = mtimeNs < 0n ? '-' : ''
  const magnitude = mtimeNs < 0n ? -mtimeNs : mtimeNs
  return `${sign}${magnitude / nsPerSecond}.${String(magnitude % nsPerSecond).padStart(9, '0')}`
}
