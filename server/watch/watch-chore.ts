import type { Chore } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { WatchService } from './watch-service.ts'

const hourMs = 3_600_000

/** Nobody notices what does not come. */
export function watchChore({ watch }: { readonly watch: WatchService }): Chore {
  return {
    name: 'watch',
    title: 'Watch over the backups',
    about: 'Every hour: which computers are silent or sent suspiciously little, which plans are full or end.',
    page: '/alerts',
    weight: 'light',
    needsClock: true,
    dueAt: every(hourMs),
    run: async ({ signal }) => {
      const { found } = await watch.look(signal)
      return {
        summary: found === 0 ? 'Nothing to say.' : `${found} ${found === 1 ? 'thing waits' : 'things wait'} for somebody.`,
      }
    },
  }
}
