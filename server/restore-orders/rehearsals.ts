/**
 * What a computer says that a restore would do there. Asked by the page while somebody looks at it, kept in memory for minutes: an
 * answer that was lost with a restart of the box is simply asked for again.
 */
import type { RehearsalCounters } from '../../selection/restore-order.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { RestoreWish } from './restore-order.ts'

export interface RehearsalCounts extends RehearsalCounters {
  /** Where the files would go. */
  readonly freeBytes: number | undefined
  /** The first of those that would be replaced. */
  readonly replaced: readonly string[]
  /** The first of those that a revert would take away. */
  readonly gone: readonly string[]
  readonly isWhole: boolean
}

export interface RehearsalAsked extends RestoreWish {
  readonly rehearsalId: Id<'rst'>
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly orderId: Id<'ord'>
  readonly snapshot: Id<'snap'>
  readonly paths: readonly VersionPath[]
}

export type Rehearsed =
  | { readonly kind: 'asked'; readonly sinceMs: number }
  | { readonly kind: 'told'; readonly counts: RehearsalCounts }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string }
  /** The computer did not answer in time. */
  | { readonly kind: 'silent' }

export interface Rehearsals {
  readonly ask: (asked: RehearsalAsked) => void
  readonly find: (rehearsalId: Id<'rst'>) => RehearsalAsked | undefined
  /** The same, while an answer is waited for: only so long may the computer look at what was selected. */
  readonly findOpen: (rehearsalId: Id<'rst'>) => RehearsalAsked | undefined
  readonly tell: (rehearsalId: Id<'rst'>, answer: Exclude<Rehearsed, { readonly kind: 'asked' | 'silent' }>) => void
  readonly answerOf: (rehearsalId: Id<'rst'>) => Rehearsed | undefined
  /** Resolves when there is an answer, or after so long. */
  readonly settled: (rehearsalId: Id<'rst'>, forMs: number) => Promise<void>
}

const maxRehearsals = 500
/** For a page that is left open. */
const keptForMs = 10 * 60_000
/** A computer counts for at most half a minute. */
export const rehearsedWithinMs = 45_000

interface Entry {
  readonly asked: RehearsalAsked
  readonly atMs: number
  readonly told: PromiseWithResolvers<void>
  answer: Rehearsed | undefined
}

export function createRehearsals({ clock }: { readonly clock: Clock }): Rehearsals {
  const known = new Map<Id<'rst'>, Entry>()

  const tidy = () => {
    for (const [id, { atMs }] of known) if (known.size >= maxRehearsals || clock.now() - atMs > keptForMs) known.delete(id)
  }

  return {
    ask: (asked) => {
      tidy()
      // One of each computer: whoever looks at another choice does not wait for the one before.
      for (const [id, other] of known) if (other.asked.deviceId === asked.deviceId && other.answer === undefined) known.delete(id)
      known.set(asked.rehearsalId, { asked, atMs: clock.now(), told: Promise.withResolvers(), answer: undefined })
    },
    find: (id) => known.get(id)?.asked,
    findOpen: (id) => {
      const entry = known.get(id)
      const isOpen = entry !== undefined && entry.answer === undefined && clock.now() - entry.atMs <= rehearsedWithinMs
      return isOpen ? entry.asked : undefined
    },
    tell: (id, answer) => {
      const entry = known.get(id)
      if (entry === undefined) return
      entry.answer ??= answer
      entry.told.resolve()
    },
    settled: async (id, forMs) => {
      const timer = Promise.withResolvers<void>()
      const timeout = setTimeout(timer.resolve, forMs)
      await Promise.race([known.get(id)?.told.promise, timer.promise])
      clearTimeout(timeout)
    },
    answerOf: (id) => {
      const entry = known.get(id)
      if (entry === undefined) return undefined
      if (entry.answer !== undefined) return entry.answer
      return clock.now() - entry.atMs > rehearsedWithinMs ? { kind: 'silent' } : { kind: 'asked', sinceMs: entry.atMs }
    },
  }
}
