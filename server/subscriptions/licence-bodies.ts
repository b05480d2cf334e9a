/** Renewals, rehearsals, changes and numbers of a licence, as the API speaks of them. */
import { z } from '@hono/zod-openapi'
import { bytesSchema, formatTime, idSchema, timeSchema } from '../http/api-schemas.ts'
import { placesOver, type Rehearsal, suggestStops, usedAfter } from '../rehearsals/rehearsal.ts'
import type { LicenceStanding } from './licence-standing.ts'
import type { RenewalWish } from './licences-service.ts'
import { quotaKinds } from './quota.ts'
import { changeKinds, type SubscriptionChange } from './subscription-change.ts'

export const wishSchema = z
  .union([z.object({ extend: z.literal(true) }), z.object({ through: z.iso.date() }), z.object({ withoutEnd: z.literal(true) })])
  .openapi('Validity', {
    description: 'For the plan’s days more, through a last day of the customer’s calendar, or without end.',
  })

export function wishOfBody(body: z.output<typeof wishSchema>): RenewalWish {
  if ('through' in body) return { kind: 'through', day: body.through }
  return { kind: 'extend' in body ? 'extend' : 'without-end' }
}

export const saleSchema = z.object({ planId: idSchema('pln'), validity: wishSchema.optional() }).openapi('Sale')
export const endSchema = z.object({ when: z.enum(['today', 'now']) })

export const usageSchema = z
  .object({
    usedBytes: bytesSchema,
    quotaBytes: bytesSchema,
    state: z.enum(quotaKinds).openapi({ description: 'Said from 80, 95 and 100 percent on.' }),
    beforeDeduplicationBytes: bytesSchema,
    freedByDeletingBytes: bytesSchema
      .nullable()
      .openapi({ description: 'What nothing else needs; null: counted in the next night.' }),
    countedAt: timeSchema.nullable(),
    fullAt: timeSchema.nullable().openapi({ description: 'At the pace of the last sixty days; null: not foreseen.' }),
    computers: z.int(),
  })
  .openapi('SubscriptionUsage')

export function usageBody({
  quota,
  beforeDeduplicationBytes,
  freedByDeleting,
  markedAt,
  fullAt,
  places,
}: LicenceStanding): z.input<typeof usageSchema> {
  return {
    usedBytes: quota.usedBytes,
    quotaBytes: quota.quotaBytes,
    state: quota.kind,
    beforeDeduplicationBytes,
    freedByDeletingBytes: freedByDeleting?.bytes ?? null,
    countedAt: markedAt === undefined ? null : formatTime(markedAt),
    fullAt: fullAt === undefined ? null : formatTime(Math.round(fullAt)),
    computers: places,
  }
}

export const rehearsalSchema = z
  .object({
    plan: z.string(),
    going: z.int(),
    staying: z.int(),
    freedBytes: bytesSchema.nullable().openapi({ description: 'null: it took too long to count.' }),
    usedAfterBytes: bytesSchema,
    fullAt: z.object({ before: timeSchema.nullable(), after: timeSchema.nullable() }),
    computersOver: z.int().openapi({ description: 'So many must be named in `stop`.' }),
    suggestedStops: z.array(z.string()),
    computers: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        going: z.int(),
        staying: z.int(),
        freedBytes: bytesSchema.nullable(),
        hasOwnRules: z.boolean(),
        hasPlace: z.boolean(),
      }),
    ),
    revision: z.int().openapi({ description: 'Of the plan: give it back with the change.' }),
  })
  .openapi('Rehearsal')

export function rehearsalBody(rehearsal: Rehearsal, revision: number): z.input<typeof rehearsalSchema> {
  const time = (atMs: number | undefined) => (atMs === undefined ? null : formatTime(Math.round(atMs)))
  const { after, going, staying, freedBytes, fullAt, computers } = rehearsal
  return {
    plan: after.planName,
    going,
    staying,
    freedBytes: freedBytes ?? null,
    usedAfterBytes: usedAfter(rehearsal),
    fullAt: { before: time(fullAt.before), after: time(fullAt.after) },
    computersOver: placesOver(rehearsal),
    suggestedStops: [...suggestStops(rehearsal)],
    computers: computers.map(({ deviceId, name, going: goes, staying: stays, freedBytes: frees, hasOwnRules, hasPlace }) => ({
      id: deviceId,
      name,
      going: goes,
      staying: stays,
      freedBytes: frees ?? null,
      hasOwnRules,
      hasPlace,
    })),
    revision,
  }
}

export const wantedChangeSchema = z
  .object({
    planId: idSchema('pln'),
    revision: z.int(),
    stop: z.array(idSchema('dev')).max(10_000).default([]),
    writeToOwners: z.boolean().default(true),
  })
  .openapi('WantedPlanChange')

export const changeSchema = z
  .object({
    id: z.string().openapi({ example: 'chg_a2b3c4d5e6f7g2h3i4j5' }),
    kind: z.enum(changeKinds),
    at: timeSchema,
    by: z.string(),
    from: z.string().nullable(),
    to: z.string(),
    stoppedComputers: z.array(z.string()),
    undoUntil: timeSchema.nullable(),
    undoneAt: timeSchema.nullable(),
    undoneBy: z.string().nullable(),
  })
  .openapi('PlanChange')

export function changeBody(change: SubscriptionChange): z.input<typeof changeSchema> {
  const { changeId, kind, at, by, before, after, computers, undo } = change
  return {
    id: changeId,
    kind,
    at: formatTime(at),
    by,
    from: before?.planName ?? null,
    to: after.planName,
    stoppedComputers: computers.stopped.map(({ deviceId }) => deviceId),
    undoUntil: undo.kind === 'open' ? formatTime(undo.untilMs) : null,
    undoneAt: undo.kind === 'undone' ? formatTime(undo.at) : null,
    undoneBy: undo.kind === 'undone' ? undo.by : null,
  }
}
