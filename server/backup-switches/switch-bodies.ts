/** The switch as the API and the pages speak of it. */
import { z } from '@hono/zod-openapi'
import { formatTime, timeSchema } from '../http/api-schemas.ts'
import { startOfDay } from '../subscriptions/calendar-days.ts'
import type { Accepting } from './backup-switch.ts'
import type { WantedSwitch } from './backup-switches-service.ts'

export const switchSchema = z
  .object({
    acceptsBackups: z.boolean(),
    reason: z.string().nullable(),
    since: timeSchema.nullable(),
    until: timeSchema
      .nullable()
      .openapi({ description: 'When backups are taken again by themselves; null: not before somebody switches them on.' }),
    by: z.string().nullable(),
  })
  .openapi('BackupSwitch')

export const wantedSwitchSchema = z
  .union([
    z.object({ acceptsBackups: z.literal(true) }),
    z.object({ acceptsBackups: z.literal(false), reason: z.string().max(1000), until: timeSchema.nullish() }),
  ])
  .openapi('WantedBackupSwitch')

export function switchBody(accepting: Accepting | undefined): z.input<typeof switchSchema> {
  if (accepting === undefined || accepting.kind === 'on')
    return { acceptsBackups: true, reason: null, since: null, until: null, by: null }
  const { reason, sinceMs, untilMs, by } = accepting
  return {
    acceptsBackups: false,
    reason,
    since: formatTime(sinceMs),
    until: untilMs === undefined ? null : formatTime(untilMs),
    by,
  }
}

export function wantedOfBody(body: z.output<typeof wantedSwitchSchema>): WantedSwitch {
  if (body.acceptsBackups) return { kind: 'on' }
  const untilMs = body.until === undefined || body.until === null ? undefined : Date.parse(body.until)
  return { kind: 'off', reason: body.reason, untilMs }
}

export const switchFormSchema = z.object({
  step: z.enum(['on', 'off']),
  reason: z.string().max(1000).default(''),
  until: z.string().max(20).default(''),
})

/** The first moment of a day of the reader's; NaN for what is none, so that it is refused as no time. */
export function wantedOfForm(form: z.output<typeof switchFormSchema>, timeZone: string): WantedSwitch {
  if (form.step === 'on') return { kind: 'on' }
  return { kind: 'off', reason: form.reason, untilMs: form.until === '' ? undefined : startOfTypedDay(form.until, timeZone) }
}

function startOfTypedDay(text: string, timeZone: string): number {
  try {
    return startOfDay(Temporal.PlainDate.from(text).toZonedDateTime(timeZone).epochMilliseconds, timeZone)
  } catch {
    return Number.NaN
  }
}
