import { textOfBytes } from '../../engine/index.ts'

/** A path for programs: text, or NUL and base64 where it is no UTF-8; so every path has one spelling. */
export function jsonPath(path: Buffer): string {
  return textOfBytes(path)
}

/** RFC 3339, UTC. */
export function jsonTime(atMs: number): string {
  return new Date(atMs).toISOString()
}
