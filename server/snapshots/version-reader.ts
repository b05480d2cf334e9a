import type { FileEntry, FilesEvent, HardlinkEntry, ItemToRead } from '../../engine/index.ts'
import type { Snapshot } from './snapshot.ts'
import type { VersionPath } from './version-path.ts'

/** What pages and downloads need of the files of one version. Every byte was checked before it comes out. Entries end with it. */
export interface VersionReader {
  /** Undefined: nothing has this name there. The top is a directory without a name. */
  readonly stat: (path: VersionPath) => Promise<VersionEntry | undefined>
  /** Names in the order of their bytes, from behind `after`. */
  readonly listFolder: (path: VersionPath, page: FolderPageRequest) => Promise<FolderPage>
  /**
   * Everything below a folder, parents before children, without holding more than the way down. Paths are relative to it. A folder that
   * cannot be read, wholly or in part, ends it by its error; with `onLost` it is told of, and the walk goes on.
   */
  readonly walk: (
    path: VersionPath,
    options?: { readonly onLost?: (path: VersionPath) => void },
  ) => AsyncIterable<{ readonly path: VersionPath; readonly entry: VersionEntry }>
  /** Items in their order, each file (its `stored`) followed by its bytes, or told to be lost; the next ones are fetched meanwhile. */
  readonly readFiles: <Item>(items: AsyncIterable<ItemToRead<Item>>) => AsyncIterable<readonly FilesEvent<Item>[]>
  /** Says that pieces which `readFiles` gave are used up, for good. */
  readonly release: (pieces: readonly Buffer[]) => void
}

export interface FolderPageRequest {
  readonly after: Buffer | undefined
  readonly limit: number
  /** Only names it says yes to; they are asked for in the order of the folder until the page is full. */
  readonly isWanted: ((name: Buffer) => boolean) | undefined
}

export interface FolderPage {
  readonly entries: readonly VersionEntry[]
  readonly hasMore: boolean
}

export type VersionEntry = {
  readonly name: Buffer
  /** 12 bits: permissions, set-id, sticky. */
  readonly mode: number
  readonly changedAtMs: number
  readonly changedAtNs: bigint
  readonly owner: { readonly uid: number; readonly gid: number }
} & (
  | { readonly type: 'directory' }
  | {
      readonly type: 'file'
      readonly sizeBytes: number
      /** The same for every name of one file that has several; undefined for a file with one. */
      readonly sameFile: string | undefined
      readonly stored: FileEntry | HardlinkEntry
      /** Bytes from `start` up to, not including, `end`. */
      readonly read: (bytes: { readonly start: number; readonly end: number }) => AsyncIterable<Uint8Array>
    }
  | { readonly type: 'symlink'; readonly target: Buffer }
  | { readonly type: 'special'; readonly what: string }
)

/** The caller has asked whether the person may see its files. */
export type OpenVersionReader = (version: Pick<Snapshot, 'repositoryId' | 'root'>) => Promise<VersionReader>
