/**
 * Files, folders and links as the entries of a tar archive: names, modes, owners and times exactly as they were, links as links, and
 * a file with several names once. For systems that have such names; who wants them safe everywhere takes the ZIP.
 */
import { pathBytes } from '../../snapshots/version-path.ts'
import type { ArchiveEntry, ArchivePart } from '../archive-entries.ts'
import type { ArchiveFormat } from '../archive-format.ts'
import type { TarFacts } from './tar-records.ts'
import { TarWriter } from './tar-writer.ts'

/** Files with several names whose first one is remembered; those beyond come with their bytes under each name. */
const maxRememberedFiles = 100_000
const slash = Buffer.from('/')
const empty = Buffer.alloc(0)

export function tarFormat(): ArchiveFormat<TarFacts> {
  const firstNames = new Map<string, Buffer>()
  let part: ArchivePart | undefined

  /** Undefined for the first name of it. What is one file in one version is another in the next. */
  const earlierName = (of: ArchiveEntry, name: Buffer): Buffer | undefined => {
    if (of.entry.type !== 'file' || of.entry.sameFile === undefined) return undefined
    if (of.part !== part) firstNames.clear()
    part = of.part
    // A file that changed while it was backed up may have been read anew under its second name.
    const key = `${of.entry.sameFile}:${of.entry.sizeBytes}:${of.entry.changedAtNs}`
    const earlier = firstNames.get(key)
    if (earlier === undefined && firstNames.size < maxRememberedFiles) firstNames.set(key, name)
    return earlier
  }

  return {
    toItem: (of) => {
      const { path, entry } = of
      const { mode, owner, changedAtNs } = entry
      const shared = { mode, owner, changedAtNs, target: empty, sizeBytes: 0 }
      const name = pathBytes(path)
      if (entry.type === 'directory')
        return { item: { ...shared, type: 'directory', name: Buffer.concat([name, slash]) }, file: undefined }
      if (entry.type === 'symlink') return { item: { ...shared, type: 'symlink', name, target: entry.target }, file: undefined }
      const earlier = earlierName(of, name)
      if (earlier !== undefined) return { item: { ...shared, type: 'hardlink', name, target: earlier }, file: undefined }
      return { item: { ...shared, type: 'file', name, sizeBytes: entry.sizeBytes }, file: entry.stored }
    },
    writer: new TarWriter(),
  }
}
