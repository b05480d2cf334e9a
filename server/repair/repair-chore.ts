import type { ChecksService } from '../checks/checks-service.ts'
import type { Chore } from '../chores/chore.ts'
import type { Database } from '../database/database.ts'
import { repairAll, repairSentence } from './repair-all.ts'
import type { RepairService } from './repair-service.ts'

/** Only when somebody asks: a check reports and marks, a person decides. */
export function repairChore(services: {
  readonly database: Database
  readonly checks: ChecksService
  readonly repair: RepairService
}): Chore {
  return {
    name: 'repair',
    title: 'Repairing what is damaged',
    about: 'When asked: saves every whole record of a damaged pack, from every copy there is. It never deletes.',
    page: '/storage/check',
    weight: 'heavy',
    needsClock: false,
    dueAt: () => undefined,
    run: async ({ signal, onProgress }) => {
      const repaired = await repairAll({
        ...services,
        onProgress: ({ packs }) => onProgress({ words: 'packs repaired', done: packs, unit: 'count' }),
        signal,
      })
      return { summary: repairSentence(repaired), detail: repaired }
    },
  }
}
