import type { ProblemFinder } from '../http/fault-table.ts'
import { Problem } from '../http/problem.ts'
import { RebuildError, type RebuildFault } from './rebuild.ts'

const hints: Readonly<Record<RebuildFault, string>> = {
  running: 'Wait until it has ended.',
  'empty-database':
    'Run `holdfast rebuild`: it brings back people and computers from the box’s own backup, and the rest from the files. If the settings name the wrong database, put HOLDFAST_DATABASE_URL right instead.',
  'tables-gone': 'Stop the box, then run `holdfast rebuild` again: alone it makes the tables anew.',
}

export const rebuildProblems: ProblemFinder = (error) => {
  if (!(error instanceof RebuildError)) return undefined
  const code = error.fault === 'running' ? 'HF-BUSY' : 'HF-REBUILD-NEEDED'
  return new Problem(code, { detail: error.message, hint: hints[error.fault], cause: error })
}
