import { faultTable } from '../http/fault-table.ts'
import { RecoveryError } from './recovery-error.ts'

export const recoveryProblems = faultTable(RecoveryError, {
  'source-wrong': 'HF-RECOVERY-SOURCE-WRONG',
  'kit-wrong': 'HF-RECOVERY-KIT-WRONG',
  'kit-unreadable': 'HF-RECOVERY-KIT-UNREADABLE',
  'code-wrong': 'HF-RECOVERY-CODE-WRONG',
  'folder-in-use': 'HF-DATA-FOLDER-NOT-EMPTY',
  unfinished: 'HF-RECOVERY-UNFINISHED',
  'no-room': 'HF-STORAGE-FULL',
})
