// Writes versions record by record, for tests that need exactly these records: trees with wanted (or unwanted) entries, chunks with
// known bytes. The real way is backUp(); this one can also do what no backup would.

import { randomBytes } from 'node:crypto'
import { ByteWriter } from '../../engine/format/bytes.ts'
import { writeListItems } from '../../engine/format/list.ts'
import { writeLeafHead, writeTreeIndex } from '../../engine/format/tree.ts'
import { writeTreeEntry } from '../../engine/format/tree-entry.ts'
import type {
  BackupSession,
  ChainHead,
  ChunkId,
  ContentItem,
  DeviceId,
  FileEntry,
  RepositoryKeys,
  RepositorySecrets,
  SealedPack,
  SnapshotBody,
  TreeEntry,
} from '../../engine/index.ts'
import {
  deriveKeys,
  encodeEnvelope,
  encodeSnapshotBody,
  encodeSnapshotFile,
  recordTypes,
  refsOfPlaintext,
  sealRecord,
} from '../../engine/index.ts'
import type { RecordType } from '../../engine/model/record-type.ts'
import { PackWriter } from '../../engine/repository/pack-writer.ts'

const packBytes = 8 * 1024 * 1024
/** Those that no pack is written into just now: a new one for each is more work than what is put into it. */
const spareBuffers: Buffer[] = []
const common = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 1_700_000_000_123_456_789n, extensions: [] }

export class VersionWriter {
  readonly keys: RepositoryKeys
  private readonly known = new Set<string>()
  private readonly open: Partial<Record<'data' | 'tree', { readonly pack: PackWriter; readonly buffer: Buffer }>> = {}
  private packs: SealedPack[] = []

  constructor(secrets: RepositorySecrets) {
    this.keys = deriveKeys(secrets)
  }

  data(plaintext: Buffer): ChunkId {
    return this.add('data', recordTypes.data, plaintext)
  }

  /** One list of level 0. */
  list(items: readonly ContentItem[]): ChunkId {
    const to = new ByteWriter()
    writeListItems(to, items)
    return this.add('tree', recordTypes.list, Buffer.from(to.view()))
  }

  /** A folder in one record, or in several below one index when `segmentEntries` says how many entries each may hold. */
  tree(entries: readonly TreeEntry[], segmentEntries = Number.POSITIVE_INFINITY): ChunkId {
    const sorted = entries.toSorted((a, b) => Buffer.compare(a.name, b.name))
    if (sorted.length <= segmentEntries) return this.leaf(sorted)
    const children = []
    for (let at = 0; at < sorted.length; at += segmentEntries) {
      const part = sorted.slice(at, at + segmentEntries)
      children.push({ firstName: part[0]!.name, id: this.leaf(part) })
    }
    return this.index(children)
  }

  /** An index of level 1 with the parts as they come. */
  index(children: readonly { readonly firstName: Buffer; readonly id: ChunkId }[]): ChunkId {
    const to = new ByteWriter()
    writeTreeIndex(to, 1, children)
    return this.add('tree', recordTypes.tree, Buffer.from(to.view()))
  }

  /** A leaf with the entries as they come: also in an order, or with names, that no backup writes. */
  leaf(entries: readonly TreeEntry[]): ChunkId {
    const to = new ByteWriter()
    writeLeafHead(to, entries.length)
    for (const entry of entries) writeTreeEntry(to, entry)
    return this.add('tree', recordTypes.tree, Buffer.from(to.view()))
  }

  /** A file whose bytes are stored in chunks of at most `chunkBytes`. */
  file(name: string | Buffer, bytes: Buffer, options: Partial<FileEntry> & { readonly chunkBytes?: number } = {}): FileEntry {
    const { chunkBytes = 1024 * 1024, ...overrides } = options
    const items: ContentItem[] = []
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const part = bytes.subarray(at, at + chunkBytes)
      items.push({ kind: 'data', length: part.length, id: this.data(part) })
    }
    const content =
      items.length === 0
        ? ({ kind: 'empty' } as const)
        : items.length <= 16
          ? ({ kind: 'chunks', items } as const)
          : ({ kind: 'list', id: this.list(items) } as const)
    return { type: 'file', name: Buffer.from(name), ...common, size: bytes.length, content, ...overrides }
  }

  directory(name: string | Buffer, tree: ChunkId, options: Partial<TreeEntry> = {}): TreeEntry {
    return { type: 'directory', name: Buffer.from(name), ...common, mode: 0o755, tree, ...options } as TreeEntry
  }

  symlink(name: string | Buffer, target: string | Buffer): TreeEntry {
    return { type: 'symlink', name: Buffer.from(name), ...common, mode: 0o777, target: Buffer.from(target) }
  }

  /** The packs since the last call; each of at least one record. */
  takePacks(): readonly SealedPack[] {
    this.finish('data')
    this.finish('tree')
    const { packs } = this
    this.packs = []
    return packs
  }

  snapshotFile(options: { root: ChunkId; head: ChainHead; device: DeviceId; body?: Partial<SnapshotBody> }): Buffer {
    const { root, head, device } = options
    const envelope = encodeEnvelope({ root, device, seq: head.seq, previous: head.previous, serverTimeMs: head.serverTimeMs })
    const plaintext = encodeSnapshotBody({ ...sampleBody, ...options.body })
    const record = sealRecord(this.keys, {
      type: recordTypes.snapshot,
      chunkId: this.keys.chunkId(recordTypes.snapshot, plaintext),
      plaintext,
      refs: [root],
      compression: 'fast',
      salt: randomBytes(32),
      prefix: envelope,
    })
    return encodeSnapshotFile(envelope, record)
  }

  private add(kind: 'data' | 'tree', type: RecordType, plaintext: Buffer): ChunkId {
    const chunkId = this.keys.chunkId(type, plaintext)
    const key = chunkId.toString('hex')
    if (this.known.has(key)) return chunkId
    this.known.add(key)
    const refs = refsOrNone(type, plaintext)
    if (this.open[kind]?.pack.hasRoomFor(plaintext.length, refs.length) === false) this.finish(kind)
    this.open[kind] ??= this.begin(kind)
    this.open[kind].pack.add({ type, chunkId, plaintext, refs, compression: 'fast', salt: randomBytes(32) })
    return chunkId
  }

  private begin(kind: 'data' | 'tree') {
    const buffer = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(packBytes)
    return { buffer, pack: new PackWriter(buffer, this.keys, kind) }
  }

  private finish(kind: 'data' | 'tree'): void {
    const open = this.open[kind]
    if (!open) return
    const { id, bytes } = open.pack.finish()
    this.packs.push({ id, kind, bytes: Buffer.from(bytes) })
    spareBuffers.push(open.buffer)
    delete this.open[kind]
  }
}

/** Stores what was written so far and commits it as the session's next version. */
export async function commitTree(
  session: BackupSession,
  writer: VersionWriter,
  options: { root: ChunkId; device: DeviceId; body?: Partial<SnapshotBody> },
) {
  for (const pack of writer.takePacks()) await session.putPack(pack)
  const isCheckpoint = options.body?.isCheckpoint === true
  return await session.commit(writer.snapshotFile({ ...options, head: session.head }), { isCheckpoint })
}

export const sampleBody: SnapshotBody = {
  job: 'documents',
  startedMs: 1_700_000_000_000,
  finishedMs: 1_700_000_001_000,
  takenMs: 1_700_000_000_000,
  verdict: 'ok',
  isCheckpoint: false,
  counts: {
    ...{ files: 1, directories: 1, symlinks: 0, others: 0, bytes: 1, skipped: 0 },
    ...{ newFiles: 1, changedFiles: 0, unchangedFiles: 0, addedBytes: 1, addedStoredBytes: 1 },
  },
  skipped: [],
  sources: [Buffer.from('/home')],
  excludes: [],
  host: 'desk',
  platform: 'linux',
  agentVersion: '0.1.0',
  tags: [],
  parent: undefined,
}

/** A tree that a test made wrong on purpose names no children that could be found. */
function refsOrNone(type: RecordType, plaintext: Buffer): readonly ChunkId[] {
  try {
    return refsOfPlaintext(type, plaintext)
  } catch {
    return []
  }
}
