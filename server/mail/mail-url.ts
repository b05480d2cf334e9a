/**
 * HOLDFAST_SMTP_URL: a whole mail server in one line. `smtps://` is TLS from the start, `smtp://` is STARTTLS and never without;
 * `?tls=none` says that clear text is meant. User and password are percent-encoded.
 */
import { readFileSync } from 'node:fs'
import { findEmail } from '../users/user.ts'
import { type MailSender, type MailServer, type MailTls, usualPorts } from './mail.ts'

export interface MailUrl {
  readonly server: MailServer
  /** From `?from=…&name=…`; what is missing comes from the settings. */
  readonly sender: Partial<MailSender>
}

const knownParameters = ['tls', 'from', 'name', 'ca']

/** @throws RangeError with what is wrong, never with the password. */
export function parseMailUrl(text: string): MailUrl {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '')
    throw new RangeError('not smtp://host or smtps://host')
  if (url.pathname !== '' && url.pathname !== '/') throw new RangeError('nothing may follow the host but ?…')
  const unknown = [...url.searchParams.keys()].find((name) => !knownParameters.includes(name))
  if (unknown !== undefined) throw new RangeError(`an unknown parameter: ${unknown}`)
  const tls = tlsOf(url)
  const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1')
  const user = url.username === '' ? undefined : decodeURIComponent(url.username)
  return {
    server: {
      host,
      port: url.port === '' ? usualPorts[tls] : Number(url.port),
      tls,
      user,
      password: user === undefined ? undefined : decodeURIComponent(url.password),
      authorityPem: authorityOf(url.searchParams.get('ca')),
    },
    sender: senderOf(url.searchParams),
  }
}

function tlsOf(url: URL): MailTls {
  const asked = url.searchParams.get('tls')
  if (asked !== null && asked !== 'none') throw new RangeError('tls can be none')
  if (url.protocol === 'smtps:') {
    if (asked === 'none') throw new RangeError('smtps:// is encrypted')
    return 'implicit'
  }
  return asked === 'none' ? 'none' : 'starttls'
}

function authorityOf(file: string | null): string | undefined {
  if (file === null) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new RangeError('the file named by ca cannot be read', { cause })
  }
}

function senderOf(parameters: URLSearchParams): Partial<MailSender> {
  const from = parameters.get('from')
  const name = parameters.get('name')
  const address = from === null ? undefined : findEmail(from)?.address
  if (from !== null && address === undefined) throw new RangeError('from is not a mail address')
  return { ...(address === undefined ? {} : { address }), ...(name === null ? {} : { name }) }
}
