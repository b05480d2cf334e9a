/**
 * The records of a tar archive (POSIX.1-2024, pax interchange format), as bytes. Pure.
 *
 *   extended header   in front of an entry whose facts do not fit the header: an entry of type `x` with lines `length key=value`
 *   long name         the same for names that are no UTF-8, which extended headers cannot hold: entries of type `L` and `K` (GNU)
 *   header            512 bytes: name, mode, owner, size, time, type, target
 *   content           filled up with zeros to a multiple of 512
 *   end               two blocks of zeros
 */
import { isAscii, isUtf8 } from 'node:buffer'

export const tarBlockBytes = 512

export interface TarFacts {
  /** Bytes, `/` between names, and at the end of a directory's. */
  readonly name: Buffer
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink'
  /** Where a link leads: of a hard link, an earlier name of the archive. */
  readonly target: Buffer
  readonly mode: number
  readonly owner: { readonly uid: number; readonly gid: number }
  readonly sizeBytes: number
  readonly changedAtNs: bigint
}

const typeFlags = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const
const nameBytes = 100
const maxOwner = 0o7777777
const maxSize = 0o77777777777
const maxSeconds = 0o77777777777n
const nanosecondsPerSecond = 1_000_000_000n
const empty = Buffer.alloc(0)

/** Everything in front of an entry's bytes. */
export function tarHeader(facts: TarFacts): Buffer {
  const { owner, sizeBytes, changedAtNs } = facts
  const seconds = floorSeconds(changedAtNs)
  const lines: Buffer[] = []
  const before: Buffer[] = []
  longText({ bytes: facts.name, key: 'path', flag: 'L' }, lines, before)
  longText({ bytes: facts.target, key: 'linkpath', flag: 'K' }, lines, before)
  if (owner.uid > maxOwner) lines.push(line('uid', Buffer.from(String(owner.uid))))
  if (owner.gid > maxOwner) lines.push(line('gid', Buffer.from(String(owner.gid))))
  if (sizeBytes > maxSize) lines.push(line('size', Buffer.from(String(sizeBytes))))
  if (seconds < 0n || seconds > maxSeconds || changedAtNs % nanosecondsPerSecond !== 0n)
    lines.push(line('mtime', Buffer.from(timeText(changedAtNs))))
  const header = block({
    name: facts.name,
    target: facts.target,
    flag: typeFlags[facts.type],
    mode: facts.mode,
    uid: owner.uid > maxOwner ? 0 : owner.uid,
    gid: owner.gid > maxOwner ? 0 : owner.gid,
    size: sizeBytes > maxSize ? 0 : sizeBytes,
    seconds: seconds < 0n ? 0 : Number(seconds > maxSeconds ? maxSeconds : seconds),
  })
  if (lines.length + before.length === 0) return header
  return Buffer.concat([...(lines.length === 0 ? [] : [extended(Buffer.concat(lines))]), ...before, header])
}

/** What fills the last block. */
export function tarPadding(sizeBytes: number): Buffer {
  return zeros.subarray(0, (tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes)
}

export const endOfTar = Buffer.alloc(2 * tarBlockBytes)
const zeros = Buffer.alloc(tarBlockBytes)

/** Names that fit stand in the header itself: as the bytes they are. */
function longText(
  text: { readonly bytes: Buffer; readonly key: 'path' | 'linkpath'; readonly flag: 'L' | 'K' },
  lines: Buffer[],
  before: Buffer[],
): void {
  const { bytes, key, flag } = text
  const isText = isUtf8(bytes)
  // In the header a reader takes bytes for its own system's; here it is told what they are.
  const isPlain = isText && isAscii(bytes)
  if (bytes.length <= nameBytes && (isPlain || !isText)) return
  if (isText) lines.push(line(key, bytes))
  else before.push(entry(flag, '././@LongLink', Buffer.concat([bytes, Buffer.of(0)])))
}

function extended(content: Buffer): Buffer {
  return entry('x', 'PaxHeaders/entry', content)
}

function entry(flag: string, name: string, content: Buffer): Buffer {
  const header = { name: Buffer.from(name), target: empty, flag, mode: 0o644, uid: 0, gid: 0, size: content.length, seconds: 0 }
  return Buffer.concat([block(header), content, tarPadding(content.length)])
}

/** `30 mtime=1350244992.023960108\n`: the length counts itself. */
function line(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3
  let length = rest + String(rest).length
  if (String(length).length > String(rest).length) length += 1
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')])
}

function block(header: {
  readonly name: Buffer
  readonly target: Buffer
  readonly flag: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly seconds: number
}): Buffer {
  const bytes = Buffer.alloc(tarBlockBytes)
  header.name.copy(bytes, 0, 0, nameBytes)
  octal(bytes, { at: 100, digits: 7, value: header.mode })
  octal(bytes, { at: 108, digits: 7, value: header.uid })
  octal(bytes, { at: 116, digits: 7, value: header.gid })
  octal(bytes, { at: 124, digits: 11, value: header.size })
  octal(bytes, { at: 136, digits: 11, value: header.seconds })
  bytes.fill(' ', 148, 156)
  bytes.write(header.flag, 156, 'latin1')
  header.target.copy(bytes, 157, 0, nameBytes)
  bytes.write('ustar\u000000', 257, 'latin1')
  let sum = 0
  for (const byte of bytes) sum += byte
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

function octal(bytes: Buffer, field: { readonly at: number; readonly digits: number; readonly value: number }): void {
  bytes.write(field.value.toString(8).padStart(field.digits, '0'), field.at, 'latin1')
}

/** Towards the past, also before 1970. */
function floorSeconds(ns: bigint): bigint {
  return ns >= 0n ? ns / nanosecondsPerSecond : -((-ns + nanosecondsPerSecond - 1n) / nanosecondsPerSecond)
}

function timeText(ns: bigint): string {
  const sign = ns < 0n ? '-' : ''
  const size = ns < 0n ? -ns : ns
  const fraction = String(size % nanosecondsPerSecond)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${sign}${size / nanosecondsPerSecond}${fraction === '' ? '' : `.${fraction}`}`
}
