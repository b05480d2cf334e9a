import { isIP } from 'node:net'

/** Where a box answers: scheme, host and port, nothing behind. */
export interface BoxAddress {
  /** `https://box.example:8443`, without a slash at the end. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
}

/** Protocols' own ports, which a URL leaves out. */
const usualPorts = { 'http:': 80, 'https:': 443 } as const

/** @throws RangeError with a sentence for people */
export function parseBoxAddress(text: string): BoxAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new RangeError(`"${text}" is no address of a box; write it as https://name:port`)
  if (url.username !== '' || url.password !== '')
    throw new RangeError('an address holds no login; use --user and --password-file')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new RangeError(`"${text}" has something behind host and port; leave it away`)
  return {
    url: url.origin,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? usualPorts[url.protocol] : Number(url.port),
    isSecure: url.protocol === 'https:',
  }
}

/** Whether bytes to this host stay on this computer: the only case in which plain http is allowed. */
export function isLoopback({ host }: BoxAddress): boolean {
  if (isIP(host) === 4) return host.startsWith('127.')
  if (isIP(host) === 6) return host === '::1'
  return host === 'localhost' || host.endsWith('.localhost')
}
