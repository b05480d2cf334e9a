import type { Chore, ChoreState } from '../chores/chore.ts'
import { daily } from '../chores/due.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { paceBeside } from './pace.ts'
import type { PrunePhase } from './prune.ts'
import { type PruneAll, pruneAll } from './prune-all.ts'
import { readOrder } from './prune-order.ts'
import { summaryOf } from './prune-text.ts'

/** After retention, which says what is needed no more. */
const atHour = 4
const hourMs = 60 * 60 * 1000

const phaseWords: Readonly<Record<PrunePhase, string>> = {
  mark: 'looking for what versions need',
  trash: 'files put into the trash',
  repack: 'files put together',
  purge: 'files removed for good',
}

/** Every night; every hour while the disk is low and old trash is left. */
export function pruneChore(options: PruneAll & { readonly traffic: Pick<Traffic, 'isBusy'>; readonly timeZone: string }): Chore {
  const { prune, traffic, timeZone } = options
  const nightly = daily({ hour: atHour, timeZone })
  return {
    name: 'prune',
    title: 'Freeing space',
    about:
      'Every night the box looks for stored files that no version needs; a day later they go into the trash, after seven more for good.',
    page: '/storage/prune',
    weight: 'heavy',
    needsClock: true,
    dueAt: async (state: ChoreState) => {
      const night = nightly(state)
      return (await prune.mayMakeRoom()) ? Math.min(night, (state.startedAt ?? state.knownAt) + hourMs) : night
    },
    run: async ({ signal, onProgress, input }) => {
      const report = await pruneAll(options, readOrder(input), {
        signal,
        pace: paceBeside(traffic, signal),
        onProgress: ({ phase, done, total }) => onProgress({ words: phaseWords[phase], done, total, unit: 'count' }),
      })
      return { summary: summaryOf(report), detail: report }
    },
  }
}
