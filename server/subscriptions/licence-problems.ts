import { faultTable } from '../http/fault-table.ts'
import { PlanError } from '../plans/plan-error.ts'
import { LicenceError } from './licence-error.ts'

export const licenceProblems = faultTable(LicenceError, {
  'not-found': 'HF-NOT-FOUND',
  'plan-not-found': 'HF-NOT-FOUND',
  'plan-retired': 'HF-CONFLICT',
  'same-plan': 'HF-VALIDATION',
  'changed-meanwhile': 'HF-CONFLICT',
  'too-many-computers': 'HF-PLAN-DEVICES-EXCEEDED',
  'not-of-this-plan': 'HF-CONFLICT',
  'undo-over': 'HF-CONFLICT',
  'undo-newer-first': 'HF-CONFLICT',
  'invalid-time': 'HF-VALIDATION',
})

export const planProblems = faultTable(PlanError, {
  'not-found': 'HF-NOT-FOUND',
  'name-taken': 'HF-CONFLICT',
  'invalid-name': 'HF-VALIDATION',
  'too-many': 'HF-VALIDATION',
  'changed-meanwhile': 'HF-CONFLICT',
  'edit-not-found': 'HF-NOT-FOUND',
  'edit-not-ready': 'HF-CONFLICT',
})
