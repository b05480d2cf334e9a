import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ActivityLog } from '../state/activity-log.ts'
import { replaceFileSync } from '../state/replace-file.ts'
import type { RunReport } from './run-report.ts'

/*
 * What the box shall hear of runs, each in a file until it has: also of runs that failed because the box could not be reached. A later
 * word about the same run takes the place of the earlier one.
 */

export interface RunOutbox {
  readonly put: (key: string, report: RunReport) => void
  /** Oldest first. */
  readonly keys: () => readonly string[]
  readonly read: (key: string) => RunReport | undefined
  readonly remove: (key: string) => void
}

/** A computer that is away for a year does not tell of each hour of it. */
export const outboxMax = 500
const fileName = /^(\d{15})-([0-9a-f]{32})\.json$/
const ownerOnly = 0o600

export function openRunOutbox(options: {
  readonly folder: string
  readonly now: () => number
  readonly log: ActivityLog
}): RunOutbox {
  const { folder, now, log } = options
  const files = () =>
    readdirSync(folder)
      .filter((name) => fileName.test(name))
      .sort()
  const fileOf = (key: string) => files().find((name) => name.endsWith(`-${key}.json`))
  return {
    put(key, report) {
      try {
        const name = fileOf(key) ?? `${String(now()).padStart(15, '0')}-${key}.json`
        replaceFileSync(join(folder, name), JSON.stringify(report), { mode: ownerOnly })
        for (const old of files().slice(0, -outboxMax)) rmSync(join(folder, old), { force: true })
      } catch (error) {
        // The backup itself is not worse for it; the log on this computer has the same lines.
        log.write('report not kept', { run: key, detail: (error as Error).message })
      }
    },
    keys: () => files().map((name) => fileName.exec(name)![2]!),
    read(key) {
      const name = fileOf(key)
      if (name === undefined) return undefined
      try {
        return JSON.parse(readFileSync(join(folder, name), 'utf8')) as RunReport
      } catch {
        return undefined
      }
    },
    remove(key) {
      const name = fileOf(key)
      if (name !== undefined) rmSync(join(folder, name), { force: true })
    },
  }
}
