/** Small copies of pictures, drawn when somebody looks, and kept in memory for a while by what the picture holds. */
import { createHash } from 'node:crypto'
import { createBoundedCache } from '../repositories/bounded-cache.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { VersionEntry } from '../snapshots/version-reader.ts'
import type { Thumbnailer, ThumbnailSize } from './thumbnailer.ts'

type VersionFile = Extract<VersionEntry, { type: 'file' }>

export interface ThumbnailsService extends AsyncDisposable {
  /** The same for the same bytes in every version of an account. */
  readonly tagOf: (repositoryId: RepositoryId, file: VersionFile, size: ThumbnailSize) => string
  /** Undefined: too many are asked for at once. Empty: it cannot be drawn. */
  readonly find: (tag: string, file: VersionFile, size: ThumbnailSize) => Promise<Buffer | undefined>
}

/** Larger ones are not drawn. */
export const maxPictureBytes = 32 * 1024 * 1024
const keptBytesMax = 24 * 1024 * 1024
const entryBytes = 200
const endings = ['.jpg', '.jpeg', '.png', '.gif', '.webp', '.tif', '.tiff', '.avif']

/** Whether a list asks for one: by the name, as nobody has looked into the file. */
export function mayHaveThumbnail(name: Uint8Array, sizeBytes: number): boolean {
  const text = Buffer.from(name).toString('latin1').toLowerCase()
  return sizeBytes > 0 && sizeBytes <= maxPictureBytes && endings.some((ending) => text.endsWith(ending))
}

export function createThumbnails({ thumbnailer }: { readonly thumbnailer: Thumbnailer }): ThumbnailsService {
  const kept = createBoundedCache<string, Buffer>({
    maxWeight: keptBytesMax,
    weigh: ({ length }) => length + entryBytes,
  })
  return {
    tagOf: (repositoryId, file, size) => {
      const hash = createHash('sha256').update(`${repositoryId} ${size} ${file.sizeBytes} `)
      for (const bytes of contentBytes(file)) hash.update(bytes)
      return hash.digest('base64url').slice(0, 27)
    },
    find: async (tag, file, size) => {
      const known = kept.get(tag)
      if (known !== undefined) return known
      if (file.sizeBytes > maxPictureBytes) return Buffer.alloc(0)
      const drawn = await thumbnailer.draw(() => readWhole(file), size)
      if (drawn !== undefined) kept.set(tag, drawn)
      return drawn
    },
    [Symbol.asyncDispose]: () => thumbnailer[Symbol.asyncDispose](),
  }
}

/** What names the bytes, or the bytes. */
function* contentBytes({ stored: { content } }: VersionFile): Generator<Uint8Array> {
  if (content.kind === 'inline') yield content.bytes
  if (content.kind === 'list') yield content.id
  if (content.kind === 'chunks')
    for (const item of content.items) {
      yield Buffer.from(`${item.kind} ${item.length} `)
      if (item.kind === 'data') yield item.id
    }
}

async function readWhole(file: VersionFile): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of file.read({ start: 0, end: file.sizeBytes })) parts.push(part)
  return Buffer.concat(parts)
}
