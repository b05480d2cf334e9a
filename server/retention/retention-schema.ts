import { z } from '@hono/zod-openapi'
import { ruleCountMax, ruleDaysMax } from '../../engine/index.ts'

const count = z.int().min(0).max(ruleCountMax)

/** The rules as the API takes and gives them; in the API every one is said. */
export const retentionRulesSchema = z
  .object({
    keepLast: count.openapi({ description: 'The newest so many.' }),
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    allWithinDays: z.int().min(0).max(ruleDaysMax).openapi({ description: 'Every one of the last so many days.' }),
  })
  .openapi('RetentionRules', { description: 'How many versions of a job are kept: the newest of each of so many hours, days, …' })
