import type { Chore } from '../chores/chore.ts'
import type { MovesService } from './moves-service.ts'

/** Carries out a planned move, and goes on with one that was cut off. One that somebody stopped waits for them. */
export function moveChore({ moves }: { readonly moves: MovesService }): Chore {
  return {
    name: 'move',
    title: 'Moving backups',
    about: 'Copies a customer’s backups to another folder or disk, while everything goes on. Only when somebody plans it.',
    page: '/storage/move',
    weight: 'heavy',
    needsClock: false,
    dueAt: ({ outcome }, nowMs) => (moves.find() === undefined || outcome === 'cancelled' ? undefined : nowMs),
    run: async ({ signal, onProgress }) => {
      if (moves.find() === undefined) return { summary: 'Nothing is to be moved.' }
      const { move } = await moves.carryOut({ signal, onProgress })
      return { summary: `${move.uid} lies at ${move.to} now.`, detail: { ...move } }
    },
  }
}
