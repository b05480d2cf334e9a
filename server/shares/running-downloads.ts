/** Downloads by links that are running, so that whoever withdraws a link ends them too. Of this process, which answers all of them. */
import type { Id } from '../runtime/ids.ts'

export interface RunningDownloads {
  /** `end` breaks it off; it is forgotten when disposed of. */
  readonly add: (shareId: Id<'shr'>, end: () => void) => Disposable
  readonly endOf: (shareId: Id<'shr'>) => void
}

export function createRunningDownloads(): RunningDownloads {
  const running = new Map<Id<'shr'>, Set<() => void>>()
  return {
    add: (shareId, end) => {
      const ends = running.get(shareId) ?? new Set()
      running.set(shareId, ends.add(end))
      return {
        [Symbol.dispose]: () => {
          ends.delete(end)
          if (ends.size === 0) running.delete(shareId)
        },
      }
    },
    endOf: (shareId) => {
      for (const end of running.get(shareId) ?? []) end()
    },
  }
}
