import type { TreeEntry } from '../../engine/index.ts'
import { jsonPath } from './json-values.ts'
import type { Words } from './words.ts'

const nsPerMs = 1_000_000n
const typeLetters = { file: '-', hardlink: '-', directory: 'd', symlink: 'l', special: 's' } as const
const sizeColumns = 10

/** One line of a long listing: `-rw-r--r--   84.1 KiB  2026-03-14 18:02  name`. */
export function entryLine(entry: TreeEntry, words: Words): string {
  const size = (entry.type === 'file' || entry.type === 'hardlink' ? words.size(entry.size) : '').padStart(sizeColumns)
  return `${typeLetters[entry.type]}${modeText(entry.mode)} ${size}  ${words.moment(entryTimeMs(entry))}  ${nameOf(entry, words)}`
}

export function entryJson(entry: TreeEntry): object {
  return {
    name: jsonPath(entry.name),
    type: entry.type,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    modified: new Date(entryTimeMs(entry)).toISOString(),
    modifiedNs: String(entry.mtimeNs),
    ...(entry.type === 'file' || entry.type === 'hardlink' ? { size: entry.size } : {}),
    ...(entry.type === 'symlink' ? { target: jsonPath(entry.target) } : {}),
  }
}

/** `rwxr-xr-x`, with the letters of `ls` for set-id and sticky. */
export function modeText(mode: number): string {
  const triple = (shift: number, special: number, letter: string) => {
    const bits = mode >> shift
    const mark = mode & special ? (bits & 1 ? letter : letter.toUpperCase()) : bits & 1 ? 'x' : '-'
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${mark}`
  }
  return triple(6, 0o4000, 's') + triple(3, 0o2000, 's') + triple(0, 0o1000, 't')
}

/** Towards the past, so that no time is shown before it came. */
function entryTimeMs({ mtimeNs }: TreeEntry): number {
  return Number(mtimeNs < 0n && mtimeNs % nsPerMs !== 0n ? mtimeNs / nsPerMs - 1n : mtimeNs / nsPerMs)
}

function nameOf(entry: TreeEntry, words: Words): string {
  const name = words.path(entry.name)
  if (entry.type === 'directory') return `${name}/`
  return entry.type === 'symlink' ? `${name} -> ${words.path(entry.target)}` : name
}
