/**
 * Reads records straight from pack files, inside a worker thread, by synchronous calls into one reused buffer (small asynchronous
 * reads cost three times the CPU), and proves them. Every place is tried in turn, so a damaged copy costs nothing while another one
 * is whole.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { FormatError, type OpenedRecord, openRecord, type RepositoryKeys } from '../../engine/index.ts'

/** A record in a file. */
export interface FilePlace {
  readonly file: string
  readonly offset: number
  readonly length: number
}

export type ReadRecord =
  | { readonly kind: 'opened'; readonly record: OpenedRecord }
  /** No place gave it; the last one's words. */
  | { readonly kind: 'failed'; readonly why: string }

const firstBufferBytes = 1024 * 1024
/** Larger than any record of format 1; a place that says more is not believed. */
const maxRecordBytes = 16 * 1024 * 1024

export class RecordReader implements Disposable {
  private readonly keys: RepositoryKeys
  private readonly open = new Map<string, number>()
  private buffer = Buffer.allocUnsafeSlow(firstBufferBytes)

  constructor(keys: RepositoryKeys) {
    this.keys = keys
  }

  /** The record is a view: good until the next read. */
  read(id: Uint8Array, places: readonly FilePlace[]): ReadRecord {
    let why = 'it is stored nowhere'
    for (const place of places) {
      const tried = this.tryPlace(id, place)
      if (tried.kind === 'opened') return tried
      why = tried.why
    }
    return { kind: 'failed', why }
  }

  [Symbol.dispose](): void {
    for (const file of this.open.values()) closeSync(file)
    this.open.clear()
  }

  private tryPlace(id: Uint8Array, place: FilePlace): ReadRecord {
    try {
      // The seal proves what the body's checksum would, and more.
      const record = openRecord(this.bytesAt(place), this.keys)
      if (record.header.chunkId.equals(id)) return { kind: 'opened', record }
      return { kind: 'failed', why: 'another record lies in its place' }
    } catch (error) {
      if (error instanceof FormatError) return { kind: 'failed', why: error.message }
      if (isFileError(error)) return { kind: 'failed', why: `its file cannot be read (${error.code})` }
      throw error
    }
  }

  private bytesAt({ file, offset, length }: FilePlace): Buffer {
    if (length > maxRecordBytes) throw new FormatError('limit-exceeded', `a record of ${length} bytes`)
    if (this.buffer.length < length) this.buffer = Buffer.allocUnsafeSlow(length)
    const descriptor = this.descriptorOf(file)
    let got = 0
    while (got < length) {
      const count = readSync(descriptor, this.buffer, got, length - got, offset + got)
      if (count === 0) break
      got += count
    }
    return this.buffer.subarray(0, got)
  }

  private descriptorOf(file: string): number {
    const known = this.open.get(file)
    if (known !== undefined) return known
    const descriptor = openSync(file, 'r')
    this.open.set(file, descriptor)
    return descriptor
  }
}

/** What a place that is not there, or a disk that cannot read, throws. */
function isFileError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && ['ENOENT', 'EIO', 'EISDIR', 'EACCES'].includes(String(error.code))
}
