import type { Chore } from '../chores/chore.ts'
import type { PlanEdits } from './plan-edits-service.ts'

export const planEditsChoreName = 'plan-edits'

/** Rehearses and applies changed plans for those who hold them, when somebody has asked for it. */
export function planEditsChore({ planEdits }: { readonly planEdits: Pick<PlanEdits, 'hasPending' | 'workOnOne'> }): Chore {
  return {
    name: planEditsChoreName,
    title: 'Changing plans for those who hold them',
    about:
      'When a plan is changed for everybody who has it, the box rehearses that on each account, and applies it once somebody has agreed.',
    page: '/plans',
    weight: 'heavy',
    needsClock: false,
    dueAt: async (_state, nowMs) => ((await planEdits.hasPending()) ? nowMs : undefined),
    run: async ({ signal, onProgress }) => {
      let edits = 0
      let holders = 0
      const note = (done: number, total: number) => {
        holders = total
        onProgress({ words: 'accounts done', done, total, unit: 'count' })
      }
      while ((await planEdits.workOnOne({ signal, onProgress: note })) !== undefined) edits += 1
      return { summary: edits === 0 ? 'Nothing was waiting.' : `${holders} accounts were gone through.` }
    },
  }
}
