/**
 * The records of a ZIP archive (PKWARE APPNOTE 6.3.10), as bytes. Contents are stored, not compressed: what an office keeps is
 * compressed already, and a box with two cores has better to do. Pure.
 *
 *   local header   before each entry: name, time, and size and CRC-32 where they are known by then
 *   descriptor     after an entry whose CRC-32 was not: CRC-32 and size
 *   central header one for each entry, at the end of the archive: the same, with mode and offset
 *   end            where the central headers lie, with its ZIP64 forms when a number does not fit
 */

export interface ZipEntryFacts {
  /** UTF-8, `/` between names, and at the end of a directory's. */
  readonly name: Buffer
  readonly sizeBytes: number
  /** Undefined in a local header: it comes in the descriptor. */
  readonly crc32: number | undefined
  /** Unix type and permission bits. */
  readonly unixMode: number
  readonly time: ZipTime
}

export interface ZipTime {
  /** Calendar of whoever unpacks: the archive's own field knows no zone. */
  readonly dosDate: number
  readonly dosTime: number
  /** Seconds since 1970, UTC, for programs that can do better. */
  readonly unixSeconds: number
}

const localSignature = 0x04034b50
const descriptorSignature = 0x08074b50
const centralSignature = 0x02014b50
const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const end64LocatorSignature = 0x07064b50

const versionPlain = 20
const version64 = 45
const madeByUnix = 3 << 8
const flagUtf8 = 0x0800
const flagDescriptor = 0x0008
const max16 = 0xffff
const max32 = 0xffffffff

export function localHeader(entry: ZipEntryFacts): Buffer {
  const isLarge = entry.sizeBytes >= max32
  const extra = Buffer.concat([isLarge ? extra64([entry.sizeBytes, entry.sizeBytes]) : empty, timeExtra(entry.time)])
  const head = Buffer.alloc(30)
  head.writeUInt32LE(localSignature, 0)
  head.writeUInt16LE(isLarge ? version64 : versionPlain, 4)
  head.writeUInt16LE(flagUtf8 | (entry.crc32 === undefined ? flagDescriptor : 0), 6)
  head.writeUInt16LE(entry.time.dosTime, 10)
  head.writeUInt16LE(entry.time.dosDate, 12)
  head.writeUInt32LE(entry.crc32 ?? 0, 14)
  head.writeUInt32LE(isLarge ? max32 : entry.sizeBytes, 18)
  head.writeUInt32LE(isLarge ? max32 : entry.sizeBytes, 22)
  head.writeUInt16LE(entry.name.length, 26)
  head.writeUInt16LE(extra.length, 28)
  return Buffer.concat([head, entry.name, extra])
}

export function descriptor({ crc32, sizeBytes }: { readonly crc32: number; readonly sizeBytes: number }): Buffer {
  const isLarge = sizeBytes >= max32
  const bytes = Buffer.alloc(isLarge ? 24 : 16)
  bytes.writeUInt32LE(descriptorSignature, 0)
  bytes.writeUInt32LE(crc32, 4)
  for (const index of [0, 1]) {
    if (isLarge) bytes.writeBigUInt64LE(BigInt(sizeBytes), 8 + index * 8)
    else bytes.writeUInt32LE(sizeBytes, 8 + index * 4)
  }
  return bytes
}

export function centralHeader(
  entry: ZipEntryFacts & { readonly crc32: number; readonly hasDescriptor: boolean; readonly offset: number },
): Buffer {
  const large = [entry.sizeBytes, entry.sizeBytes, entry.offset].filter((value) => value >= max32)
  const extra = Buffer.concat([large.length > 0 ? extra64(large) : empty, timeExtra(entry.time)])
  const version = large.length > 0 ? version64 : versionPlain
  const head = Buffer.alloc(46)
  head.writeUInt32LE(centralSignature, 0)
  head.writeUInt16LE(madeByUnix | version64, 4)
  head.writeUInt16LE(version, 6)
  head.writeUInt16LE(flagUtf8 | (entry.hasDescriptor ? flagDescriptor : 0), 8)
  head.writeUInt16LE(entry.time.dosTime, 12)
  head.writeUInt16LE(entry.time.dosDate, 14)
  head.writeUInt32LE(entry.crc32, 16)
  head.writeUInt32LE(Math.min(entry.sizeBytes, max32), 20)
  head.writeUInt32LE(Math.min(entry.sizeBytes, max32), 24)
  head.writeUInt16LE(entry.name.length, 28)
  head.writeUInt16LE(extra.length, 30)
  head.writeUInt32LE(((entry.unixMode << 16) | (isDirectoryMode(entry.unixMode) ? dosDirectory : 0)) >>> 0, 38)
  head.writeUInt32LE(Math.min(entry.offset, max32), 42)
  return Buffer.concat([head, entry.name, extra])
}

export function endOfArchive(central: { readonly entries: number; readonly offset: number; readonly sizeBytes: number }): Buffer {
  const needs64 = central.entries >= max16 || central.offset >= max32 || central.sizeBytes >= max32
  const end = Buffer.alloc(22)
  end.writeUInt32LE(endSignature, 0)
  end.writeUInt16LE(Math.min(central.entries, max16), 8)
  end.writeUInt16LE(Math.min(central.entries, max16), 10)
  end.writeUInt32LE(Math.min(central.sizeBytes, max32), 12)
  end.writeUInt32LE(Math.min(central.offset, max32), 16)
  return needs64 ? Buffer.concat([endOfArchive64(central), end]) : end
}

function endOfArchive64(central: { readonly entries: number; readonly offset: number; readonly sizeBytes: number }): Buffer {
  const end = Buffer.alloc(56)
  end.writeUInt32LE(end64Signature, 0)
  end.writeBigUInt64LE(BigInt(end.length - 12), 4)
  end.writeUInt16LE(madeByUnix | version64, 12)
  end.writeUInt16LE(version64, 14)
  end.writeBigUInt64LE(BigInt(central.entries), 24)
  end.writeBigUInt64LE(BigInt(central.entries), 32)
  end.writeBigUInt64LE(BigInt(central.sizeBytes), 40)
  end.writeBigUInt64LE(BigInt(central.offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(end64LocatorSignature, 0)
  locator.writeBigUInt64LE(BigInt(central.offset + central.sizeBytes), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end, locator])
}

const empty = Buffer.alloc(0)
const dosDirectory = 0x10

function isDirectoryMode(unixMode: number): boolean {
  return (unixMode & 0o170000) === 0o040000
}

/** ZIP64 extended information: only the numbers that do not fit, in the order of the header's fields. */
function extra64(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + values.length * 8)
  bytes.writeUInt16LE(0x0001, 0)
  bytes.writeUInt16LE(values.length * 8, 2)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 4 + index * 8)
  return bytes
}

/** Extended timestamp ("UT"): seconds as i32. Times beyond it keep the DOS field alone. */
function timeExtra({ unixSeconds }: ZipTime): Buffer {
  if (unixSeconds < -0x80000000 || unixSeconds > 0x7fffffff) return empty
  const bytes = Buffer.alloc(9)
  bytes.writeUInt16LE(0x5455, 0)
  bytes.writeUInt16LE(5, 2)
  bytes.writeUInt8(1, 4)
  bytes.writeInt32LE(unixSeconds, 5)
  return bytes
}
