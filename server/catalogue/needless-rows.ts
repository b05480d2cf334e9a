/**
 * Which rows of a job's catalogue no version shows. A row holds from its number up to the path's next row; it is needed when one of
 * the shown numbers lies there. A row that ends a path is needed only after another that is. Pure; rows come in the order of the key.
 */
import { entryTypes } from './catalogue.ts'
import { firstAtLeast } from './sorted-numbers.ts'

export interface RowKey {
  readonly pathHash: Buffer
  readonly fromVersion: number
}

export interface RowToJudge extends RowKey {
  readonly type: number
}

export class NeedlessRows {
  private readonly shown: readonly number[]
  /** The row that waits for its path's next one. */
  private last: RowToJudge | undefined
  private hasEarlier = false

  /** Ascending: the numbers of the versions that are there, and the newest that a next version is compared with. */
  constructor(shown: readonly number[]) {
    this.shown = shown
  }

  /** What is known to be needless now that these rows have come. */
  add(rows: readonly RowToJudge[]): readonly RowKey[] {
    return rows.flatMap((row) => {
      const needless = this.judgeLast(this.last?.pathHash.equals(row.pathHash) ? row.fromVersion : undefined)
      if (!this.last?.pathHash.equals(row.pathHash)) this.hasEarlier = false
      this.last = row
      return needless
    })
  }

  end(): readonly RowKey[] {
    const needless = this.judgeLast(undefined)
    this.last = undefined
    return needless
  }

  private judgeLast(before: number | undefined): readonly RowKey[] {
    if (this.last === undefined) return []
    const { type, fromVersion } = this.last
    const isNeeded = (type !== entryTypes.gone || this.hasEarlier) && this.isShown(fromVersion, before)
    if (isNeeded) this.hasEarlier = true
    return isNeeded ? [] : [this.last]
  }

  private isShown(from: number, before: number | undefined): boolean {
    const next = this.shown[firstAtLeast(this.shown, from)]
    return next !== undefined && (before === undefined || next < before)
  }
}
