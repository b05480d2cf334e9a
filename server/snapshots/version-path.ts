/**
 * A place inside a version, as it stands in a URL: the raw bytes of its names, percent-encoded, one segment each. Names need not
 * be UTF-8, so the router's decoded text cannot be used: the bytes are read from the address as it was sent. Pure.
 */

/** Names from the version's top down. Empty: the top itself. */
export type VersionPath = readonly Buffer[]

export const maxPathBytes = 8192
export const maxPathDepth = 1024

const percent = 0x25
const slash = 0x2f
const slashByte = Buffer.of(slash)

/** The bytes behind the part of an address after `/browse`, `/file` or `/zip`; undefined when no name can be so. */
export function findVersionPath(encoded: string): VersionPath | undefined {
  const trimmed = encoded.replace(/^\//, '').replace(/\/$/, '')
  if (trimmed === '') return []
  if (trimmed.length > maxPathBytes * 3) return undefined
  const names = trimmed.split('/').map(decodeName)
  if (names.length > maxPathDepth || !names.every(isName)) return undefined
  return names.reduce((sum, name) => sum + name.length + 1, 0) <= maxPathBytes ? names : undefined
}

/** `/home/caf%E9`, with a slash before each name; the top is the empty string. */
export function encodeVersionPath(path: VersionPath): string {
  return path.map((name) => `/${encodeName(name)}`).join('')
}

/** Everything after the mark in a path, still encoded: `encodedPathAfter('/versions/snap_x/browse/a%E9', 'browse')` is `/a%E9`. */
export function encodedPathAfter(pathname: string, mark: string): string {
  const end = pathname.indexOf(`/${mark}`) + mark.length + 1
  return pathname.slice(end)
}

/** As one run of bytes with a slash between names, which no name can hold. */
export function pathBytes(path: VersionPath): Buffer {
  return Buffer.concat(path.flatMap((name, index) => (index === 0 ? [name] : [slashByte, name])))
}

/** Also of absolute paths: slashes in front, at the end and twice are passed over. */
export function namesOfPathBytes(path: Buffer): VersionPath {
  const names: Buffer[] = []
  for (let at = 0; at < path.length; ) {
    const slashAt = path.indexOf(slash, at)
    const end = slashAt === -1 ? path.length : slashAt
    if (end > at) names.push(path.subarray(at, end))
    at = end + 1
  }
  return names
}

function encodeName(name: Uint8Array): string {
  let text = ''
  for (const byte of name) {
    const character = String.fromCharCode(byte)
    text += /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

function decodeName(encoded: string): Buffer | undefined {
  const bytes = Buffer.from(encoded, 'latin1')
  const name = Buffer.alloc(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; length += 1) {
    const code = bytes[at] === percent ? encoded.slice(at + 1, at + 3) : undefined
    if (code !== undefined && !/^[0-9A-Fa-f]{2}$/.test(code)) return undefined
    name[length] = code === undefined ? bytes[at]! : Number.parseInt(code, 16)
    at += code === undefined ? 1 : 3
  }
  return name.subarray(0, length)
}

/** What a tree can hold: no empty name, no NUL, no slash, and not the two names that mean a place. */
function isName(name: Buffer | undefined): name is Buffer {
  if (name === undefined || name.length === 0 || name.includes(0) || name.includes(slash)) return false
  const text = name.toString('latin1')
  return text !== '.' && text !== '..'
}
