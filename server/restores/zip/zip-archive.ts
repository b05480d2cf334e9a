/**
 * A ZIP archive as a stream of bytes, made while it is read. Nothing is staged: an entry's bytes pass through, and of each entry
 * only its central header is kept, packed, until the end. Whoever stops reading ends the work. Small files are read whole first,
 * so that their headers are complete and even the simplest program can unpack them; large ones get a descriptor behind them.
 */
import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { centralHeader, descriptor, endOfArchive, localHeader, type ZipEntryFacts, type ZipTime } from './zip-records.ts'

export interface ZipEntry {
  /** UTF-8, safe to unpack anywhere (safe-name.ts), `/` at the end of a directory's. */
  readonly name: string
  readonly sizeBytes: number
  readonly unixMode: number
  readonly time: ZipTime
  /** Exactly `sizeBytes` bytes. */
  readonly content: () => AsyncIterable<Uint8Array>
}

export const maxZipEntries = 20_000_000
const maxNameBytes = 0xffff
const bufferedMaxBytes = 1024 * 1024
const blockBytes = 256 * 1024

export class ZipError extends Error {
  override readonly name = 'ZipError'
}

export async function* zipArchive(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer, void, undefined> {
  const central = new CentralDirectory()
  let offset = 0
  for await (const entry of entries) {
    const name = Buffer.from(entry.name)
    if (name.length > maxNameBytes) throw new ZipError('a path is too long for a ZIP archive')
    const written = entry.sizeBytes <= bufferedMaxBytes ? writeSmall({ ...entry, name }) : writeLarge({ ...entry, name })
    const start = offset
    let checksum = 0
    for await (const piece of written) {
      offset += piece.bytes.length
      checksum = piece.crc32
      yield piece.bytes
    }
    central.add({ ...entry, name, crc32: checksum, hasDescriptor: entry.sizeBytes > bufferedMaxBytes, offset: start })
  }
  yield* central.write(offset)
}

type Piece = { readonly bytes: Buffer; readonly crc32: number }
type NamedEntry = Omit<ZipEntry, 'name'> & { readonly name: Buffer }

async function* writeSmall(entry: NamedEntry): AsyncGenerator<Piece> {
  const parts: Uint8Array[] = []
  let lengthBytes = 0
  for await (const part of entry.content()) {
    lengthBytes += part.length
    if (lengthBytes > entry.sizeBytes) break
    parts.push(part)
  }
  checkLength(entry, lengthBytes)
  const content = Buffer.concat(parts)
  const checksum = crc32(content)
  yield { bytes: Buffer.concat([localHeader({ ...entry, crc32: checksum }), content]), crc32: checksum }
}

async function* writeLarge(entry: NamedEntry): AsyncGenerator<Piece> {
  yield { bytes: localHeader({ ...entry, crc32: undefined }), crc32: 0 }
  let checksum = 0
  let lengthBytes = 0
  for await (const part of entry.content()) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.length)
    checksum = crc32(bytes, checksum)
    lengthBytes += bytes.length
    if (lengthBytes > entry.sizeBytes) break
    yield { bytes, crc32: checksum }
  }
  checkLength(entry, lengthBytes)
  yield { bytes: descriptor({ crc32: checksum, sizeBytes: entry.sizeBytes }), crc32: checksum }
}

/** The header has promised a length: an archive that breaks it must not end as if it were whole. */
function checkLength(entry: NamedEntry, lengthBytes: number): void {
  if (lengthBytes !== entry.sizeBytes) throw new ZipError(`a file of ${entry.sizeBytes} bytes gave ${lengthBytes}`)
}

/** Headers of a million files take 100 MiB as they are and a fifth of it packed. */
class CentralDirectory {
  readonly #packed: Buffer[] = []
  #open: Buffer[] = []
  #openBytes = 0
  #entries = 0
  #sizeBytes = 0

  add(entry: ZipEntryFacts & { readonly crc32: number; readonly hasDescriptor: boolean; readonly offset: number }): void {
    this.#entries += 1
    if (this.#entries > maxZipEntries) throw new ZipError(`more than ${maxZipEntries} files in one archive`)
    const header = centralHeader(entry)
    this.#open.push(header)
    this.#openBytes += header.length
    this.#sizeBytes += header.length
    if (this.#openBytes >= blockBytes) this.#pack()
  }

  *write(offset: number): Generator<Buffer> {
    this.#pack()
    for (const block of this.#packed) yield zstdDecompressSync(block)
    yield endOfArchive({ entries: this.#entries, offset, sizeBytes: this.#sizeBytes })
  }

  #pack(): void {
    if (this.#openBytes > 0) this.#packed.push(zstdCompressSync(Buffer.concat(this.#open)))
    this.#open = []
    this.#openBytes = 0
  }
}
