// What the version made right before a revert holds: whatever goes or is replaced has to be in it, just as it lies there.

import { ByteWriter } from '../format/bytes.ts'
import { type TreeEntry, writeTreeEntry } from '../format/tree-entry.ts'
import { isSameContent } from '../repository/file-content.ts'
import { fileKey, type OwnChange } from './give-name.ts'
import { isStamp, type LocalEntry, type Stamp } from './local-entry.ts'
import { isSameSize, isSameTime, kindOf } from './overwrite.ts'

/** By path in the version, latin1. */
export type Entries = ReadonlyMap<string, TreeEntry>

/** File systems tell times by a clock that is a few milliseconds behind. */
const clockStepMs = 50

export class HeldVersion {
  private readonly entries: Entries
  private readonly touchedNs: bigint
  /** Files whose change time the revert itself has moved: they have several names, and the others are judged later. */
  private readonly ours = new Map<string, readonly Stamp[]>()

  /** `startedAtMs`: when its making began, on this computer's clock. */
  constructor(entries: Entries, startedAtMs: number) {
    this.entries = entries
    this.touchedNs = BigInt(Math.floor(startedAtMs - clockStepMs)) * 1_000_000n
  }

  /** Whether what lies at a path is in the version, and was not touched by anybody else since its making began. */
  holds(path: Buffer, existing: LocalEntry): boolean {
    const entry = this.entries.get(path.toString('latin1'))
    if (!entry || kindOf(entry) !== existing.kind || !this.isUntouched(existing.stamp)) return false
    switch (existing.kind) {
      case 'directory':
        return true
      case 'symlink':
        return entry.type === 'symlink' && entry.target.equals(existing.target)
      case 'special':
        return entry.type === 'special' && entry.special === 'fifo' && existing.isPipe
      default:
        return (this.isOurs(existing.stamp) || isSameTime(entry, existing)) && isSameSize(entry, existing)
    }
  }

  /** What needs no look at the bytes: the version holds what lies there, and that is what is wanted. `all`: its attributes, too. */
  knownSame(path: Buffer, wanted: TreeEntry, existing: LocalEntry): 'bytes' | 'all' | undefined {
    const entry = this.entries.get(path.toString('latin1'))
    if (!entry || !this.holds(path, existing) || !isSameEntry(entry, wanted)) return undefined
    return !this.isOurs(existing.stamp) && encoded(entry).equals(encoded(wanted)) ? 'all' : 'bytes'
  }

  noteOwnChange({ before, after }: OwnChange): void {
    if (!this.isUntouched(before)) return
    // The ones before stay: they may have been seen, and not been asked about yet.
    this.ours.set(fileKey(after), [...(this.ours.get(fileKey(after)) ?? []), after])
  }

  private isUntouched(stamp: Stamp): boolean {
    return stamp.ctimeNs < this.touchedNs || this.isOurs(stamp)
  }

  private isOurs(stamp: Stamp): boolean {
    return this.ours.get(fileKey(stamp))?.some((own) => isStamp(own, stamp)) === true
  }
}

/** Contents and link targets; times and modes alone are no other file. */
export function isSameEntry(one: TreeEntry, other: TreeEntry): boolean {
  if (one.type === 'symlink' || other.type === 'symlink')
    return one.type === 'symlink' && other.type === 'symlink' && one.target.equals(other.target)
  if (!('content' in one) || !('content' in other)) return one.type === other.type
  return one.size === other.size && isSameContent(one.content, other.content)
}

function encoded(entry: TreeEntry): Buffer {
  const to = new ByteWriter()
  writeTreeEntry(to, entry)
  return to.view()
}
