import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { ZipError } from './zip-error.ts'
import { centralHeader, endOfArchive, type ZipEntryFacts } from './zip-records.ts'

export const maxZipEntries = 20_000_000
const blockBytes = 256 * 1024

/** The list at the end of an archive. Headers of a million files take 100 MiB as they are and a fifth of it packed. */
export class CentralDirectory {
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
