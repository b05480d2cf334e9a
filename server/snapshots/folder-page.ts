/** One page of a folder: how many names, from which on, and which of them. Pure. */
import { nameText } from '../../views/format/name-text.ts'
import type { EntryProps } from '../../views/partials/entry.ts'
import { browsePath, filePath, newRestorePath, newSharePath, previewPath, thumbnailPath, zipPath } from '../http/page-paths.ts'
import { mayHaveThumbnail } from '../previews/thumbnails-service.ts'
import type { Id } from '../runtime/ids.ts'
import type { VersionPath } from './version-path.ts'
import type { VersionEntry } from './version-reader.ts'

export const entriesPerPage = 200
const maxFilterCharacters = 200
const maxCursorCharacters = 2048

/** Where a page of names begins, as an address carries it. */
export function cursorOf(name: Buffer): string {
  return name.toString('base64url')
}

export function parseCursor(query: string | undefined): Buffer | undefined {
  return query === undefined || query === '' || query.length > maxCursorCharacters ? undefined : Buffer.from(query, 'base64url')
}

export function filterAsked(query: string | undefined): string {
  return (query ?? '').trim().slice(0, maxFilterCharacters)
}

/** Names that hold the text somewhere, whatever the case, as people see them; undefined for all. */
export function nameFilter(filter: string): ((name: Buffer) => boolean) | undefined {
  if (filter === '') return undefined
  const wanted = folded(filter)
  return (name) => folded(nameText(name)).includes(wanted)
}

/** `hasThumbnails`: not for whoever opens files one by one, each written down. */
export function entryProps(
  version: Id<'snap'>,
  folder: VersionPath,
  entry: VersionEntry,
  {
    hasThumbnails = true,
    mayShare = false,
    mayRestore = false,
  }: { readonly hasThumbnails?: boolean; readonly mayShare?: boolean; readonly mayRestore?: boolean } = {},
): EntryProps {
  const path = [...folder, entry.name]
  const isSocket = entry.type === 'special' && entry.what !== 'fifo'
  const back = mayRestore && !isSocket ? { backPath: newRestorePath({ version, paths: [path] }) } : {}
  const shared = { name: nameText(entry.name), changedAtMs: entry.changedAtMs, ...back }
  const share = mayShare ? { sharePath: newSharePath(version, path) } : {}
  switch (entry.type) {
    case 'directory':
      return { ...shared, kind: 'folder', path: browsePath(version, path), zipPath: zipPath(version, path), ...share }
    case 'file':
      return {
        ...shared,
        kind: 'file',
        sizeBytes: entry.sizeBytes,
        filePath: filePath(version, path),
        previewPath: previewPath(version, path),
        thumbnailPath: hasThumbnails && mayHaveThumbnail(entry.name, entry.sizeBytes) ? thumbnailPath(version, path) : undefined,
        ...share,
      }
    case 'symlink':
      return { ...shared, kind: 'link', target: nameText(entry.target) }
    case 'special':
      return { ...shared, kind: 'special', what: entry.what }
    default:
      return entry satisfies never
  }
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
