/** What the API says about kept versions: shapes, and how they are filled. */
import { z } from '@hono/zod-openapi'
import { calendarUnits, type KeepReason } from '../../engine/index.ts'
import { bytesSchema, formatTime, idSchema, timeSchema } from '../http/api-schemas.ts'
import { type BinEntry, binCauses } from '../snapshots/bin-entry.ts'
import type { VersionKept } from './foresee.ts'
import type { RetentionPreview } from './preview.ts'
import { binMs, type DeviceVersion, type VersionDecision } from './retention.ts'
import { retentionRulesSchema } from './retention-schema.ts'

export const deviceParams = z.object({ deviceId: idSchema('dev') })
export const snapshotParams = z.object({ snapshotId: idSchema('snap') })

export const deviceRulesSchema = z
  .object({
    rules: retentionRulesSchema,
    own: retentionRulesSchema.nullable().openapi({ description: 'Of this computer; null: those of the plan hold.' }),
    plan: z.object({ name: z.string(), rules: retentionRulesSchema }),
    held: z
      .array(z.object({ rules: retentionRulesSchema, until: timeSchema }))
      .readonly()
      .openapi({ description: 'Those before a change of plan or a move to another: until then, what they keep stays as well.' }),
  })
  .openapi('ComputerRules')

export const changedRulesSchema = z
  .object({ own: retentionRulesSchema.nullable().openapi({ description: 'Null: those of the plan from now on.' }) })
  .openapi('ChangedRules')

const reasonKinds = [
  'pinned',
  'shared',
  'in-use',
  'newest-good',
  'last-day',
  'hour-of-week',
  'unfinished',
  'last',
  'within',
  'newest-of',
] as const satisfies readonly KeepReason['kind'][]

const reasonSchema = z
  .object({
    kind: z.enum(reasonKinds),
    until: timeSchema.optional().openapi({ description: 'At least until then, if nobody changes the rules.' }),
    unit: z.enum(calendarUnits).optional(),
    period: z.string().optional().openapi({ description: 'The day, week, … that it is the newest of.', example: '2026-W11' }),
    place: z.int().optional().openapi({ description: '1 for the newest.' }),
    count: z.int().optional().openapi({ description: 'Of the rule.' }),
    days: z.int().optional(),
  })
  .openapi('KeepReason')

const keptKinds = ['for-good', 'until', 'while', 'undo', 'in-bin', 'going'] as const satisfies readonly VersionKept['kind'][]

export const decisionSchema = z
  .object({
    id: z.string(),
    job: z.string(),
    seq: z.int(),
    receivedAt: timeSchema,
    isPinned: z.boolean(),
    isKept: z.boolean().openapi({ description: 'False: it goes into the bin in the next night.' }),
    reasons: z.array(reasonSchema).readonly().openapi({ description: 'Why it is kept.' }),
    keptUntil: z
      .object({
        kind: z.enum(keptKinds),
        at: timeSchema.optional(),
        isBound: z.boolean().optional().openapi({ description: 'True: at least until then; it may be longer.' }),
      })
      .openapi('KeptUntil', { description: 'If nobody changes the rules, and backups come as they are planned.' }),
    goesBecause: z.string().nullable().openapi({ description: 'Why it goes: `no-rule`, `not-good`, `overtaken-checkpoint`.' }),
  })
  .openapi('KeptVersion')

export const previewSchema = z
  .object({
    goingCount: z.int(),
    stayingCount: z.int(),
    comingBackCount: z.int().openapi({ description: 'They would come out of the bin.' }),
    going: z
      .array(z.object({ id: z.string(), job: z.string(), receivedAt: timeSchema }))
      .readonly()
      .openapi({ description: 'The newest of those that would go, at most 1000.' }),
    freedBytes: bytesSchema.nullable().openapi({ description: 'Of whole files on disk; null when counting took too long.' }),
    looseBytes: bytesSchema
      .nullable()
      .openapi({ description: 'Free later, when files that hold them besides others are written anew.' }),
  })
  .openapi('RetentionPreview')

export const binEntrySchema = z
  .object({
    id: z.string(),
    at: timeSchema,
    goesAfter: timeSchema.openapi({ description: 'Not before; the days are counted while the box runs.' }),
    cause: z.enum(binCauses),
    by: z.string(),
  })
  .openapi('BinEntry')

export const takenBackSchema = z
  .object({ isPinned: z.boolean().openapi({ description: 'The rules would let it go again, so it is pinned.' }) })
  .openapi('TakenBack')

const goingListed = 1000

export function previewBody({ going, staying, comingBack, freed }: RetentionPreview): z.input<typeof previewSchema> {
  const versionBody = ({ id, job, receivedMs }: DeviceVersion) => ({ id, job, receivedAt: formatTime(receivedMs) })
  return {
    goingCount: going.length,
    stayingCount: staying,
    comingBackCount: comingBack,
    going: going.slice(0, goingListed).map(versionBody),
    freedBytes: freed?.freedBytes ?? null,
    looseBytes: freed?.looseBytes ?? null,
  }
}

export function binBody({ version, at, cause, by }: BinEntry): z.input<typeof binEntrySchema> {
  return { id: version, at: formatTime(at), goesAfter: formatTime(at + binMs), cause, by }
}

export function decisionBody(decision: VersionDecision, kept: VersionKept): z.input<typeof decisionSchema> {
  const { id, job, seq, receivedMs, isPinned } = decision.version
  return {
    id,
    job,
    seq,
    receivedAt: formatTime(receivedMs),
    isPinned,
    isKept: decision.kind === 'keep',
    reasons: decision.kind === 'keep' ? decision.reasons.map(reasonBody) : [],
    keptUntil: keptBody(kept),
    goesBecause: decision.kind === 'keep' ? null : decision.reason.kind,
  }
}

function keptBody(kept: VersionKept): z.input<typeof decisionSchema>['keptUntil'] {
  switch (kept.kind) {
    case 'until':
      return { kind: kept.kind, at: formatTime(kept.atMs), isBound: kept.isBound }
    case 'undo':
      return { kind: kept.kind, at: formatTime(kept.atMs) }
    case 'in-bin':
      return { kind: kept.kind, at: formatTime(kept.goesAtMs), isBound: true }
    default:
      return { kind: kept.kind }
  }
}

function reasonBody(reason: KeepReason): z.input<typeof reasonSchema> {
  const until = 'untilMs' in reason ? { until: formatTime(reason.untilMs) } : {}
  switch (reason.kind) {
    case 'newest-of': {
      const { kind, unit, name, place, count } = reason
      return { kind, ...until, unit, period: unit === 'hourly' ? formatTime(Number(name)) : name, place, count }
    }
    case 'last':
      return { kind: reason.kind, place: reason.place, count: reason.count }
    case 'within':
      return { kind: reason.kind, ...until, days: reason.days }
    default:
      return { kind: reason.kind, ...until }
  }
}
