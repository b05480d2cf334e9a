import { z } from 'zod'
import { defineCommand, exitCodes } from '../cli/command.ts'
import { formatTime } from '../http/api-schemas.ts'
import type { Alarm } from './alarm.ts'
import { alarmBody } from './alarm-schema.ts'

const maxAlarmsListed = 1000

/** `holdfast alarms`: what waits for somebody; exit 1 while one of them is a failure. */
export const alarmsCommand = defineCommand({
  name: 'alarms',
  options: [],
  about: 'Exit code 1 while something is lost, refused or in danger; 0 with warnings only, or with nothing.',
  input: z.object({}),
  prepare: () => ({}),
  run: async (_input, { services }) => {
    const found = await services.alarms.list({ reach: 'all', after: 0, limit: maxAlarmsListed })
    const hasFailure = found.some(({ severity }) => severity === 'failure')
    return {
      result: { text: alarmsText(found), alarms: found.map(alarmBody) },
      exitCode: hasFailure ? exitCodes.failed : exitCodes.ok,
    }
  },
  present: ({ text, alarms }) => ({ text, json: { alarms } }),
})

function alarmsText(found: readonly Alarm[]): string {
  if (found.length === 0) return 'Nothing waits for anybody.'
  return found.map(alarmText).join('\n\n')
}

function alarmText({ code, severity, subject, title, detail, hint, who, firstAt, lastAt, times }: Alarm): string {
  const since = times === 1 ? formatTime(firstAt) : `${formatTime(firstAt)}, ${times} times, last ${formatTime(lastAt)}`
  return [
    `${severity.toUpperCase()}  ${title}  (${code}, ${subject})`,
    `  ${detail}`,
    `  Since: ${since}`,
    `  What to do (${who}): ${hint}`,
  ].join('\n')
}
