/** The Range header (RFC 9110, 14.2), as far as downloads need it: one range of bytes. Pure. */

export type ByteRange =
  | { readonly kind: 'whole' }
  /** `end` is the first byte after it. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

const oneRange = /^bytes=(\d{0,16})-(\d{0,16})$/

/** A header that is not understood, or asks for several ranges, is ignored, as the RFC allows: the answer is the whole. */
export function parseByteRange(header: string | undefined, sizeBytes: number): ByteRange {
  const match = oneRange.exec(header?.replaceAll(/\s/g, '') ?? '')
  if (match === null) return { kind: 'whole' }
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? { kind: 'whole' } : suffixRange(Number(last), sizeBytes)
  if (last !== '' && Number(last) < Number(first)) return { kind: 'whole' }
  const start = Number(first)
  if (start >= sizeBytes) return { kind: 'unsatisfiable' }
  return { kind: 'part', start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) }
}

function suffixRange(lengthBytes: number, sizeBytes: number): ByteRange {
  if (lengthBytes === 0 || sizeBytes === 0) return { kind: 'unsatisfiable' }
  return { kind: 'part', start: Math.max(0, sizeBytes - lengthBytes), end: sizeBytes }
}
