/**
 * From streams to stored packs: fills the window, has worker threads cut and seal what is in it, and hands the packs to the one way by
 * which backups come in, so that room, quota, durability and rows are the same as for everybody.
 */
import { Readable } from 'node:stream'
import {
  type ChunkId,
  chunkKey,
  DepositedFile,
  deriveKeys,
  type FileEntry,
  folderTree,
  inlineMaxBytes,
  type PackKind,
  parseChunkId,
  parsePackId,
  type RecordType,
  type RepositoryKeys,
  type RepositorySecrets,
  recordTypes,
  type TreeEntry,
} from '../../engine/index.ts'
import type { LiveSession } from '../backup-sessions/backup-sessions-service.ts'
import type { ClaimsService } from '../backup-sessions/claims-service.ts'
import type { UploadsService } from '../backup-sessions/uploads-service.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { waitingNodesBytesMax, windowBytes } from './deposit.ts'
import { DepositWindow } from './deposit-window.ts'

export interface FileToDeposit {
  readonly name: Buffer
  readonly changedMs: number
  readonly content: AsyncIterable<Uint8Array>
}

interface Node {
  readonly type: RecordType
  readonly id: ChunkId
  readonly plaintext: Buffer
}

/** A file in the window: done when its last bytes were cut. */
interface Coming {
  readonly file: DepositedFile
  sizeBytes: number
}

export class DepositWriter {
  addedBytes = 0
  addedStoredBytes = 0
  private readonly options: DepositWriterOptions
  private readonly keys: RepositoryKeys
  private readonly window = new DepositWindow<Coming>(windowBytes)
  private readonly coming: Coming[] = []
  private nodes: Node[] = []
  private nodesBytes = 0

  constructor(options: DepositWriterOptions) {
    this.options = options
    this.keys = deriveKeys(options.secrets)
  }

  /** Resolves when all bytes have been taken; how many there were. */
  async addFile({ name, changedMs, content }: FileToDeposit): Promise<number> {
    const coming = { file: new DepositedFile(this.keys, this.addNodeOf(recordTypes.list), { name, changedMs }), sizeBytes: 0 }
    this.coming.push(coming)
    this.window.beginFile(coming)
    for await (const piece of content) await this.take(piece, coming)
    if (coming.sizeBytes <= inlineMaxBytes) {
      coming.file.setInline(this.window.openBytes())
      this.window.removeFile()
    } else this.window.endFile()
    return coming.sizeBytes
  }

  /** Stores what is left, and tells what came, in the order in which it came. */
  async finishFiles(): Promise<readonly FileEntry[]> {
    if (!this.window.isEmpty) await this.emptyWindow()
    return this.coming.map(({ file }) => file.finish())
  }

  addFolder(entries: readonly TreeEntry[]): ChunkId {
    return folderTree(this.keys, entries, this.addNodeOf(recordTypes.tree))
  }

  /** Everything that was added is stored. */
  async flush(): Promise<void> {
    const { nodes } = this
    this.nodes = []
    this.nodesBytes = 0
    await this.store('tree', nodes)
  }

  private async take(piece: Uint8Array, coming: Coming): Promise<void> {
    coming.sizeBytes += piece.length
    for (let at = 0; at < piece.length; ) {
      at += this.window.take(piece.subarray(at))
      if (at < piece.length) await this.emptyWindow()
    }
  }

  private async emptyWindow(): Promise<void> {
    const { window } = this
    const { pool, secrets } = this.options
    const segments = window.segments.map(({ start, end, isEnd }) => ({ start, end, isEnd }))
    const cut = await pool.run('cut-window', { secrets, window: window.bytes, segments }, { isUrgent: false })
    const records: Node[] = []
    cut.forEach(({ chunks }, index) => {
      const { file } = window.segments[index]!.file
      for (const { id: bytes, at, length } of chunks) {
        const id = parseChunkId(Buffer.from(bytes))
        file.addChunk({ id, length })
        records.push({ type: recordTypes.data, id, plaintext: window.bytes.subarray(at, at + length) })
      }
    })
    await this.store('data', records)
    const last = cut.at(-1)
    window.empty(last && segments.at(-1)!.start + last.usedBytes)
    if (this.nodesBytes >= waitingNodesBytesMax) await this.flush()
  }

  /** What the box has already is claimed, not stored again. */
  private async store(kind: PackKind, records: readonly Node[]): Promise<void> {
    const distinct = [...new Map(records.map((record) => [chunkKey(record.id), record])).values()]
    if (distinct.length === 0) return
    const { live, claims, pool, secrets } = this.options
    const has = await claims.have(
      live,
      distinct.map(({ id }) => id),
    )
    const missing = distinct.filter((_, index) => has[index] !== true)
    if (missing.length === 0) return
    const sealed = await pool.run('seal-records', { secrets, kind, records: missing }, { isUrgent: false })
    await this.send(kind, sealed)
    this.addedBytes += missing.reduce((sum, { plaintext }) => sum + plaintext.length, 0)
    this.addedStoredBytes += sealed.recordBytes
  }

  private async send(kind: PackKind, { packId, bytes }: { readonly packId: string; readonly bytes: Uint8Array }): Promise<void> {
    const { uploads, device, live } = this.options
    await uploads.receive({
      device,
      sessionId: live.session.sessionId,
      packId: parsePackId(packId),
      kind,
      body: Readable.from(slicesOf(bytes), { objectMode: false }),
      announcedBytes: bytes.length,
    })
  }

  private addNodeOf(type: RecordType): (id: ChunkId, plaintext: Buffer) => void {
    return (id, plaintext) => {
      this.nodes.push({ type, id, plaintext: Buffer.from(plaintext) })
      this.nodesBytes += plaintext.length
    }
  }
}

export interface DepositWriterOptions {
  readonly device: DeviceIdentity
  readonly live: LiveSession
  readonly secrets: RepositorySecrets
  readonly pool: Pick<WorkerPool, 'run'>
  readonly claims: ClaimsService
  readonly uploads: Pick<UploadsService, 'receive'>
}

const sliceBytes = 256 * 1024

/** As a socket would bring them: whoever takes them copies piece by piece. */
function* slicesOf(bytes: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += sliceBytes)
    yield Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(sliceBytes, bytes.length - at))
}
