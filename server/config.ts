import { existsSync, readFileSync } from 'node:fs'
import { BlockList, isIP, isIPv4 } from 'node:net'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { z } from 'zod'
import { type LogLevel, type Setting, type SettingName, settings, type TlsMode } from './config-schema.ts'
import type { DatabaseAddress } from './database/database-address.ts'
import type { MailUrl } from './mail/mail-url.ts'

/** The server's settings, checked: what every part gets instead of the environment. */
export type Config = {
  readonly dataFolder: string
  readonly host: string
  readonly port: number
  readonly tls: TlsMode
  readonly tlsCertFile: string | undefined
  readonly tlsKeyFile: string | undefined
  readonly publicUrl: string | undefined
  readonly trustedProxy: readonly string[]
  /** Undefined: the private database. */
  readonly databaseUrl: DatabaseAddress | undefined
  readonly masterKeyFile: string
  readonly smtpUrl: MailUrl | undefined
  readonly heartbeatUrl: string | undefined
  /** Undefined: as much as the search takes out of the box. */
  readonly searchBytes: number | undefined
  readonly logLevel: LogLevel
  readonly setupToken: string | undefined
  /** Names that look like settings and are none of this version; said in the log. */
  readonly unknownSettings: readonly string[]
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly setting: SettingName

  constructor(setting: SettingName, value: string, reason: string) {
    super(`${setting} is ${value}. ${reason}`)
    this.setting = setting
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings out of the environment and `holdfast.env` in the data folder; the environment wins. An empty value is none.
 * Throws a ConfigError that names the setting, its value and what is allowed.
 */
export function loadConfig(environment: Environment, defaults: { readonly dataFolder: string }): Config {
  const dataFolder = resolve(readSetting('HOLDFAST_DATA', environment) ?? defaults.dataFolder)
  const all: Environment = { ...readSettingsFile(dataFolder), ...withoutEmpty(environment) }
  const host = readSetting('HOLDFAST_HOST', all) ?? '127.0.0.1'
  const trustedProxy = readSetting('HOLDFAST_TRUSTED_PROXY', all) ?? []
  const tls = readSetting('HOLDFAST_TLS', all) ?? (isLoopback(host) ? 'off' : 'auto')
  const tlsCertFile = readSetting('HOLDFAST_TLS_CERT', all)
  const tlsKeyFile = readSetting('HOLDFAST_TLS_KEY', all)
  checkTls({ tls, host, tlsCertFile, tlsKeyFile, isBehindProxy: trustedProxy.length > 0 })
  return Object.freeze({
    dataFolder,
    host,
    port: readSetting('HOLDFAST_PORT', all) ?? 8080,
    tls,
    tlsCertFile,
    tlsKeyFile,
    publicUrl: readSetting('HOLDFAST_PUBLIC_URL', all),
    trustedProxy,
    databaseUrl: readSetting('HOLDFAST_DATABASE_URL', all),
    masterKeyFile: resolve(readSetting('HOLDFAST_MASTER_KEY_FILE', all) ?? join(dataFolder, 'keys', 'master.key')),
    smtpUrl: readSetting('HOLDFAST_SMTP_URL', all),
    heartbeatUrl: readSetting('HOLDFAST_HEARTBEAT_URL', all),
    searchBytes: readSetting('HOLDFAST_SEARCH_MEMORY', all),
    logLevel: readSetting('HOLDFAST_LOG', all) ?? 'warn',
    setupToken: readSetting('HOLDFAST_SETUP_TOKEN', all),
    unknownSettings: Object.keys(all).filter((name) => isOurs(name) && !(name in settings)),
  })
}

type Value<Name extends SettingName> = z.output<(typeof settings)[Name]['schema']>

function readSetting<Name extends SettingName>(name: Name, environment: Environment): Value<Name> | undefined {
  const text = environment[name]
  if (text === undefined || text === '') return undefined
  const setting: Setting<unknown> = settings[name]
  const checked = setting.schema.safeParse(text)
  if (!checked.success) throw new ConfigError(name, shown(name, text), `Allowed: ${setting.allowed}.`)
  return checked.data as Value<Name>
}

const maxShownCharacters = 100

function shown(name: SettingName, text: string): string {
  const setting: Setting<unknown> = settings[name]
  return setting.isSecret ? 'not valid (its value is not shown)' : JSON.stringify(text.slice(0, maxShownCharacters))
}

function readSettingsFile(dataFolder: string): Environment {
  const file = join(dataFolder, 'holdfast.env')
  if (!existsSync(file)) return {}
  const found = withoutEmpty(parseEnv(readFileSync(file, 'utf8')))
  if (found.HOLDFAST_DATA !== undefined) {
    throw new ConfigError('HOLDFAST_DATA', `in ${file}`, 'Allowed: in the environment only, as it says where that file is.')
  }
  return found
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
}

function isOurs(name: string): boolean {
  return name.startsWith('HOLDFAST_') && !name.startsWith('HOLDFAST_AGENT_')
}

type TlsSettings = Pick<Config, 'tls' | 'host' | 'tlsCertFile' | 'tlsKeyFile'> & { readonly isBehindProxy: boolean }

function checkTls({ tls, host, tlsCertFile, tlsKeyFile, isBehindProxy }: TlsSettings): void {
  if (tls === 'off' && !isLoopback(host) && !isBehindProxy) {
    const reason = `HOLDFAST_HOST is ${host}, so passwords would cross the network in clear. Allowed: auto or files; off behind HOLDFAST_TRUSTED_PROXY.`
    throw new ConfigError('HOLDFAST_TLS', '"off"', reason)
  }
  for (const [name, file] of [['HOLDFAST_TLS_CERT', tlsCertFile] as const, ['HOLDFAST_TLS_KEY', tlsKeyFile] as const]) {
    if (tls === 'files' && file === undefined)
      throw new ConfigError(name, 'not set', `HOLDFAST_TLS=files needs it: ${settings[name].allowed}.`)
    if (tls !== 'files' && file !== undefined) {
      throw new ConfigError(name, JSON.stringify(file), `It is used with HOLDFAST_TLS=files only, and that is ${tls}.`)
    }
  }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return host.toLowerCase() === 'localhost'
  return loopback.check(host, isIPv4(host) ? 'ipv4' : 'ipv6')
}
