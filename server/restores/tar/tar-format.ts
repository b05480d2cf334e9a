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

/** `hasOtherNames`: later ones may lead to this one. */
type Head = TarFacts & { readonly hasOtherNames?: boolean }

export function tarFormat(): ArchiveFormat<Head> {
  const firstNames = new Map<string, Buffer>()
  /** First names that did not come. */
  const lost = new Set<string>()
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
      const hasOtherNames = entry.sameFile !== undefined
      return { item: { ...shared, type: 'file', name, sizeBytes: entry.sizeBytes, hasOtherNames }, file: entry.stored }
    },
    toOwnHead: ({ name, sizeBytes, madeAtMs }) => ({
      ...{ name: Buffer.from(name), type: 'file', target: empty, mode: 0o644, owner: { uid: 0, gid: 0 }, sizeBytes },
      changedAtNs: BigInt(madeAtMs) * 1_000_000n,
    }),
    leaveOut: ({ name, hasOtherNames = false }) => {
      if (hasOtherNames && lost.size < maxRememberedFiles) lost.add(name.toString('latin1'))
    },
    hasLost: ({ type, target }) => type === 'hardlink' && lost.has(target.toString('latin1')),
    writer: new TarWriter(),
  }
}
