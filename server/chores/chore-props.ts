/** Chores as the page Storage shows them. */
import type { ChoreProps } from '../../views/partials/chores.ts'
import type { ChoreView } from './chore.ts'

export function choreProps({ chore, state, activity, nextAt, isHeld }: ChoreView): ChoreProps {
  const { startedAt, endedAt } = state
  const hasEnded = startedAt !== undefined && endedAt !== undefined && endedAt >= startedAt
  return {
    name: chore.name,
    title: chore.title,
    about: chore.about,
    page: chore.page,
    state: stateOf({ state, activity, isHeld }),
    progress:
      activity.kind === 'running'
        ? {
            words: activity.progress?.words ?? 'Begins.',
            done: activity.progress?.done,
            total: activity.progress?.total,
            unit: activity.progress?.unit ?? 'count',
            sinceMs: activity.sinceMs,
          }
        : undefined,
    lastAtMs: endedAt,
    lastTookMs: hasEnded && activity.kind !== 'running' ? endedAt - startedAt : undefined,
    result: state.summary,
    nextAtMs: nextAt,
  }
}

function stateOf({ state, activity, isHeld }: Pick<ChoreView, 'state' | 'activity' | 'isHeld'>): ChoreProps['state'] {
  if (activity.kind !== 'idle') return activity.kind
  if (isHeld) return 'held'
  if (state.outcome === undefined) return 'none'
  return state.outcome === 'failed' ? 'failed' : state.outcome === 'done' ? 'ok' : 'none'
}
