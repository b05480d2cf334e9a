// Files with several names. The first name met is written; the others become links to it once it is there. Where the first could not
// take its place because somebody else's file is there, the next name takes its part.

import type { HardlinkEntry } from '../format/tree-entry.ts'
import type { FolderPlace } from './folders.ts'
import type { PlannedFile, SettledFile } from './planned-file.ts'
import type { Failure } from './restore-report.ts'

/** A name that one file of a group has already. */
export interface Anchor {
  readonly folder: FolderPlace
  readonly name: Buffer
}

interface Group {
  anchor: Anchor | undefined
  isFirstUnderWay: boolean
  /** Names that are being looked at: one of them may turn out to be it. */
  comparing: number
  failure: Failure | undefined
  readonly waiting: PlannedFile[]
}

export type LinkStep =
  | { readonly kind: 'link'; readonly anchor: Anchor; readonly file: PlannedFile }
  | { readonly kind: 'write'; readonly file: PlannedFile }
  | { readonly kind: 'fail'; readonly file: PlannedFile; readonly failure: Failure }

export class HardlinkGroups {
  private readonly groups = new Map<string, Group>()

  /** Whether this name is the one to be written; otherwise it waits for `steps`. */
  claim(file: PlannedFile, entry: HardlinkEntry): boolean {
    const group = this.groupOf(entry)
    if (group.anchor || group.isFirstUnderWay || group.comparing > 0) {
      group.waiting.push(file)
      return false
    }
    group.isFirstUnderWay = true
    return true
  }

  beginComparing(entry: HardlinkEntry): void {
    this.groupOf(entry).comparing++
  }

  endComparing(entry: HardlinkEntry): void {
    this.groupOf(entry).comparing--
  }

  /** A name that already is as in the version: the others link to it. */
  found(anchor: Anchor, entry: HardlinkEntry): void {
    this.groupOf(entry).anchor ??= anchor
  }

  settled(file: PlannedFile, entry: HardlinkEntry, settled: SettledFile): void {
    const group = this.groupOf(entry)
    group.isFirstUnderWay = false
    if (settled.kind === 'written') group.anchor = { folder: file.folder, name: file.name }
    if (settled.kind === 'failed') group.failure = settled.failure
  }

  /** What comes next for the names that wait, once all that was under way is settled; empty when none waits. */
  steps(): readonly LinkStep[] {
    const steps: LinkStep[] = []
    for (const group of this.groups.values()) {
      const { anchor, failure } = group
      for (const file of group.waiting.splice(0)) {
        if (anchor) steps.push({ kind: 'link', anchor, file })
        else if (failure) steps.push({ kind: 'fail', file, failure })
        else if (this.claim(file, file.entry as HardlinkEntry)) steps.push({ kind: 'write', file })
      }
    }
    return steps
  }

  private groupOf(entry: HardlinkEntry): Group {
    const key = `${entry.device}:${entry.inode}`
    const known = this.groups.get(key)
    if (known) return known
    const group: Group = { anchor: undefined, isFirstUnderWay: false, comparing: 0, failure: undefined, waiting: [] }
    this.groups.set(key, group)
    return group
  }
}
