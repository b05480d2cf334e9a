/** What it means when a letter was not taken: which step failed, in which of the ways that somebody can put right. Pure. */
import type { MailFault, MailOutcome, MailServer } from './mail.ts'

/** What nodemailer says of a failure. */
export interface MailTrouble {
  readonly message: string
  readonly code?: string | undefined
  readonly originalCode?: string | undefined
  readonly command?: string | undefined
  readonly responseCode?: number | undefined
  readonly response?: string | undefined
}

const maxAnswerCharacters = 300

export function outcomeOf(trouble: MailTrouble, { user }: Pick<MailServer, 'user'>): MailOutcome & { readonly kind: 'refused' } {
  const fault = faultOf(trouble, user !== undefined)
  return { kind: 'refused', fault, answer: answerOf(trouble), isPermanent: permanentFaults.includes(fault) }
}

/** All others are of the way to the server: another letter would meet them, too, and the same one may pass tomorrow. */
const permanentFaults: readonly MailFault[] = ['recipient', 'content']

const authenticationNeeded = 530
const certificateCodes =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|ERR_TLS_CERT_ALTNAME)/

function faultOf(trouble: MailTrouble, isSignedIn: boolean): MailFault {
  const { code, originalCode = '', command = '', responseCode = 0 } = trouble
  if (code === 'EDNS') return 'unknown-host'
  if (certificateCodes.test(originalCode)) return 'certificate'
  if (/^(ERR_SSL|ERR_TLS|EPROTO$)/.test(originalCode)) return 'tls'
  if (code === 'ETLS') return command === 'STARTTLS' || /STARTTLS/i.test(trouble.message) ? 'no-starttls' : 'tls'
  if (originalCode === 'ECONNREFUSED') return 'refused'
  if (/^E(HOST|NET)UNREACH$|^EHOSTDOWN$|^EADDRNOTAVAIL$/.test(originalCode)) return 'unreachable'
  if (code === 'ETIMEDOUT') return trouble.message === 'Connection timeout' ? 'unreachable' : 'too-slow'
  if (code === 'EAUTH' || code === 'ENOAUTH') return isTemporary(responseCode) ? 'later' : 'sign-in'
  if (responseCode === authenticationNeeded) return isSignedIn ? 'sign-in' : 'no-sign-in'
  if (isTemporary(responseCode)) return 'later'
  if (command === 'MAIL FROM') return 'sender'
  if (command === 'RCPT TO') return 'recipient'
  if (command === 'DATA') return 'content'
  if (code === 'ECONNECTION' || originalCode === 'ECONNRESET' || originalCode === 'EPIPE') return 'closed'
  return 'other'
}

function isTemporary(responseCode: number): boolean {
  return responseCode >= 400 && responseCode < 500
}

/** The server's own words, in one line. */
function answerOf({ response, message }: MailTrouble): string {
  const line = (response ?? message).replace(/[\p{Cc}\s]+/gu, ' ').trim()
  return [...line].slice(0, maxAnswerCharacters).join('')
}
