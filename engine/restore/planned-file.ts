import type { ContentItem, FileContent } from '../format/tree-entry.ts'
import { type ChunkId, chunkKey } from '../model/ids.ts'
import { sealedBytesMax } from '../repository/record.ts'
import type { FileToWrite } from './file-writer.ts'
import type { OwnChange } from './give-name.ts'
import type { Failure } from './restore-report.ts'
import { slabBytes } from './writing-pool.ts'

/** A file that is to be written, with its path in the version for reports. */
export interface PlannedFile extends FileToWrite {
  readonly path: Buffer
  /** How often its name was taken before it could get it. */
  readonly tries: number
  /** An existing file that holds some of its bytes already. */
  readonly seed?: Seed
}

/** The file whose place it takes, or beside which it goes. */
export interface Seed {
  readonly name: Buffer
  /** For each run of the content: 1 where the existing file holds just that. */
  readonly isSame: Uint8Array
}

export type SettledFile =
  /** `dataBytes`: written, and read back where that is asked for; of its size all but the holes. */
  | { readonly kind: 'written'; readonly touched: OwnChange | undefined; readonly dataBytes: number }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Something else lies under its name than was planned for. */
  | { readonly kind: 'taken' }

/** Whether all of a file's records go into one batch. */
export function fitsOneBatch(file: PlannedFile): boolean {
  const { content } = file.entry
  if (file.seed || content.kind === 'list') return false
  if (content.kind !== 'chunks') return true
  return content.items.reduce((sum, item) => sum + sealedBound(item), 0) <= slabBytes
}

export function dataItems(content: FileContent): readonly (ContentItem & { kind: 'data' })[] {
  return content.kind === 'chunks' ? content.items.filter((item) => item.kind === 'data') : []
}

/** Of a file whose content lies in its entry. */
export function dataBytesOf({ content, size }: PlannedFile['entry']): number {
  if (content.kind !== 'chunks') return size
  return content.items.reduce((sum, item) => sum + (item.kind === 'hole' ? 0 : item.length), 0)
}

/** The most bytes that the record of a run can have. */
export function sealedBound(item: { readonly kind: string; readonly length: number }): number {
  return item.kind === 'data' ? sealedBytesMax(item.length, 0) : 0
}

/** Equal for files with the same stored bytes; undefined where that does not pay. */
export function contentKey(content: FileContent): string | undefined {
  if (content.kind !== 'chunks' || content.items.some((item) => item.kind === 'hole')) return undefined
  return content.items.map((item) => chunkKey((item as { id: ChunkId }).id)).join('')
}
