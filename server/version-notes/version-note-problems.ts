import { faultTable } from '../http/fault-table.ts'
import { VersionNoteError } from './version-note.ts'

export const versionNoteProblems = faultTable(VersionNoteError, {
  'not-found': 'HF-NOT-FOUND',
  checkpoint: 'HF-CONFLICT',
  ending: 'HF-CONFLICT',
  changed: 'HF-CONFLICT',
  'bad-name': 'HF-VALIDATION',
  'bad-note': 'HF-VALIDATION',
})
