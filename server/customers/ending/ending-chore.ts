import type { Chore } from '../../chores/chore.ts'
import type { EndingService } from './ending-service.ts'

const lookAgainMs = 3_600_000

/** Ends the accounts that were deleted thirty days ago, and goes on with those whose end was cut off or waits for a second copy. */
export function endingChore({ ending }: { readonly ending: EndingService }): Chore {
  return {
    name: 'customer-ends',
    title: 'Ending deleted accounts',
    about:
      'Thirty days after a customer was deleted it destroys the keys, here and in second copies, and removes what they opened.',
    page: '/customers?state=leaving',
    weight: 'heavy',
    needsClock: true,
    dueAt: async ({ endedAt }, nowMs) => {
      const due = await ending.dueAt()
      // What waits for a second copy is looked at again after a while.
      return due === undefined || due > nowMs || endedAt === undefined ? due : Math.max(due, endedAt + lookAgainMs)
    },
    run: async ({ signal }) => {
      const { ended, waiting } = await ending.run(signal)
      const said = [...(ended.length === 0 ? [] : [`Ended: ${ended.join(', ')}.`]), ...waiting.map((words) => `${words}.`)]
      return { summary: said.join(' ').slice(0, 900) || 'No account had to be ended.' }
    },
  }
}
