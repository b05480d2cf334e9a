/** The engine's view of a version as pages and downloads want it: names for paths, milliseconds for times, bytes with their entry. */
import type { TreeEntry, Version } from '../../engine/index.ts'
import type { VersionPath } from './version-path.ts'
import type { VersionEntry, VersionReader } from './version-reader.ts'

const slash = Buffer.from('/')
const nanosecondsPerMs = 1_000_000n

export function engineVersionReader(version: Version): VersionReader {
  return {
    stat: async (path) => {
      const entry = await version.stat(pathBytes(path))
      return entry && toVersionEntry(version, entry)
    },
    listFolder: async (path, { after, limit, isWanted }) => {
      const { entries, next } = await version.listFolder(pathBytes(path), { after, limit, matches: isWanted })
      return { entries: entries.map((entry) => toVersionEntry(version, entry)), hasMore: next !== undefined }
    },
    walk: (path) => walkBelow(version, path),
  }
}

/** The engine gives the folder itself first, with its whole path. */
async function* walkBelow(version: Version, folder: VersionPath): ReturnType<VersionReader['walk']> {
  const start = pathBytes(folder)
  for await (const { path, entry } of version.walk(start)) {
    const names = namesOf(path).slice(folder.length)
    if (names.length > 0) yield { path: names, entry: toVersionEntry(version, entry) }
  }
}

function toVersionEntry(version: Version, entry: TreeEntry): VersionEntry {
  const shared = { name: entry.name, mode: entry.mode, changedAtMs: Number(entry.mtimeNs / nanosecondsPerMs) }
  switch (entry.type) {
    case 'directory':
      return { ...shared, type: 'directory' }
    case 'symlink':
      return { ...shared, type: 'symlink', target: entry.target }
    case 'special':
      return { ...shared, type: 'special', what: entry.special }
    case 'file':
    case 'hardlink':
      return { ...shared, type: 'file', sizeBytes: entry.size, read: (bytes) => version.readFile(entry, bytes) }
    default:
      return entry satisfies never
  }
}

function pathBytes(path: VersionPath): Buffer {
  return Buffer.concat(path.flatMap((name, index) => (index === 0 ? [name] : [slash, name])))
}

function namesOf(path: Buffer): VersionPath {
  const names: Buffer[] = []
  for (let at = 0; at < path.length; ) {
    const end = path.indexOf(slash, at)
    names.push(path.subarray(at, end === -1 ? path.length : end))
    at = end === -1 ? path.length : end + 1
  }
  return names
}
