import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { ByteWriter } from '../../engine/format/bytes.ts'
import { type ListChild, writeListChildren, writeListItems } from '../../engine/format/list.ts'
import { writeTreeEntry } from '../../engine/format/tree-entry.ts'
import {
  type ChunkId,
  type ContentItem,
  deriveKeys,
  packMaxBytes,
  type RepositoryKeys,
  readWholePackIndex,
  recordTypes,
  type TreeEntry,
} from '../../engine/index.ts'
import type { RecordType } from '../../engine/model/record-type.ts'
import { PackWriter } from '../../engine/repository/pack-writer.ts'
import { refsOfPlaintext } from '../../engine/repository/refs.ts'
import { TreeBuilder } from '../../engine/repository/tree-builder.ts'
import type { Database } from '../../server/database/database.ts'
import { insertChunks } from '../../server/packs/chunks-table.ts'
import { insertPack } from '../../server/packs/packs-table.ts'
import type { Repository } from '../../server/repositories/repository.ts'
import { repositoryPlace } from '../../server/repositories/repository-place.ts'
import type { OpenSecrets } from '../../server/repositories/repository-secrets.ts'
import type { Id } from '../../server/runtime/ids.ts'

type EntryOf<T = TreeEntry> = T extends TreeEntry ? Omit<T, 'name'> : never
/** A folder's content: entries by name. */
export type Folder = ReadonlyMap<string, EntryOf>

const base = { mode: 0o644, uid: 1000, gid: 1000, extensions: [] }

export function fileEntry(content: string, mtimeNs = 1_700_000_000_000_000_000n): EntryOf {
  const bytes = Buffer.from(content)
  return {
    ...base,
    type: 'file',
    mtimeNs,
    size: bytes.length,
    content: bytes.length === 0 ? { kind: 'empty' } : { kind: 'inline', bytes },
  }
}

export function folderEntry(tree: ChunkId, mtimeNs = 1_700_000_000_000_000_000n): EntryOf {
  return { ...base, type: 'directory', mtimeNs, tree }
}

/** Puts records into a repository as an upload leaves them: a pack file under its name, its rows in the index. */
export class RepositoryWriter {
  readonly keys: RepositoryKeys
  private readonly options: {
    readonly database: Database
    readonly dataFolder: string
    readonly repository: Repository
    readonly deviceId?: Id<'dev'>
  }
  private readonly packs = { tree: undefined as PackWriter | undefined, data: undefined as PackWriter | undefined }
  private readonly known = new Set<string>()
  readonly packIds: string[] = []

  private constructor(options: RepositoryWriter['options'], keys: RepositoryKeys) {
    this.options = options
    this.keys = keys
  }

  static async open(options: RepositoryWriter['options'] & { readonly openSecrets: OpenSecrets }): Promise<RepositoryWriter> {
    return new RepositoryWriter(options, deriveKeys(await options.openSecrets(options.repository)))
  }

  /** The folder's tree; its records are stored by `flush`. */
  addFolder(folder: Folder): ChunkId {
    const builder = new TreeBuilder(this.keys, (id, plaintext) => this.addRecord(recordTypes.tree, Buffer.from(plaintext), id))
    const named = [...folder].map(([name, entry]) => ({ name: Buffer.from(name, 'latin1'), entry }))
    for (const { name, entry } of named.sort((a, b) => a.name.compare(b.name))) {
      const to = new ByteWriter()
      writeTreeEntry(to, { name, ...entry } as TreeEntry)
      builder.add(name, Buffer.from(to.view()))
    }
    return builder.finish()
  }

  addData(plaintext: Buffer): ChunkId {
    const id = this.keys.chunkId(recordTypes.data, plaintext)
    this.addRecord(recordTypes.data, plaintext, id)
    return id
  }

  /** A file whose bytes lie in one chunk; the same bytes are stored once. */
  addFile(bytes: Buffer): EntryOf {
    const item = { kind: 'data' as const, length: bytes.length, id: this.addData(bytes) }
    return {
      ...base,
      type: 'file',
      mtimeNs: 1_700_000_000_000_000_000n,
      size: bytes.length,
      content: { kind: 'chunks', items: [item] },
    }
  }

  /** The list of chunks that a large file's entry names: two levels, `perList` chunks in each of the lower one. */
  addLists(items: readonly ContentItem[], perList: number): ChunkId {
    const add = (write: (to: ByteWriter) => void) => {
      const to = new ByteWriter()
      write(to)
      const plaintext = Buffer.from(to.view())
      const id = this.keys.chunkId(recordTypes.list, plaintext)
      this.addRecord(recordTypes.list, plaintext, id)
      return id
    }
    const children: ListChild[] = []
    for (let at = 0; at < items.length; at += perList) {
      const part = items.slice(at, at + perList)
      const length = part.reduce((sum, item) => sum + item.length, 0)
      children.push({ length, id: add((to) => writeListItems(to, part)) })
    }
    return add((to) => writeListChildren(to, 1, children))
  }

  async flush(): Promise<void> {
    for (const kind of ['tree', 'data'] as const) {
      const writer = this.packs[kind]
      this.packs[kind] = undefined
      if (writer !== undefined) await this.storePack(writer)
    }
  }

  private addRecord(type: RecordType, plaintext: Buffer, chunkId: ChunkId): void {
    const key = chunkId.toString('hex')
    if (this.known.has(key)) return
    this.known.add(key)
    const kind = type === recordTypes.data ? 'data' : 'tree'
    this.packs[kind] ??= new PackWriter(Buffer.alloc(packMaxBytes), this.keys, kind)
    const refs = refsOfPlaintext(type, plaintext)
    this.packs[kind].add({ type, chunkId, plaintext, refs, compression: 'default', salt: randomBytes(32) })
  }

  private async storePack(writer: PackWriter): Promise<void> {
    const { database, dataFolder, repository, deviceId } = this.options
    const { repositoryId, uid } = repository
    const { id: packId, kind, bytes, records } = writer.finish()
    const place = repositoryPlace(dataFolder, uid)
    writeFileSync(place.packFile(packId), bytes)
    if (kind === 'tree') writeFileSync(place.twinPackFile(packId), bytes)
    this.packIds.push(packId)
    const { entries } = readWholePackIndex(bytes)
    const recordBytes = entries.reduce((sum, { length }) => sum + length, 0)
    await database.transaction(async (tx) => {
      const pack = await insertPack(tx, {
        ...{ repositoryId, packId, kind, state: 'stored', sizeBytes: bytes.length, recordBytes, records },
        ...{ claimSeq: 0, sessionSeq: 0, deviceId, receivedAt: 0 },
      })
      await insertChunks(tx, { repositoryId, pack, entries })
    })
  }
}
