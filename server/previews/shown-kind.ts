/** What of a file can be shown, by its first bytes: names lie, and browsers are told never to guess. A closed list. Pure. */

/** Types that browsers draw, and that run nothing in themselves. */
export const pictureTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'] as const
export type PictureType = (typeof pictureTypes)[number]

export type ShownKind =
  | { readonly kind: 'picture'; readonly type: PictureType }
  /** Pictures that browsers do not draw: a smaller copy is shown. */
  | { readonly kind: 'drawn-copy' }
  /** Shown as a picture, under which no script of it runs. */
  | { readonly kind: 'drawing' }
  | { readonly kind: 'text' }
  | { readonly kind: 'pdf' }
  | { readonly kind: 'office' }
  | { readonly kind: 'none' }

/** So much of a file decides. */
export const decidingBytes = 4096

/** `isText`: what text-of-bytes.ts finds of the same bytes. */
export function shownKind(first: Buffer, { isText }: { readonly isText: boolean }): ShownKind {
  const type = pictureType(first)
  if (type !== undefined) return { kind: 'picture', type }
  if (begins(first, 'II*\0') || begins(first, 'MM\0*')) return { kind: 'drawn-copy' }
  if (begins(first, '%PDF-')) return { kind: 'pdf' }
  if (isOffice(first)) return { kind: 'office' }
  if (!isText) return { kind: 'none' }
  return isDrawing(first.toString('latin1')) ? { kind: 'drawing' } : { kind: 'text' }
}

/** Its first element is `svg`; a declaration, comments and a document type may stand in front. */
function isDrawing(text: string): boolean {
  let rest = text.replace(/^\u00ef\u00bb\u00bf/, '').trimStart()
  for (const [begin, end] of skipped) {
    // Comments may be several.
    while (rest.startsWith(begin)) {
      const at = rest.indexOf(end, begin.length)
      if (at < 0) return false
      rest = rest.slice(at + end.length).trimStart()
    }
  }
  return /^<svg[\s>]/i.test(rest)
}

const skipped = [
  ['<?xml', '?>'],
  ['<!--', '-->'],
  ['<!DOCTYPE svg', '>'],
  ['<!--', '-->'],
] as const

function pictureType(first: Buffer): PictureType | undefined {
  if (begins(first, '\xff\xd8\xff')) return 'image/jpeg'
  if (begins(first, '\x89PNG\r\n\x1a\n')) return 'image/png'
  if (begins(first, 'GIF87a') || begins(first, 'GIF89a')) return 'image/gif'
  if (begins(first, 'RIFF') && begins(first.subarray(8), 'WEBP')) return 'image/webp'
  if (begins(first.subarray(4), 'ftypavif') || begins(first.subarray(4), 'ftypavis')) return 'image/avif'
  return begins(first, 'BM') && first.length >= 26 && first.readUInt32LE(6) === 0 ? 'image/bmp' : undefined
}

/** Of the old kind, and of the new ones: ZIP archives that begin with a part of theirs. */
function isOffice(first: Buffer): boolean {
  if (begins(first, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return true
  return (
    begins(first, 'PK\x03\x04') &&
    /^(\[Content_Types\]\.xml|_rels\/|mimetypeapplication\/vnd\.oasis)/.test(first.toString('latin1', 30))
  )
}

function begins(bytes: Buffer, text: string): boolean {
  return bytes.subarray(0, text.length).equals(Buffer.from(text, 'latin1'))
}
