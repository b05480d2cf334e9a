// Two folders, byte for byte: names, kinds, modes, owners, times to the nanosecond, link targets, hard links, holes.

import { createHash } from 'node:crypto'
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'

export interface TreeLine {
  readonly kind: string
  readonly mode: string
  readonly owner: string
  readonly mtimeNs: string
  readonly size: string
  readonly content: string
  /** The first path with the same inode, where there is more than one name. */
  readonly linkedTo: string
}

/** One line for each path below, names as Latin-1 so that every byte shows. */
export function describeTree(folder: string): Map<string, TreeLine> {
  const lines = new Map<string, TreeLine>()
  const firstNames = new Map<bigint, string>()
  const visit = (path: Buffer, relative: string) => {
    for (const name of readdirSync(path, 'buffer').sort(Buffer.compare)) {
      const below = Buffer.concat([path, Buffer.from('/'), name])
      const key = `${relative}/${name.toString('latin1')}`
      const stat = lstatSync(below, { bigint: true })
      const isMany = !stat.isDirectory() && stat.nlink > 1n
      if (isMany && !firstNames.has(stat.ino)) firstNames.set(stat.ino, key)
      lines.set(key, {
        kind: stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : stat.isFile() ? 'file' : 'special',
        mode: (stat.mode & 0o7777n).toString(8),
        owner: `${stat.uid}:${stat.gid}`,
        mtimeNs: String(stat.mtimeNs),
        size: stat.isFile() ? String(stat.size) : '',
        content: stat.isFile() ? hashOf(below) : stat.isSymbolicLink() ? readlinkSync(below, 'buffer').toString('latin1') : '',
        linkedTo: isMany ? firstNames.get(stat.ino)! : '',
      })
      if (stat.isDirectory()) visit(below, key)
    }
  }
  visit(Buffer.from(folder), '')
  return lines
}

/** What differs, in words; empty when nothing does. At most a few lines, so that a failing test stays readable. */
export function differences(expected: ReadonlyMap<string, TreeLine>, actual: ReadonlyMap<string, TreeLine>): string[] {
  const found: string[] = []
  for (const [path, line] of expected) {
    const other = actual.get(path)
    if (!other) found.push(`${JSON.stringify(path)} is missing`)
    else if (JSON.stringify(other) !== JSON.stringify(line))
      found.push(`${JSON.stringify(path)}: ${JSON.stringify(line)} became ${JSON.stringify(other)}`)
  }
  for (const path of actual.keys()) if (!expected.has(path)) found.push(`${JSON.stringify(path)} was not there before`)
  return found.slice(0, 20)
}

const block = Buffer.allocUnsafe(4 * 1024 * 1024)

function hashOf(path: Buffer): string {
  const hash = createHash('sha256')
  const fd = openSync(path, 'r')
  try {
    for (let read = readSync(fd, block); read > 0; read = readSync(fd, block)) hash.update(block.subarray(0, read))
  } finally {
    closeSync(fd)
  }
  return hash.digest('hex')
}
