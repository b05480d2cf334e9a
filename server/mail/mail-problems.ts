import { faultTable } from '../http/fault-table.ts'
import { LetterError } from '../letters/letter.ts'
import { MailError } from './mail.ts'

export const mailProblems = faultTable(MailError, { invalid: 'HF-VALIDATION', 'from-environment': 'HF-CONFLICT' })
export const letterProblems = faultTable(LetterError, { 'invalid-recipient': 'HF-VALIDATION', 'too-large': 'HF-VALIDATION' })
