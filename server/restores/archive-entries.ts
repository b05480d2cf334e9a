/** What goes into an archive, in its order: folders before what they hold, nothing held but the way down. */
import { isLoss } from '../../engine/index.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { VersionEntry, VersionReader } from '../snapshots/version-reader.ts'

/** Some places of one version. */
export interface ArchivePart {
  readonly reader: Pick<VersionReader, 'stat' | 'walk' | 'readFiles' | 'release'>
  /** None within another. */
  readonly paths: readonly VersionPath[]
  /** What all of them begin with, and the archive leaves out. */
  readonly root: VersionPath
  /** The folder of the archive it lies in; undefined: its top. */
  readonly under: string | undefined
}

export interface ArchiveEntry {
  readonly part: ArchivePart
  /** From the archive's top, the entry's own name last. */
  readonly path: VersionPath
  readonly entry: Exclude<VersionEntry, { type: 'special' }>
}

/** A folder's content, without the folder itself. */
export function folderPart(reader: ArchivePart['reader'], folder: VersionPath): ArchivePart {
  return { reader, paths: [folder], root: folder, under: undefined }
}

/** Under the folder that all of them share. */
export function selectionPart(reader: ArchivePart['reader'], paths: readonly VersionPath[], under?: string): ArchivePart {
  return { reader, paths, root: sharedFolder(paths), under }
}

/**
 * Pipes, sockets and devices are passed over: no archive program could make them. `onLost` is told, by its place in the archive, what
 * cannot be found because folders cannot be read: the chosen thing itself, or some of what a folder held.
 */
export async function* archiveEntries(
  part: ArchivePart,
  onLost: (path: VersionPath, what: 'all' | 'contents') => void,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const { reader, paths, root, under } = part
  const above = under === undefined ? [] : [Buffer.from(under)]
  for (const path of paths) {
    const place = [...above, ...path.slice(root.length)]
    const entry = await reader.stat(path).catch((error: unknown) => {
      if (!isLoss(error)) throw error
      return 'lost' as const
    })
    if (entry === 'lost') {
      onLost(place, 'all')
      continue
    }
    // It was there when it was asked for, and a version never changes.
    if (entry === undefined) throw new Error('a chosen path is not in its version')
    if (path.length > root.length && entry.type !== 'special') yield { part, path: place, entry }
    if (entry.type !== 'directory') continue
    const onLostBelow = (below: VersionPath) => onLost([...place, ...below], 'contents')
    for await (const below of reader.walk(path, { onLost: onLostBelow })) {
      if (below.entry.type !== 'special') yield { part, path: [...place, ...below.path], entry: below.entry }
    }
  }
}

/** The deepest folder that holds all of them. */
export function sharedFolder(paths: readonly VersionPath[]): VersionPath {
  const [first = [], ...others] = paths
  let length = Math.max(0, first.length - 1)
  for (const path of others) {
    let same = 0
    while (same < length && same < path.length - 1 && path[same]!.equals(first[same]!)) same += 1
    length = same
  }
  return first.slice(0, length)
}
