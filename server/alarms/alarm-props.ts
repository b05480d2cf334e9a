/** Alarms as pages show them. */
import type { AlarmProps } from '../../views/partials/alarm.ts'
import type { Alarm } from './alarm.ts'

export function alarmProps(alarm: Alarm): AlarmProps {
  const { code, severity, title, detail, hint, who, firstAt, lastAt } = alarm
  return { code, severity, title, detail, hint, who, firstAtMs: firstAt, lastAtMs: lastAt }
}
