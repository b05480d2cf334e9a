import { appendFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from '../command-line/program.ts'

/*
 * The log of one run: each line goes into the activity log of the day and into a file of the run, whose copy the box gets. A file, so
 * that a run which was killed in the middle still tells what it did.
 */

export interface RunJournal {
  write(event: string, facts?: Readonly<Record<string, unknown>>): void
  /** Everything that was written of this run, by this process and those before it. */
  text(): string
}

/** Of one run; what a program in a loop would write beyond it is left out. */
const runLogMaxBytes = 8 * 1024 * 1024
export const runLogsKept = 200
const runLogName = /^[0-9a-f]{32}\.log$/

export function openRunJournal({ state, surroundings, log }: Program, key: string): RunJournal {
  const file = join(state.runLogFolder, `${key}.log`)
  removeOldest(state.runLogFolder)
  return {
    write(event, facts = {}) {
      log.write(event, { run: key, ...facts })
      const at = Temporal.Instant.fromEpochMilliseconds(surroundings.now())
        .toZonedDateTimeISO(surroundings.timeZone)
        .toString({ timeZoneName: 'never', smallestUnit: 'second' })
      try {
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < runLogMaxBytes)
          appendFileSync(file, `${at} ${event} ${JSON.stringify(facts)}\n`, { mode: 0o600 })
      } catch {
        // A full disk; the run itself says what matters.
      }
    },
    text() {
      try {
        return readFileSync(file, 'utf8')
      } catch {
        return ''
      }
    },
  }
}

function removeOldest(folder: string): void {
  try {
    const names = readdirSync(folder).filter((name) => runLogName.test(name))
    if (names.length <= runLogsKept) return
    const byAge = names
      .map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }))
      .sort((one, other) => one.at - other.at)
    for (const { name } of byAge.slice(0, names.length - runLogsKept)) rmSync(join(folder, name), { force: true })
  } catch {
    // Another process tidies up at the same time.
  }
}
