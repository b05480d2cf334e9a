/**
 * Wakes the agents that wait for orders. In memory: whoever waits holds a connection to this process and nothing else, no database
 * connection and no thread, so thousands may. An agent that missed a ring (the box restarted) asks again anyway.
 */
import type { Id } from '../runtime/ids.ts'

export interface OrderBell {
  readonly ring: (deviceId: Id<'dev'>) => void
  /** Resolves at the next ring, after `forMs`, when the asker goes away, or when the box closes. */
  readonly wait: (deviceId: Id<'dev'>, options: { readonly forMs: number; readonly gone: AbortSignal }) => Promise<void>
  /** Whether the computer's agent waits for orders now: what it is told, it hears at once. */
  readonly isListening: (deviceId: Id<'dev'>) => boolean
  /** Sends everybody away: a closing box does not wait for them. */
  readonly close: () => void
}

/** An agent polls from one process; a second poll replaces the first, as after a line that broke without a word. */
export function createOrderBell(): OrderBell {
  const waiting = new Map<Id<'dev'>, () => void>()
  let isClosed = false
  return {
    ring: (deviceId) => waiting.get(deviceId)?.(),
    isListening: (deviceId) => waiting.has(deviceId),
    wait: (deviceId, { forMs, gone }) => {
      waiting.get(deviceId)?.()
      if (isClosed || gone.aborted || forMs <= 0) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      const end = () => {
        clearTimeout(timer)
        gone.removeEventListener('abort', end)
        if (waiting.get(deviceId) === end) waiting.delete(deviceId)
        resolve()
      }
      const timer = setTimeout(end, forMs)
      gone.addEventListener('abort', end, { once: true })
      waiting.set(deviceId, end)
      return promise
    },
    close: () => {
      isClosed = true
      for (const end of [...waiting.values()]) end()
    },
  }
}
