import { faultTable } from '../http/fault-table.ts'
import { DeviceError } from './device-error.ts'

export const deviceProblems = faultTable(
  DeviceError,
  {
    'not-found': 'HF-NOT-FOUND',
    'invalid-name': 'HF-VALIDATION',
    'customer-needed': 'HF-CUSTOMER-NEEDED',
    'no-customer': 'HF-NO-CUSTOMER',
    'licence-missing': 'HF-LICENCE-MISSING',
    'devices-exceeded': 'HF-PLAN-DEVICES-EXCEEDED',
    'replaced-not-found': 'HF-NOT-FOUND',
    nobody: 'HF-VALIDATION',
    'still-active': 'HF-CONFLICT',
    forgotten: 'HF-CONFLICT',
    'moved-meanwhile': 'HF-CONFLICT',
    'not-confirmed': 'HF-VALIDATION',
  },
  ({ choices }) => (Object.keys(choices).length === 0 ? {} : { members: { ...choices } }),
)
