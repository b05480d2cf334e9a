// Where a sparse file has data. A hole reads as zeros and takes no space; a backup that kept only the zeros would fill the disk
// on the way back.

import { libc } from './libc.ts'

export interface Region {
  readonly start: number
  readonly end: number
}

const seekSet = 0
const seekData = 3
const seekHole = 4
/** A file with more runs than this is read as data from there on. */
const regionsMax = 65_536

/** The runs of data among the first `size` bytes, in order; undefined when the system or the file system cannot tell. */
export function dataRegions(fd: number, size: number): readonly Region[] | undefined {
  const c = libc()
  if (!c) return undefined
  const seek = (at: number, whence: number) => Number(c.call.lseek(fd, BigInt(at), whence))
  const regions: Region[] = []
  let at = 0
  while (at < size) {
    const start = seek(at, seekData)
    if (start < 0) {
      if (c.lastError('lseek').code !== 'ENXIO') return undefined
      break // no data from here to the end
    }
    if (start >= size) break
    const end = regions.length + 1 < regionsMax ? seek(start, seekHole) : size
    if (end <= start) return undefined
    regions.push({ start, end: Math.min(end, size) })
    at = end
  }
  seek(0, seekSet)
  return regions
}
