import { faultTable } from '../http/fault-table.ts'
import { MoveError } from './move.ts'

export const moveProblems = faultTable(MoveError, {
  'under-way': 'HF-CONFLICT',
  'nothing-under-way': 'HF-CONFLICT',
  'place-unusable': 'HF-VALIDATION',
  'no-room': 'HF-STORAGE-FULL',
  'too-late': 'HF-CONFLICT',
  'never-quiet': 'HF-BUSY',
  differs: 'HF-MOVE-DIFFERS',
  unreadable: 'HF-RECORD-DAMAGED',
})
