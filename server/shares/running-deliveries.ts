/** What is coming in at this moment, by its link: how much the box has stored for it, and that it ends where the link is withdrawn. */
import type { Id } from '../runtime/ids.ts'

/** Disposed of when it is over. */
export interface RunningDelivery extends Disposable {
  countStored: () => number
  isWithdrawn: boolean
}

export class RunningDeliveries {
  private readonly ofShares = new Map<Id<'shr'>, Set<RunningDelivery>>()

  begin(shareId: Id<'shr'>): RunningDelivery {
    const ofShare = this.ofShares.getOrInsertComputed(shareId, () => new Set())
    const running: RunningDelivery = {
      countStored: () => 0,
      isWithdrawn: false,
      [Symbol.dispose]: () => {
        ofShare.delete(running)
        if (ofShare.size === 0) this.ofShares.delete(shareId)
      },
    }
    ofShare.add(running)
    return running
  }

  /** Of all that come by the link. */
  storedBytes(shareId: Id<'shr'>): number {
    return [...(this.ofShares.get(shareId) ?? [])].reduce((sum, { countStored }) => sum + countStored(), 0)
  }

  /** Nothing more of them is taken. */
  withdraw(shareId: Id<'shr'>): void {
    for (const running of this.ofShares.get(shareId) ?? []) running.isWithdrawn = true
  }
}
