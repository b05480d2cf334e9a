/** How the box hands its letters over: one mail server that an administrator names, by SMTP. The box never delivers by itself. */

/** `none` sends passwords and letters in clear: on this machine, or where an administrator insists. */
export const mailTlsModes = ['implicit', 'starttls', 'none'] as const
export type MailTls = (typeof mailTlsModes)[number]

export interface MailServer {
  readonly host: string
  readonly port: number
  readonly tls: MailTls
  readonly user: string | undefined
  readonly password: string | undefined
  /** Of the authority behind the server's certificate, where it is not a public one. */
  readonly authorityPem: string | undefined
}

export interface MailSender {
  readonly name: string
  readonly address: string
}

export const usualPorts: Readonly<Record<MailTls, number>> = { implicit: 465, starttls: 587, none: 25 }

/** What goes over the wire, ready. */
export interface MailMessage {
  readonly messageId: string
  readonly from: MailSender
  readonly to: MailSender
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** `permanent`: the same letter would be refused again. */
export type MailOutcome =
  | { readonly kind: 'accepted'; readonly answer: string }
  | { readonly kind: 'refused'; readonly fault: MailFault; readonly answer: string; readonly isPermanent: boolean }

export const mailFaults = [
  'not-set-up',
  'password-lost',
  'unknown-host',
  'refused',
  'unreachable',
  'too-slow',
  'tls',
  'certificate',
  'no-starttls',
  'sign-in',
  'no-sign-in',
  'sender',
  'recipient',
  'content',
  'later',
  'closed',
  'other',
] as const
export type MailFault = (typeof mailFaults)[number]

export const mailErrorFaults = ['invalid', 'from-environment'] as const
export type MailErrorFault = (typeof mailErrorFaults)[number]

export class MailError extends Error {
  override readonly name = 'MailError'
  readonly fault: MailErrorFault
  /** Of the form, whose value is wrong. */
  readonly field: string | undefined

  constructor(fault: MailErrorFault, message: string, field?: string) {
    super(message)
    this.fault = fault
    this.field = field
  }
}
