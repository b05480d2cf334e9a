/** A mail server of the house, for letters to arrive at: it speaks SMTP on a free port, and takes or refuses what the test says. */
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Head and body as they came over the wire. */
  readonly raw: string
  readonly isEncrypted: boolean
  readonly user: string | undefined
}

export interface MailServerForTests extends AsyncDisposable {
  readonly port: number
  readonly received: readonly ReceivedMail[]
}

export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServerForTests> {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    logger: false,
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: ({ username }, _session, callback) => callback(null, { user: username ?? '' }),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : (mailFrom?.address ?? ''),
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('latin1'),
          isEncrypted: session.secure,
          user: session.user as string | undefined,
        })
        callback(null, `taken as ${received.length}`)
      })
    },
    ...options,
  })
  server.on('error', () => {})
  const { promise, resolve } = Promise.withResolvers<void>()
  const listener = server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    port: (listener.address() as AddressInfo).port,
    received,
    [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(closed)),
  }
}

/** A reply of its own: `refuse(550, 'no such user')`. */
export function refuse(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

/** The two parts of a letter, and its head with folded lines joined. */
export function readMail(raw: string): { readonly head: string; readonly text: string; readonly html: string } {
  const at = raw.indexOf('\r\n\r\n')
  const head = raw.slice(0, at).replace(/\r\n[ \t]+/g, ' ')
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1]
  const parts = raw.slice(at).split(`--${boundary}`)
  const partOf = (type: string) => decodePart(parts.find((part) => part.includes(`Content-Type: ${type}`)) ?? '')
  return { head, text: partOf('text/plain'), html: partOf('text/html') }
}

function decodePart(part: string): string {
  const at = part.indexOf('\r\n\r\n')
  const body = part.slice(at + 4)
  if (/Content-Transfer-Encoding: base64/i.test(part.slice(0, at))) return Buffer.from(body, 'base64').toString('utf8')
  if (!/Content-Transfer-Encoding: quoted-printable/i.test(part.slice(0, at))) return body
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
