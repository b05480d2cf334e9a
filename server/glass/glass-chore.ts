import type { Chore } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { GlassService } from './glass-service.ts'

const fiveMinutesMs = 5 * 60_000

/** Says of looks behind the glass that they are over. What they open ends by itself; this only writes it down. */
export function glassChore({ glass }: { readonly glass: Pick<GlassService, 'endRunOut'> }): Chore {
  return {
    name: 'glass',
    title: 'Ending looks behind the glass',
    about: 'Every five minutes it notes which looks of administrators into customers’ files are over.',
    weight: 'light',
    needsClock: false,
    dueAt: every(fiveMinutesMs),
    run: async () => {
      const ended = await glass.endRunOut()
      return { summary: ended === 0 ? 'None had to be ended.' : `${ended} ended.` }
    },
  }
}
