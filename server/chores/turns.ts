/**
 * Whose turn it is. A light chore has its turn at once, heavy ones one after the other in the order in which they came; a chore that
 * runs or waits already gets no second turn.
 */
import type { Chore, ChoreActivity, ChoreProgress } from './chore.ts'

export interface Turn {
  readonly signal: AbortSignal
  /** Waits for its turn, then works; also when it was cancelled meanwhile: the work looks at the signal. */
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly start: (sinceMs: number) => void
  readonly note: (progress: ChoreProgress) => void
  readonly cancel: (reason: Error) => void
}

export interface Turns {
  /** Undefined: it has one. */
  readonly take: (chore: Pick<Chore, 'name' | 'weight'>) => Turn | undefined
  readonly activityOf: (name: string) => ChoreActivity
  readonly cancel: (name: string, reason: Error) => boolean
  /** Until all that runs or waits has ended, or the one with that name. */
  readonly settled: (name?: string) => Promise<void>
  /** No turns any more. */
  readonly stop: (reason: Error) => Promise<void>
}

type Held = { activity: ChoreActivity; readonly abort: AbortController; ended: Promise<unknown> }

export function createTurns(): Turns {
  const held = new Map<string, Held>()
  let heavyBefore: Promise<unknown> = Promise.resolve()
  let isStopped = false

  const settled = async (name?: string) => {
    const isBusy = () => (name === undefined ? held.size > 0 : held.has(name))
    while (isBusy())
      await Promise.allSettled([...held].filter(([of]) => name === undefined || of === name).map(([, { ended }]) => ended))
  }
  const cancel = (name: string, reason: Error) => {
    held.get(name)?.abort.abort(reason)
    return held.has(name)
  }
  return {
    take: ({ name, weight }) => {
      if (isStopped || held.has(name)) return undefined
      const abort = new AbortController()
      const mine: Held = { activity: { kind: 'queued' }, abort, ended: Promise.resolve() }
      held.set(name, mine)
      const { signal } = abort
      return {
        signal,
        cancel: (reason) => abort.abort(reason),
        start: (sinceMs) => {
          mine.activity = { kind: 'running', sinceMs, progress: undefined }
        },
        note: (progress) => {
          if (mine.activity.kind === 'running') mine.activity = { ...mine.activity, progress }
        },
        run: (work) => {
          const before = weight === 'heavy' ? heavyBefore : Promise.resolve()
          const ended = before.then(work).finally(() => held.delete(name))
          mine.ended = ended
          if (weight === 'heavy') heavyBefore = ended.catch(() => {})
          return ended
        },
      }
    },
    activityOf: (name) => held.get(name)?.activity ?? { kind: 'idle' },
    cancel,
    settled,
    stop: async (reason) => {
      isStopped = true
      for (const name of held.keys()) cancel(name, reason)
      await settled()
    },
  }
}
