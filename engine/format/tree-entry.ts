// One line of a directory. Names, link targets and extensions are bytes and come back exactly.
//
//   varint n, n bytes      name
//   u8                     type: 1 file, 2 directory, 3 symlink, 4 hardlink, 5 special
//   varint                 mode (permission, set-id and sticky bits: 12 bits)
//   varint, varint         owner uid, gid (32 bits)
//   i64                    modified, ns since 1970 (negative before)
//   by type
//     file, hardlink       varint size; hardlink: u64 device, u64 inode (same pair = same file); content
//     directory            32 bytes: id of its tree
//     symlink              varint n, n bytes: target
//     special              u8 kind (1 fifo, 2 socket, 3 character device, 4 block device), varint device number
//   varint k, k times      extensions, sorted by key, no repeats, together at most 512 KiB: varint n, key, varint n, value
//
// content: u8 kind; 0 empty · 1 inline: size bytes · 2 chunks: varint n (1 to 16), items · 3 list: 32-byte id
// item:    varint length * 2 + (1 for a hole), and for data (at most 8 MiB) the 32-byte chunk id

import { FormatError } from '../model/errors.ts'
import { type ChunkId, chunkIdBytes } from '../model/ids.ts'
import {
  directChunksMax,
  extensionKeyMaxBytes,
  extensionsMax,
  extensionsMaxBytes,
  extensionValueMaxBytes,
  inlineMaxBytes,
  linkTargetMaxBytes,
  nameMaxBytes,
  ownerMax,
  rawRecordMaxBytes,
} from '../model/limits.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'

/** A run of a file: stored bytes, or a hole that reads as zeros and takes no space. */
export type ContentItem =
  | { readonly kind: 'data'; readonly length: number; readonly id: ChunkId }
  | { readonly kind: 'hole'; readonly length: number }

export type FileContent =
  | { readonly kind: 'empty' }
  | { readonly kind: 'inline'; readonly bytes: Buffer }
  | { readonly kind: 'chunks'; readonly items: readonly ContentItem[] }
  | { readonly kind: 'list'; readonly id: ChunkId }

interface EntryBase {
  readonly name: Buffer
  /** 12 bits: permissions, set-id, sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtimeNs: bigint
  readonly extensions: readonly Extension[]
}

/** Keys in use: `xattr:<name>`. Unknown ones are kept. */
export interface Extension {
  readonly key: Buffer
  readonly value: Buffer
}

export interface FileEntry extends EntryBase {
  readonly type: 'file'
  readonly size: number
  readonly content: FileContent
}
/** A file with more than one name: entries with the same identity are one file. */
export interface HardlinkEntry extends EntryBase {
  readonly type: 'hardlink'
  readonly size: number
  readonly content: FileContent
  readonly device: bigint
  readonly inode: bigint
}
export interface DirectoryEntry extends EntryBase {
  readonly type: 'directory'
  readonly tree: ChunkId
}
export interface SymlinkEntry extends EntryBase {
  readonly type: 'symlink'
  readonly target: Buffer
}
export const specialKinds = { fifo: 1, socket: 2, 'character-device': 3, 'block-device': 4 } as const
export type SpecialKind = keyof typeof specialKinds
export interface SpecialEntry extends EntryBase {
  readonly type: 'special'
  readonly special: SpecialKind
  readonly deviceNumber: number
}
export type TreeEntry = FileEntry | HardlinkEntry | DirectoryEntry | SymlinkEntry | SpecialEntry

const typeCodes = { file: 1, directory: 2, symlink: 3, hardlink: 4, special: 5 } as const
const contentCodes = { empty: 0, inline: 1, chunks: 2, list: 3 } as const
const specialNames: Readonly<Record<number, SpecialKind>> = { 1: 'fifo', 2: 'socket', 3: 'character-device', 4: 'block-device' }

export function writeTreeEntry(to: ByteWriter, entry: TreeEntry): void {
  to.sized(entry.name)
  to.u8(typeCodes[entry.type])
  to.varint(entry.mode)
  to.varint(entry.uid)
  to.varint(entry.gid)
  to.i64(entry.mtimeNs)
  switch (entry.type) {
    case 'file':
      to.varint(entry.size)
      writeContent(to, entry.content)
      break
    case 'hardlink':
      to.varint(entry.size)
      to.u64(entry.device)
      to.u64(entry.inode)
      writeContent(to, entry.content)
      break
    case 'directory':
      to.bytes(entry.tree)
      break
    case 'symlink':
      to.sized(entry.target)
      break
    case 'special':
      to.u8(specialKinds[entry.special])
      to.varint(entry.deviceNumber)
      break
    default:
      entry satisfies never
  }
  to.varint(entry.extensions.length)
  for (const extension of entry.extensions) {
    to.sized(extension.key)
    to.sized(extension.value)
  }
}

export function readTreeEntry(from: ByteReader): TreeEntry {
  const name = from.sized(nameMaxBytes, 'a name in bytes')
  if (name.length === 0 || name.includes(0) || name.includes(0x2f) || isDots(name))
    throw from.damage('a name that no file can have')
  const type = from.u8()
  const mode = from.bounded(0o7777, 'a mode')
  const uid = from.bounded(ownerMax, 'an owner')
  const gid = from.bounded(ownerMax, 'an owning group')
  const mtimeNs = from.i64()
  const body = readBody(from, type)
  return { name, mode, uid, gid, mtimeNs, ...body, extensions: readExtensions(from) }
}

/** The ids an entry names, in order: what goes into the record's refs. */
export function* childIds(entry: TreeEntry): Generator<ChunkId> {
  if (entry.type === 'directory') yield entry.tree
  if (entry.type !== 'file' && entry.type !== 'hardlink') return
  if (entry.content.kind === 'list') yield entry.content.id
  if (entry.content.kind === 'chunks') for (const item of entry.content.items) if (item.kind === 'data') yield item.id
}

export function writeItem(to: ByteWriter, item: ContentItem): void {
  to.varint(item.length * 2 + (item.kind === 'hole' ? 1 : 0))
  if (item.kind === 'data') to.bytes(item.id)
}

export function readItem(from: ByteReader): ContentItem {
  const word = from.varint()
  const length = Math.floor(word / 2)
  if (length === 0) throw from.damage('an item of no length')
  if (word % 2 === 0 && length > rawRecordMaxBytes) throw new FormatError('limit-exceeded', `a chunk of ${length} bytes`)
  return word % 2 === 1 ? { kind: 'hole', length } : { kind: 'data', length, id: from.bytes(chunkIdBytes) as ChunkId }
}

type EntryBody<T = TreeEntry> = T extends TreeEntry ? Omit<T, keyof EntryBase> : never

function readBody(from: ByteReader, type: number): EntryBody {
  switch (type) {
    case typeCodes.file: {
      const size = from.varint()
      return { type: 'file', size, content: readContent(from, size) }
    }
    case typeCodes.hardlink: {
      const size = from.varint()
      const device = from.u64()
      const inode = from.u64()
      return { type: 'hardlink', size, device, inode, content: readContent(from, size) }
    }
    case typeCodes.directory:
      return { type: 'directory', tree: from.bytes(chunkIdBytes) as ChunkId }
    case typeCodes.symlink:
      return { type: 'symlink', target: readLinkTarget(from) }
    case typeCodes.special: {
      const special = specialNames[from.u8()]
      if (!special) throw from.damage('an unknown kind of special file')
      return { type: 'special', special, deviceNumber: from.varint() }
    }
    default:
      throw from.damage(`the unknown entry type ${type}`)
  }
}

export function writeContent(to: ByteWriter, content: FileContent): void {
  to.u8(contentCodes[content.kind])
  if (content.kind === 'inline') to.bytes(content.bytes)
  if (content.kind === 'list') to.bytes(content.id)
  if (content.kind !== 'chunks') return
  to.varint(content.items.length)
  for (const item of content.items) writeItem(to, item)
}

export function readContent(from: ByteReader, size: number): FileContent {
  const kind = from.u8()
  switch (kind) {
    case contentCodes.empty:
      if (size !== 0) throw from.damage('a file with a size and no content')
      return { kind: 'empty' }
    case contentCodes.inline:
      if (size === 0 || size > inlineMaxBytes) throw from.damage(`an inline file of ${size} bytes`)
      return { kind: 'inline', bytes: from.bytes(size) }
    case contentCodes.chunks: {
      const count = from.bounded(directChunksMax, 'the number of chunks in an entry')
      if (count === 0) throw from.damage('a file of no chunks')
      const items = Array.from({ length: count }, () => readItem(from))
      if (items.reduce((sum, item) => sum + item.length, 0) !== size) throw from.damage('chunks that do not add up to the size')
      return { kind: 'chunks', items }
    }
    case contentCodes.list:
      return { kind: 'list', id: from.bytes(chunkIdBytes) as ChunkId }
    default:
      throw from.damage(`the unknown content kind ${kind}`)
  }
}

function readLinkTarget(from: ByteReader): Buffer {
  const target = from.sized(linkTargetMaxBytes, 'a link target in bytes')
  if (target.length === 0 || target.includes(0)) throw from.damage('a link target that no link can have')
  return target
}

function readExtensions(from: ByteReader): Extension[] {
  const count = from.bounded(extensionsMax, 'the number of extensions')
  const extensions: Extension[] = []
  const start = from.position
  for (let index = 0; index < count; index++) {
    const key = from.sized(extensionKeyMaxBytes, 'an extension key in bytes')
    const value = from.sized(extensionValueMaxBytes, 'an extension value in bytes')
    if (key.length === 0) throw from.damage('an extension without a key')
    if (index > 0 && Buffer.compare(extensions[index - 1]!.key, key) >= 0) throw from.damage('extensions that are not in order')
    extensions.push({ key, value })
  }
  if (from.position - start > extensionsMaxBytes)
    throw new FormatError('limit-exceeded', `${from.position - start} bytes of extensions in one entry`)
  return extensions
}

function isDots(name: Buffer): boolean {
  return (name.length === 1 && name[0] === 0x2e) || (name.length === 2 && name[0] === 0x2e && name[1] === 0x2e)
}
