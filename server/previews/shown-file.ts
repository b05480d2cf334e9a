/** How a file of a version is shown, by its first bytes: the same for people of the account and for guests with a link, but for what may go out to whom. */
import type { Shown } from '../../views/pages/preview.ts'
import type { VersionEntry } from '../snapshots/version-reader.ts'
import { decidingBytes, shownKind } from './shown-kind.ts'
import { textOfBytes } from './text-of-bytes.ts'
import { maxPictureBytes } from './thumbnails-service.ts'

export type VersionFile = Extract<VersionEntry, { type: 'file' }>

/** So much of a text is shown. */
export const shownTextBytes = 256 * 1024
/** Larger pictures are for downloading: a browser would hold all of it at once. */
export const shownPictureBytes = 64 * 1024 * 1024

export interface ShownPaths {
  /** The stored bytes of a picture; undefined: none go out, pictures are drawn again, and SVG is the text that it is. */
  readonly stored: string | undefined
  /** A smaller copy, drawn by the box. */
  readonly drawn: string
  readonly pdf: string
}

export async function readFirst(file: VersionFile, bytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of file.read({ start: 0, end: Math.min(bytes, file.sizeBytes) })) parts.push(part)
  return Buffer.concat(parts)
}

/** `first`: its first `shownTextBytes`. */
export function shownOf(of: { readonly entry: VersionFile; readonly first: Buffer; readonly paths: ShownPaths }): Shown {
  const { entry, first, paths } = of
  if (entry.sizeBytes === 0) return { kind: 'nothing', words: 'This file is empty.' }
  const isWhole = first.length === entry.sizeBytes
  const text = textOfBytes(first, { isWhole })
  const found = shownKind(first.subarray(0, decidingBytes), { isText: text !== undefined })
  switch (found.kind) {
    case 'picture':
      return paths.stored === undefined && found.type === 'image/bmp' ? unshown : pictureOf(entry, paths)
    case 'drawing':
      return paths.stored === undefined ? textShown() : pictureOf(entry, paths)
    case 'drawn-copy':
      return { kind: 'picture', path: `${paths.drawn}?size=large` }
    case 'pdf':
      return {
        kind: 'opened',
        path: paths.pdf,
        words: 'A PDF opens in your browser’s own viewer, apart from this box. A browser without one saves it instead.',
      }
    case 'office':
      return { kind: 'nothing', words: 'A file of an office program. Download it, and open it with the program that made it.' }
    case 'text':
      return textShown()
    case 'none':
      return unshown
    default:
      return found satisfies never
  }

  function textShown(): Shown {
    return { kind: 'text', text: text!.text, isCut: !isWhole, encoding: text!.encoding }
  }
}

const unshown: Shown = {
  kind: 'nothing',
  words: 'What is in this file cannot be shown here. Download it, and open it with the program that made it.',
}

function pictureOf({ sizeBytes }: VersionFile, { stored, drawn }: ShownPaths): Shown {
  if (sizeBytes > (stored === undefined ? maxPictureBytes : shownPictureBytes))
    return { kind: 'nothing', words: 'This picture is too large to be shown here. Download it to look at it.' }
  return { kind: 'picture', path: stored ?? `${drawn}?size=large` }
}
