// A folder as a table of all that a backup must bring back: for comparing two of them entry by entry.

import { createHash } from 'node:crypto'
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readXattrs } from '../../engine/system/posix.ts'

export interface DescribedEntry {
  readonly type: 'file' | 'directory' | 'symlink' | 'pipe' | 'other'
  readonly mode: string
  readonly owner: string
  readonly mtimeNs: bigint
  readonly size?: bigint
  readonly sha256?: string
  readonly target?: string
  readonly attributes?: readonly string[]
  /** The first path of the same file, for files with several names. */
  readonly linkedTo?: string
  /** Takes less space than it has bytes. */
  readonly isSparse?: boolean
}

/** By path from the folder, Latin-1 text so that every byte shows; the folder itself is ''. */
export function describeTree(folder: string | Buffer): Readonly<Record<string, DescribedEntry>> {
  const entries: Record<string, DescribedEntry> = {}
  const inodes = new Map<string, string>()
  const visit = (path: Buffer, name: string) => {
    const stat = lstatSync(path, { bigint: true })
    entries[name] = describe(path, name, stat, inodes)
    if (!stat.isDirectory()) return
    for (const child of readdirSync(path, 'buffer').sort(Buffer.compare)) {
      const childName = child.toString('latin1')
      visit(Buffer.concat([path, Buffer.from('/'), child]), name ? `${name}/${childName}` : childName)
    }
  }
  visit(Buffer.from(folder as string), '')
  return entries
}

function describe(path: Buffer, name: string, stat: BigIntStats, inodes: Map<string, string>): DescribedEntry {
  const common = {
    mode: (Number(stat.mode) & 0o7777).toString(8).padStart(4, '0'),
    owner: `${stat.uid}:${stat.gid}`,
    mtimeNs: stat.mtimeNs,
    ...attributesOf(path),
  }
  if (stat.isDirectory()) return { type: 'directory', ...common }
  if (stat.isSymbolicLink()) return { type: 'symlink', ...common, target: readlinkSync(path, 'buffer').toString('latin1') }
  if (stat.isFIFO()) return { type: 'pipe', ...common }
  if (!stat.isFile()) return { type: 'other', ...common }
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  const first = stat.nlink > 1n ? inodes.get(String(stat.ino)) : undefined
  if (stat.nlink > 1n && first === undefined) inodes.set(String(stat.ino), name)
  return {
    ...{ type: 'file', ...common, size: stat.size, sha256 },
    isSparse: stat.blocks * 512n + 4096n < stat.size,
    ...(first === undefined ? {} : { linkedTo: first }),
  }
}

function attributesOf(path: Buffer): { attributes?: readonly string[] } {
  const list = readXattrs(path).map(({ key, value }) => `${key.toString('latin1')}=${value.toString('hex')}`)
  return list.length > 0 ? { attributes: list } : {}
}
