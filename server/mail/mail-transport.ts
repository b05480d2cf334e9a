/** Speaks SMTP. The one module that knows nodemailer. */
import { createTransport } from 'nodemailer'
import type { MailMessage, MailOutcome, MailServer } from './mail.ts'
import { type MailTrouble, outcomeOf } from './mail-outcome.ts'

export interface MailTransport {
  readonly send: (message: MailMessage) => Promise<MailOutcome>
  readonly close: () => void
}

export type OpenMailTransport = (server: MailServer) => MailTransport

const connectMs = 15_000
const greetingMs = 15_000
/** A server that looks at a letter before it answers may take its time, and greylisting ones do. */
const silenceMs = 60_000
const maxAnswerBytes = 64 * 1024

/** One connection for several letters, one after the other. */
export const openMailTransport: OpenMailTransport = (server) => {
  const { host, port, tls, user, password, authorityPem } = server
  const transport = createTransport({
    pool: true,
    maxConnections: 1,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    tls: { minVersion: 'TLSv1.2', ...(authorityPem === undefined ? {} : { ca: authorityPem }) },
    connectionTimeout: connectMs,
    greetingTimeout: greetingMs,
    socketTimeout: silenceMs,
    dnsTimeout: connectMs,
    maxResponseSize: maxAnswerBytes,
    // A letter is text: nothing in it may make the sender read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    send: async ({ messageId, from, to, subject, text, html }) => {
      try {
        const { response } = await transport.sendMail({
          messageId,
          from,
          to,
          subject,
          text,
          html,
          envelope: { from: from.address, to: [to.address] },
          // No holiday notes as an answer, and no loops between robots (RFC 3834).
          headers: { 'auto-submitted': 'auto-generated' },
        })
        return { kind: 'accepted', answer: response }
      } catch (error) {
        return outcomeOf(error as MailTrouble, server)
      }
    },
    close: () => transport.close(),
  }
}
