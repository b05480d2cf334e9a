import { faultTable } from '../http/fault-table.ts'
import { WebhookError } from './webhook.ts'

export const webhookProblems = faultTable(WebhookError, {
  'not-found': 'HF-NOT-FOUND',
  'invalid-url': 'HF-VALIDATION',
  'too-many': 'HF-CONFLICT',
})
