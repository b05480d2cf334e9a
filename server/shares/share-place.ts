/**
 * A place inside what a link leads to, as it stands in an address: which of the shared paths, by its number, and what lies below it. The
 * way down to a shared path is not in it: no name from outside can be asked for, and none is told. Pure.
 */
import { nameText } from '../../views/format/name-text.ts'
import { encodedPathAfter, encodeVersionPath, findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { DownloadShare } from './share.ts'

export interface SharePlace {
  readonly number: number
  /** In the version. */
  readonly path: VersionPath
  /** Below the shared path. */
  readonly below: VersionPath
}

export function findSharePlace(share: Pick<DownloadShare, 'paths'>, encoded: string): SharePlace | undefined {
  const [, digits = '', rest = ''] = /^\/(\d{1,3})(\/[\s\S]*)?$/.exec(encoded) ?? []
  if (digits === '' || String(Number(digits)) !== digits) return undefined
  const shared = share.paths[Number(digits)]
  const below = findVersionPath(rest)
  if (shared === undefined || below === undefined) return undefined
  return { number: Number(digits), path: [...shared, ...below], below }
}

/** Behind `/s/token/file` and so on, in the address as it was sent. */
export function placeAsked(share: Pick<DownloadShare, 'paths'>, pathname: string, mark: ShareMark): SharePlace | undefined {
  const afterToken = pathname.replace(/^\/s\/[^/]*/, '')
  return findSharePlace(share, encodedPathAfter(afterToken, mark))
}

export type ShareMark = 'browse' | 'file' | 'zip' | 'look' | 'drawn' | 'pdf'

export function encodeSharePlace({ number, below }: Pick<SharePlace, 'number' | 'below'>): string {
  return `/${number}${encodeVersionPath(below)}`
}

/** What a shared path is called; the top of a version has no name. */
export function nameOfShared(path: VersionPath): string | undefined {
  const name = path.at(-1)
  return name && nameText(name)
}
