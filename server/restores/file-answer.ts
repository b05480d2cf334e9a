/**
 * What a request for one file is answered with: status, headers, and which bytes. A version never changes, so its place names the
 * bytes for good and the tag is strong: downloads can be taken up again days later. Pure.
 */
import { createHash } from 'node:crypto'
import { parseByteRange } from './byte-range.ts'
import { contentDisposition } from './content-disposition.ts'

export interface FileAnswer {
  readonly status: 200 | 206 | 304 | 416
  readonly headers: Readonly<Record<string, string>>
  /** Which bytes are sent; undefined: none. `end` is the first byte after them. */
  readonly bytes: { readonly start: number; readonly end: number } | undefined
}

export interface FileRequest {
  readonly range?: string | undefined
  readonly ifRange?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

export interface FileFacts {
  readonly name: Uint8Array
  readonly sizeBytes: number
  readonly changedAtMs: number
  /** Names the bytes for good: version and place. */
  readonly identity: string
  /** Shown by the browser instead of saved; a picture's type, found by its bytes. Without it: never a page, always saved. */
  readonly shownAs?: string
}

/** Never a page: a file that was backed up must not run as one of the box's own. */
const neverRendered = 'application/octet-stream'
const savedPolicy = "default-src 'none'; sandbox"
/** Opened by its own address it stands in an origin of nobody's: nothing in it runs, and nothing is loaded. A drawing may have styles. */
const shownPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

export function answerFile(request: FileRequest, file: FileFacts): FileAnswer {
  const etag = `"${createHash('sha256').update(file.identity).digest('base64url').slice(0, 27)}"`
  const common = {
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    // Of every answer: that of a 304 takes the place of what came with the bytes.
    'content-security-policy': file.shownAs === undefined ? savedPolicy : shownPolicy,
  }
  if (matches(request.ifNoneMatch, etag)) return { status: 304, headers: common, bytes: undefined }
  // A date would be a weak validator; only our own tag proves that it is the same file.
  const range =
    request.ifRange === undefined || request.ifRange === etag
      ? parseByteRange(request.range, file.sizeBytes)
      : { kind: 'whole' as const }
  if (range.kind === 'unsatisfiable') {
    return {
      status: 416,
      headers: { ...common, 'content-range': `bytes */${file.sizeBytes}`, 'content-length': '0' },
      bytes: undefined,
    }
  }
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: file.sizeBytes }
  const headers = {
    ...common,
    'content-type': file.shownAs ?? neverRendered,
    'content-disposition': file.shownAs === undefined ? contentDisposition(file.name) : 'inline',
    ...lastModified(file.changedAtMs),
    'content-length': String(end - start),
  }
  if (range.kind === 'whole') return { status: 200, headers, bytes: { start, end } }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${file.sizeBytes}` },
    bytes: { start, end },
  }
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*')
}

/** HTTP dates have years of four digits; files may be from any time. */
function lastModified(changedAtMs: number): Record<string, string> {
  const year = new Date(changedAtMs).getUTCFullYear()
  return year >= 1 && year <= 9999 ? { 'last-modified': new Date(changedAtMs).toUTCString() } : {}
}
