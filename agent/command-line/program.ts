import type { Report } from '../output/report.ts'
import type { Words } from '../output/words.ts'
import type { ActivityLog } from '../state/activity-log.ts'
import type { StateFolder } from '../state/state-folder.ts'
import type { Surroundings } from './surroundings.ts'

/** What every command is given. */
export interface Program {
  readonly version: string
  readonly surroundings: Surroundings
  readonly state: StateFolder
  readonly report: Report
  readonly words: Words
  readonly log: ActivityLog
}

export function userAgentOf({ version }: Program): string {
  return `holdfast-agent/${version}`
}
