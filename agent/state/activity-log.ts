import { appendFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/*
 * What was done, in one file per day: a line per event, readable by people and programs. Never a secret: callers hand in facts, not
 * requests. A log that cannot be written stops nothing; the run itself says what matters.
 */

export interface ActivityLog {
  write(event: string, facts?: Readonly<Record<string, unknown>>): void
}

export const logDaysKept = 60
/** Of one day; what a program in a loop would write beyond it is left out. */
export const logFileMaxBytes = 8 * 1024 * 1024
export const logName = /^\d{4}-\d{2}-\d{2}\.log$/

export function openActivityLog(options: {
  readonly folder: string
  readonly now: () => number
  readonly timeZone: string
  readonly processId: number
}): ActivityLog {
  let isTidied = false
  return {
    write(event, facts = {}) {
      const moment = Temporal.Instant.fromEpochMilliseconds(options.now()).toZonedDateTimeISO(options.timeZone)
      const file = join(options.folder, `${moment.toPlainDate()}.log`)
      const at = moment.toString({ timeZoneName: 'never', smallestUnit: 'millisecond' })
      try {
        if (sizeOf(file) < logFileMaxBytes)
          appendFileSync(file, `${at} ${options.processId} ${event} ${JSON.stringify(facts)}\n`, { mode: 0o600 })
        if (!isTidied) removeOldest(options.folder)
        isTidied = true
      } catch {
        // A full or foreign disk; said by whatever the command itself has to write.
      }
    },
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function removeOldest(folder: string): void {
  const names = readdirSync(folder).filter((name) => logName.test(name))
  for (const name of names.sort().slice(0, Math.max(0, names.length - logDaysKept))) rmSync(join(folder, name), { force: true })
}
