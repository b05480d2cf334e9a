/** Plans as the API speaks of them. */
import { z } from '@hono/zod-openapi'
import { bytesSchema } from '../http/api-schemas.ts'
import { retentionRulesSchema } from '../retention/retention-schema.ts'
import { type Plan, planFeatures, planTermsSchema, termsLimits } from './plan.ts'
import type { PlanWords } from './plans-service.ts'

export const planSchema = z
  .object({
    id: z.string().openapi({ example: 'pln_a2b3c4d5e6f7g2h3i4j5' }),
    name: z.string(),
    quotaBytes: bytesSchema,
    devicesMax: z.int().openapi({ description: 'How many computers.' }),
    retention: retentionRulesSchema,
    minIntervalMinutes: z.int().openapi({ description: 'Between backups that a schedule starts; 0: none.' }),
    features: z.array(z.enum(planFeatures)).openapi({ description: 'All but sharing take effect once the box has them.' }),
    validityDays: z.int().nullable(),
    graceDays: z.int(),
    priceText: z.string(),
    isSold: z.boolean(),
    revision: z.int().openapi({ description: 'Give it back when you change the plan: a change of something older is refused.' }),
  })
  .openapi('Plan')

const validityDays = z.int().min(termsLimits.validityDays.min).max(termsLimits.validityDays.max).nullable()
const terms = planTermsSchema.unwrap()

export const newPlanSchema = terms
  .extend({ name: z.string().max(400), retention: retentionRulesSchema, validityDays: validityDays.default(null) })
  .openapi('NewPlan')

export const changedPlanSchema = terms
  .partial()
  .extend({
    name: z.string().max(400).optional(),
    retention: retentionRulesSchema.optional(),
    minIntervalMinutes: z.int().min(0).max(termsLimits.minIntervalMinutes.max).optional(),
    features: z.array(z.enum(planFeatures)).optional(),
    priceText: z.string().max(termsLimits.priceCharacters).optional(),
    validityDays: validityDays.optional(),
    revision: z.int(),
  })
  .openapi('ChangedPlan', {
    description: 'For new sales. Whoever has the plan keeps what was sold; ask for an edit to change it for them, too.',
  })

export function planBody(plan: Plan): z.input<typeof planSchema> {
  const { planId, name, quotaBytes, devicesMax, retention, minIntervalMinutes, features, graceDays, priceText, revision } = plan
  return {
    id: planId,
    name,
    quotaBytes,
    devicesMax,
    retention,
    minIntervalMinutes,
    features: [...features],
    validityDays: plan.validityDays ?? null,
    graceDays,
    priceText,
    isSold: plan.retiredAt === undefined,
    revision,
  }
}

export function wordsOfNew(body: z.output<typeof newPlanSchema>): PlanWords {
  return { ...body, validityDays: body.validityDays ?? undefined }
}

/** What is not given stays. */
export function wordsOfChanged(plan: Plan, { revision: _revision, ...body }: z.output<typeof changedPlanSchema>): PlanWords {
  return {
    name: body.name ?? plan.name,
    quotaBytes: body.quotaBytes ?? plan.quotaBytes,
    devicesMax: body.devicesMax ?? plan.devicesMax,
    retention: body.retention ?? plan.retention,
    minIntervalMinutes: body.minIntervalMinutes ?? plan.minIntervalMinutes,
    features: body.features ?? plan.features,
    graceDays: body.graceDays ?? plan.graceDays,
    priceText: body.priceText ?? plan.priceText,
    validityDays: body.validityDays === undefined ? plan.validityDays : (body.validityDays ?? undefined),
  }
}
