import { isIP, isIPv6 } from 'node:net'
import { z } from 'zod'
import { parseDatabaseUrl } from './database/database-address.ts'
import { parseMailUrl } from './mail/mail-url.ts'

/*
 * Every setting of the server, once: its check, its default, and the words for the manual (docs/operator/settings.md is made
 * from this table and a test compares). Rules between two settings are in config.ts.
 */

export type Setting<Value> = {
  readonly schema: z.ZodType<Value, string>
  /** What the value is when the setting is not there, in the manual's words. */
  readonly otherwise: string
  readonly allowed: string
  readonly about: string
  /** A secret never shows up in an error or a log. */
  readonly isSecret?: true
}

export const tlsModes = ['auto', 'files', 'off'] as const
export type TlsMode = (typeof tlsModes)[number]

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const path = z.string().refine((text) => !text.includes('\0'))
const hostName = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?$/
const setupTokenPattern = /^[A-Za-z0-9_-]{20,200}$/
const maxTrustedProxies = 64

export const settings = {
  HOLDFAST_DATA: {
    schema: path,
    otherwise: '`data` beside the program',
    allowed: 'the path of a folder',
    about:
      'Everything the box keeps: database, repositories, keys, logs. One server runs per data folder. Only read from the environment.',
  },
  HOLDFAST_HOST: {
    schema: z
      .string()
      .transform((text) => text.replace(/^\[(.*)\]$/, '$1'))
      .refine(isHost),
    otherwise: '`127.0.0.1`',
    allowed: 'an IPv4 or IPv6 address, or a host name (0.0.0.0 or :: for every network)',
    about: 'Where the box listens. Out of the box nobody but this machine can reach it.',
  },
  HOLDFAST_PORT: {
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .refine((port) => port <= 65_535),
    otherwise: '`8080`',
    allowed: 'a whole number from 0 to 65535 (0 takes any free port)',
    about: 'The port of the web pages and of the agents.',
  },
  HOLDFAST_TLS: {
    schema: z.enum(tlsModes),
    otherwise: '`off` when listening on this machine only, `auto` elsewhere',
    allowed: 'auto, files or off',
    about:
      '`auto`: certificates by the box’s own authority. `files`: your certificate. `off`: plain HTTP, beyond this machine only behind a proxy named in `HOLDFAST_TRUSTED_PROXY`.',
  },
  HOLDFAST_TLS_CERT: {
    schema: path,
    otherwise: 'none',
    allowed: 'the path of a PEM file: the certificate, then its issuers',
    about: 'The certificate for `HOLDFAST_TLS=files`.',
  },
  HOLDFAST_TLS_KEY: {
    schema: path,
    otherwise: 'none',
    allowed: 'the path of a PEM file with the private key',
    about: 'The key for `HOLDFAST_TLS=files`.',
  },
  HOLDFAST_PUBLIC_URL: {
    schema: z.string().transform((text, context) => {
      const url = URL.parse(text)
      const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
      if (isOrigin) return url.origin
      context.addIssue('not an origin')
      return z.NEVER
    }),
    otherwise: 'made from host and port',
    allowed: 'http://host, https://host, with a port where it is not the usual one, and nothing behind',
    about: 'The address people and computers use, where it is not the one the box listens on: behind a proxy or a router.',
  },
  HOLDFAST_TRUSTED_PROXY: {
    schema: z.string().transform((text, context) => {
      const proxies = text.split(',').map((part) => part.trim())
      if (proxies.length <= maxTrustedProxies && proxies.every(isNetwork)) return proxies
      context.addIssue('not addresses')
      return z.NEVER
    }),
    otherwise: 'none',
    allowed: 'addresses or networks, separated by commas: 10.0.0.5, 192.168.1.0/24, ::1',
    about: 'The reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Nobody else’s are.',
  },
  HOLDFAST_DATABASE_URL: {
    schema: z.string().transform((text, context) => {
      try {
        return parseDatabaseUrl(text)
      } catch {
        context.addIssue('not a database URL')
        return z.NEVER
      }
    }),
    otherwise: 'a database of its own in the data folder',
    allowed:
      'mysql://user:password@host:3306/name, with ?tls=true for an encrypted connection or ?socket=/path for a unix socket',
    about: 'A MySQL 8 or MariaDB 10.11 server to use instead of the private one. One box per database.',
    isSecret: true,
  },
  HOLDFAST_MASTER_KEY_FILE: {
    schema: path,
    otherwise: '`keys/master.key` in the data folder',
    allowed: 'the path of a file that holds exactly 32 bytes',
    about: 'The key that opens every other key. Keep a copy outside the box; the recovery kit is one.',
  },
  HOLDFAST_SMTP_URL: {
    schema: z.string().transform((text, context) => {
      try {
        return parseMailUrl(text)
      } catch (error) {
        context.addIssue(error instanceof RangeError ? error.message : 'not a mail server')
        return z.NEVER
      }
    }),
    otherwise: 'what the page Settings says; without that no letters are sent',
    allowed:
      'smtps://user:password@host:465 (TLS from the start) or smtp://user:password@host:587 (STARTTLS, never without), with ?from=ADDRESS&name=NAME for the sender, &ca=FILE for the certificate of your own authority, ?tls=none for clear text; user and password percent-encoded',
    about: 'The mail server that takes the box’s letters. It wins over the page Settings, which then only shows it.',
    isSecret: true,
  },
  HOLDFAST_HEARTBEAT_URL: {
    schema: z.string().refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? '')),
    otherwise: 'nobody is called',
    allowed: 'an address that begins with http:// or https://',
    about:
      'Called once after each good day: all computers that should have backed up did, and the box’s own care went well. A service that waits for the call notices when it stays away.',
    isSecret: true,
  },
  HOLDFAST_SEARCH_MEMORY: {
    schema: z
      .string()
      .regex(/^\d{2,6}$/)
      .transform((text) => Number(text) * 1024 ** 2)
      .refine((bytes) => bytes >= 16 * 1024 ** 2 && bytes <= 65_536 * 1024 ** 2),
    otherwise: '`256`',
    allowed: 'a whole number of MiB from 16 to 65536',
    about:
      'How much memory the names of files may take for searching: about 70 bytes and the name for each path of the accounts that are searched. 256 MiB hold about two and a half million paths.',
  },
  HOLDFAST_LOG: {
    schema: z.enum(logLevels),
    otherwise: '`warn`',
    allowed: logLevels.join(', '),
    about: 'What goes to the terminal. `logs/` in the data folder has everything from `info` up, and finer when this is finer.',
  },
  HOLDFAST_SETUP_TOKEN: {
    schema: z.string().regex(setupTokenPattern),
    otherwise: 'a new random one',
    allowed: '20 to 200 characters out of A-Z a-z 0-9 _ -',
    about: 'Fixes the one-time token of the set-up link, for unattended installations.',
    isSecret: true,
  },
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof settings

export function isHost(text: string): boolean {
  return isIP(text) !== 0 || hostName.test(text)
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  if (isIP(address) === 0 || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv6(address) ? 128 : 32))
}
