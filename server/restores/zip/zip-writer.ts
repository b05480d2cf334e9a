/**
 * A ZIP archive, entry by entry. Nothing is staged: an entry's bytes pass through, and of each entry only its central header is
 * kept, packed, until the end. Small files are held whole first, so that their headers are complete and even the simplest program
 * can unpack them; large ones get a descriptor behind them. A file that gives more or fewer bytes than it said breaks the archive off.
 */
import { crc32 } from 'node:zlib'
import { CentralDirectory } from './central-directory.ts'
import { ZipError } from './zip-error.ts'
import { descriptor, localHeader, type ZipTime } from './zip-records.ts'

export interface ZipHead {
  /** UTF-8, safe to unpack anywhere (safe-paths.ts), `/` at the end of a directory's. */
  readonly name: string
  readonly sizeBytes: number
  readonly unixMode: number
  readonly time: ZipTime
}

const maxNameBytes = 0xffff
const bufferedMaxBytes = 1024 * 1024

interface OpenEntry extends Omit<ZipHead, 'name'> {
  readonly name: Buffer
  readonly offset: number
  readonly isSmall: boolean
  readonly held: Buffer[]
  gotBytes: number
  checksum: number
}

export class ZipWriter {
  readonly #central = new CentralDirectory()
  #ready: Buffer[] = []
  #offset = 0
  #open: OpenEntry | undefined

  begin(head: ZipHead): void {
    this.#finish()
    const name = Buffer.from(head.name)
    if (name.length > maxNameBytes) throw new ZipError('a path is too long for a ZIP archive')
    const isSmall = head.sizeBytes <= bufferedMaxBytes
    this.#open = { ...head, name, isSmall, offset: this.#offset, held: [], gotBytes: 0, checksum: 0 }
    if (!isSmall) this.#push(localHeader({ ...head, name, crc32: undefined }))
  }

  /** Of the entry that was begun last. */
  add(bytes: Buffer): void {
    const open = this.#open
    if (open === undefined) throw new ZipError('bytes of no entry')
    open.gotBytes += bytes.length
    if (open.gotBytes > open.sizeBytes) throw wrongLength(open)
    open.checksum = crc32(bytes, open.checksum)
    if (open.isSmall) open.held.push(bytes)
    else this.#push(bytes)
  }

  /** What is ready to go out. */
  take(): readonly Buffer[] {
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  /** The list at the end; the archive is whole when all of it is out. */
  *end(): Generator<readonly Buffer[]> {
    this.#finish()
    yield this.take()
    for (const block of this.#central.write(this.#offset)) yield [block]
  }

  #finish(): void {
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    const { gotBytes, sizeBytes, checksum, isSmall, offset, held } = open
    if (gotBytes !== sizeBytes) throw wrongLength(open)
    if (isSmall) {
      this.#push(localHeader({ ...open, crc32: checksum }))
      for (const bytes of held) this.#push(bytes)
    } else {
      this.#push(descriptor({ crc32: checksum, sizeBytes }))
    }
    this.#central.add({ ...open, crc32: checksum, hasDescriptor: !isSmall, offset })
  }

  #push(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#ready.push(bytes)
    this.#offset += bytes.length
  }
}

/** The header has promised a length: an archive that breaks it must not end as if it were whole. */
function wrongLength({ sizeBytes, gotBytes }: OpenEntry): ZipError {
  return new ZipError(`a file of ${sizeBytes} bytes gave ${gotBytes}`)
}
