/** What an administrator writes down of the mail server: how it is checked, and how it lies in the settings. Pure. */
import { z } from 'zod'
import { isLoopback } from '../config.ts'
import { isHost } from '../config-schema.ts'
import { parseDisplayText } from '../text/display-text.ts'
import { findEmail } from '../users/user.ts'
import { MailError, type MailSender, type MailTls, mailTlsModes, usualPorts } from './mail.ts'

/** What the form sends; all of it text. */
export interface MailForm {
  readonly host: string
  readonly port: string
  readonly tls: string
  readonly isPlainAllowed: boolean
  readonly user: string
  /** Empty: the one that is kept, as long as server and user stay. */
  readonly password: string
  readonly authorityPem: string
  readonly senderName: string
  readonly senderAddress: string
}

export interface SavedServer {
  readonly host: string
  readonly port: number
  readonly tls: MailTls
  readonly isPlainAllowed: boolean
  readonly user: string | undefined
  /** Under the key of the outbox, base64. */
  readonly sealedPassword: string | undefined
  readonly authorityPem: string | undefined
}

const maxUserCharacters = 320
const maxPasswordCharacters = 1000
const maxPemCharacters = 16_000
const maxSenderNameCharacters = 100

/** Everything but the password. @throws MailError `invalid`, with the field */
export function parseMailForm(form: MailForm): {
  readonly server: Omit<SavedServer, 'sealedPassword'>
  readonly sender: MailSender
} {
  const host = form.host.trim().replace(/^\[(.*)\]$/, '$1')
  if (!isHost(host)) throw invalid('host', 'The mail server is a name such as mail.office.example, or an address.')
  const tls = mailTlsModes.find((mode) => mode === form.tls)
  if (tls === undefined) throw invalid('tls', 'Choose how the connection is encrypted.')
  if (tls === 'none' && !form.isPlainAllowed && !isLoopback(host))
    throw invalid(
      'tls',
      'Without encryption everybody in between reads password and letters. Tick the box below if that is what you want.',
    )
  const user = form.user.trim()
  if (user.length > maxUserCharacters || /\p{Cc}/u.test(user))
    throw invalid('user', `A user has at most ${maxUserCharacters} characters.`)
  if (form.password.length > maxPasswordCharacters || /[\r\n\0]/.test(form.password))
    throw invalid('password', `A password has at most ${maxPasswordCharacters} characters, all on one line.`)
  return {
    server: {
      host,
      port: parsePort(form.port, tls),
      tls,
      isPlainAllowed: tls === 'none' && form.isPlainAllowed,
      user: user === '' ? undefined : user,
      authorityPem: parseAuthority(form.authorityPem),
    },
    sender: parseSender(form),
  }
}

function parsePort(text: string, tls: MailTls): number {
  const trimmed = text.trim()
  if (trimmed === '') return usualPorts[tls]
  const port = /^\d{1,5}$/.test(trimmed) ? Number(trimmed) : 0
  if (port < 1 || port > 65_535) throw invalid('port', 'A port is a whole number from 1 to 65535.')
  return port
}

function parseAuthority(text: string): string | undefined {
  const pem = text.trim()
  if (pem === '') return undefined
  if (pem.length > maxPemCharacters || !/^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----$/.test(pem))
    throw invalid('authority', 'A certificate in PEM begins with -----BEGIN CERTIFICATE-----.')
  return `${pem}\n`
}

/** @throws MailError `invalid` */
export function parseSender({ senderName, senderAddress }: Pick<MailForm, 'senderName' | 'senderAddress'>): MailSender {
  const name = parseDisplayText(senderName, { maxCharacters: maxSenderNameCharacters })
  if (name === undefined) throw invalid('sender-name', `The sender has a name of 1 to ${maxSenderNameCharacters} characters.`)
  const email = findEmail(senderAddress)
  if (email === undefined) throw invalid('sender-address', 'The sender is a mail address such as backup@office.example.')
  return { name, address: email.address }
}

function invalid(field: string, message: string): MailError {
  return new MailError('invalid', message, field)
}

const savedServerSchema = z.object({
  host: z.string(),
  port: z.number(),
  tls: z.enum(mailTlsModes),
  isPlainAllowed: z.boolean(),
  user: z.string().optional(),
  sealedPassword: z.string().optional(),
  authorityPem: z.string().optional(),
})
const senderSchema = z.object({ name: z.string(), address: z.string() })

export function parseSavedServer(value: string): SavedServer {
  const { user, sealedPassword, authorityPem, ...rest } = savedServerSchema.parse(JSON.parse(value))
  return { ...rest, user, sealedPassword, authorityPem }
}

export function parseSavedSender(value: string): MailSender {
  return senderSchema.parse(JSON.parse(value))
}
