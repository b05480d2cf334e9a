import { z } from '@hono/zod-openapi'
import { formatTime, idSchema, timeSchema } from '../http/api-schemas.ts'
import { whoCanFix } from '../http/problem-catalogue.ts'
import type { Alarm } from './alarm.ts'
import { alarmCodes, alarmSeverities } from './alarm-catalogue.ts'

export const alarmSchema = z
  .object({
    code: z.enum(alarmCodes as [string, ...string[]]),
    severity: z.enum(alarmSeverities),
    subject: z.string().openapi({ description: 'What has it; with the code it names the alarm.' }),
    customerId: idSchema('cus').nullable().openapi({ description: 'null: the box’s own.' }),
    deviceId: idSchema('dev').nullable(),
    title: z.string(),
    detail: z.string(),
    hint: z.string(),
    who: z.enum(whoCanFix).openapi({ description: 'Who can put it right.' }),
    times: z.int().openapi({ description: 'How often it was noticed since it began.' }),
    firstAt: timeSchema,
    lastAt: timeSchema,
  })
  .openapi('Alarm')

export function alarmBody(alarm: Alarm): z.input<typeof alarmSchema> {
  const { code, severity, subject, title, detail, hint, who, times } = alarm
  return {
    code,
    severity,
    subject,
    customerId: alarm.customerId ?? null,
    deviceId: alarm.deviceId ?? null,
    title,
    detail,
    hint,
    who,
    times,
    firstAt: formatTime(alarm.firstAt),
    lastAt: formatTime(alarm.lastAt),
  }
}
