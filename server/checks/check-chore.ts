import { z } from 'zod'
import type { Chore } from '../chores/chore.ts'
import { daily } from '../chores/due.ts'
import type { Database } from '../database/database.ts'
import { checkAll, checkedSentence } from './check-all.ts'
import type { ChecksService } from './checks-service.ts'
import { checkReadings } from './plan-reading.ts'

/** After the evening's backups, before the morning's. */
const hour = 3
const minute = 20
const inputSchema = z.object({ reading: z.enum(checkReadings) })

/** Each night: everything by its structure, and the data whose turn it is, so that each byte is read within 30 days. */
export function checkChore(services: {
  readonly database: Database
  readonly timeZone: string
  readonly checks: ChecksService
}): Chore {
  return {
    name: 'check',
    title: 'Checking what is stored',
    about: 'Each night: that every file is there and sound. Every byte is read and opened within 30 days.',
    page: '/storage/check',
    weight: 'heavy',
    needsClock: false,
    dueAt: daily({ hour, minute, timeZone: services.timeZone }),
    run: async ({ signal, onProgress, input }) => {
      const asked = inputSchema.safeParse(input)
      const checked = await checkAll({
        ...services,
        reading: asked.success ? asked.data.reading : 'due',
        onProgress: ({ bytes }) => onProgress({ words: 'looking at packs', done: bytes, unit: 'bytes' }),
        signal,
      })
      return { summary: checkedSentence(checked), detail: checked }
    },
  }
}
