/** The engine's view of a version as pages and downloads want it: names for paths, milliseconds for times, bytes with their entry. */
import type { LostFolder, TreeEntry, Version } from '../../engine/index.ts'
import { namesOfPathBytes, pathBytes } from './version-path.ts'
import type { VersionEntry, VersionReader } from './version-reader.ts'

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
    walk: (path, options) => walkBelow(version, path, options),
    readFiles: (items) => version.readFiles(items),
    release: (pieces) => version.release(pieces),
  }
}

/** The engine gives the folder itself first, with its whole path. */
async function* walkBelow(
  version: Version,
  ...[folder, { onLost } = {}]: Parameters<VersionReader['walk']>
): ReturnType<VersionReader['walk']> {
  const below = (path: Buffer) => namesOfPathBytes(path).slice(folder.length)
  const options = onLost && { onLost: ({ path }: LostFolder) => onLost(below(path)) }
  for await (const { path, entry } of version.walk(pathBytes(folder), options)) {
    const names = below(path)
    if (names.length > 0) yield { path: names, entry: toVersionEntry(version, entry) }
  }
}

function toVersionEntry(version: Version, entry: TreeEntry): VersionEntry {
  const { name, mode, mtimeNs, uid, gid } = entry
  const shared = { name, mode, changedAtMs: Number(mtimeNs / nanosecondsPerMs), changedAtNs: mtimeNs, owner: { uid, gid } }
  switch (entry.type) {
    case 'directory':
      return { ...shared, type: 'directory' }
    case 'symlink':
      return { ...shared, type: 'symlink', target: entry.target }
    case 'special':
      return { ...shared, type: 'special', what: entry.special }
    case 'file':
    case 'hardlink':
      return {
        ...shared,
        type: 'file',
        sizeBytes: entry.size,
        sameFile: entry.type === 'hardlink' ? `${entry.device}:${entry.inode}` : undefined,
        stored: entry,
        read: (bytes) => version.readFile(entry, bytes),
      }
    default:
      return entry satisfies never
  }
}
