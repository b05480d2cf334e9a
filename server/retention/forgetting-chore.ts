import type { Chore } from '../chores/chore.ts'
import type { ForgetComputers } from './forget-computer.ts'

const everyMs = 60 * 60 * 1000

/** Computers that were forgotten go when the bin has let go of their last version. */
export function forgettingChore({ retention }: { readonly retention: ForgetComputers }): Chore {
  return {
    name: 'forgetting',
    title: 'Forgetting computers',
    about:
      'Every hour, while a computer is being forgotten: what of it is not in the bin yet goes there, and when nothing is left, it goes.',
    weight: 'light',
    needsClock: false,
    dueAt: async ({ endedAt }) => {
      if (!(await retention.hasForgotten())) return undefined
      return (endedAt ?? 0) + everyMs
    },
    run: async ({ signal }) => {
      const { waiting, gone } = await retention.finishForgetting(signal)
      return { summary: `${gone} computers are gone; ${waiting} wait until the bin is empty.`, detail: { waiting, gone } }
    },
  }
}
