import { faultTable } from '../http/fault-table.ts'
import { EnrolmentError } from './enrolment-error.ts'

export const enrolmentProblems = faultTable(
  EnrolmentError,
  {
    unknown: 'HF-ENROLMENT-UNKNOWN',
    expired: 'HF-ENROLMENT-EXPIRED',
    used: 'HF-ENROLMENT-USED',
    revoked: 'HF-ENROLMENT-REVOKED',
    throttled: 'HF-RATE-LIMITED',
    'too-many': 'HF-ENROLMENTS-EXCEEDED',
    'not-found': 'HF-NOT-FOUND',
    invalid: 'HF-VALIDATION',
    'other-device': 'HF-VALIDATION',
  },
  ({ fault, retryAfterMs }) =>
    fault === 'throttled' ? { headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } } : {},
)
