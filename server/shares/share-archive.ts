/**
 * Everything a link leads to, as the parts of one archive: each shared path under its own name, without the folders above it, which are
 * nobody's business. Symbolic links are left out: they would tell names from outside, and lead whoever unpacks them somewhere else.
 */
import { type ArchivePart, folderPart } from '../restores/archive-entries.ts'
import type { VersionPath } from '../snapshots/version-path.ts'

export async function shareArchive(
  reader: ArchivePart['reader'],
  paths: readonly VersionPath[],
): Promise<readonly ArchivePart[]> {
  const bare = withoutLinks(reader)
  const [only] = paths
  // The only folder that is shared needs no folder around it.
  if (only !== undefined && paths.length === 1 && (await reader.stat(only))?.type === 'directory') return [folderPart(bare, only)]
  return paths.map((path) => ({ reader: bare, paths: [path], root: path.slice(0, -1), under: undefined }))
}

function withoutLinks(reader: ArchivePart['reader']): ArchivePart['reader'] {
  return {
    stat: reader.stat,
    readFiles: reader.readFiles,
    release: reader.release,
    walk: async function* (folder, options) {
      for await (const found of reader.walk(folder, options)) if (found.entry.type !== 'symlink') yield found
    },
  }
}
