import { faultTable } from '../http/fault-table.ts'
import { SelfBackupError } from './self-backup-error.ts'

export const selfBackupProblems = faultTable(SelfBackupError, {
  absent: 'HF-RECOVERY-SOURCE-WRONG',
  damaged: 'HF-SELF-BACKUP-DAMAGED',
  'wrong-key': 'HF-RECOVERY-KIT-WRONG',
  'newer-program': 'HF-SELF-BACKUP-NEWER',
  'people-present': 'HF-CONFLICT',
  'too-large': 'HF-SELF-BACKUP-FAILED',
})
