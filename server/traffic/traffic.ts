/** Whether backups, restores or downloads are moving bytes right now: what works in the background waits for a quiet moment. */
import type { Clock } from '../runtime/clock.ts'

export interface Traffic {
  /** Something moves until the returned function is called; again it does nothing. */
  readonly begin: () => () => void
  readonly isBusy: () => boolean
}

/** Between two packs of a running backup, or two pages of a restore. */
const quietAfterMs = 3000

export function createTraffic({ clock }: { readonly clock: Clock }): Traffic {
  let moving = 0
  let lastEndAt = Number.NEGATIVE_INFINITY
  return {
    begin: () => {
      moving += 1
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        moving -= 1
        lastEndAt = clock.now()
      }
    },
    // A clock that was put back makes no box busy for hours.
    isBusy: () => moving > 0 || Math.abs(clock.now() - lastEndAt) < quietAfterMs,
  }
}
