import type { ItemToRead } from '../../engine/index.ts'
import type { ArchiveEntry } from './archive-entries.ts'

/** A kind of archive. `Head` is what it writes in front of an entry's bytes. One of it for each archive: it remembers what is in it. */
export interface ArchiveFormat<Head> {
  /** Is asked for each entry in the order of the archive, ahead of `writer`. */
  readonly toItem: (entry: ArchiveEntry) => ItemToRead<Head>
  /** Of a file of our own, at the top. */
  readonly toOwnHead: (file: { readonly name: string; readonly sizeBytes: number; readonly madeAtMs: number }) => Head
  /** What was to have this head does not come. */
  readonly leaveOut: (head: Head) => void
  /** Whether it stands on something that was left out. */
  readonly hasLost: (head: Head) => boolean
  readonly writer: {
    readonly begin: (head: Head) => void
    /** Of the entry that was begun last. Throws when these are more than it said; so does `begin` of the next when they were fewer. */
    readonly add: (bytes: Buffer) => void
    /** What is ready to go out. */
    readonly take: () => readonly Buffer[]
    readonly end: () => Iterable<readonly Buffer[]>
  }
}
