// What a run has counted so far: for its progress, its snapshot and its result.

import { type SkippedFile, type SnapshotCounts, skippedListMax } from '../format/snapshot-body.ts'

export class RunCounts {
  files = 0
  directories = 0
  symlinks = 0
  others = 0
  bytes = 0
  newFiles = 0
  changedFiles = 0
  unchangedFiles = 0
  addedBytes = 0
  addedStoredBytes = 0
  /** Entries whose place in the tree is settled. */
  entriesDone = 0
  /** Bytes read, or known to be unchanged. */
  bytesDone = 0
  isWalkComplete = false
  skippedTotal = 0
  readonly skipped: SkippedFile[] = []

  skip(file: SkippedFile): void {
    this.skippedTotal++
    if (this.skipped.length < skippedListMax) this.skipped.push(file)
  }

  snapshotCounts(trees: { readonly addedBytes: number; readonly addedStoredBytes: number }): SnapshotCounts {
    return {
      files: this.files,
      directories: this.directories,
      symlinks: this.symlinks,
      others: this.others,
      bytes: this.bytes,
      skipped: this.skippedTotal,
      newFiles: this.newFiles,
      changedFiles: this.changedFiles,
      unchangedFiles: this.unchangedFiles,
      addedBytes: this.addedBytes + trees.addedBytes,
      addedStoredBytes: this.addedStoredBytes + trees.addedStoredBytes,
    }
  }
}
