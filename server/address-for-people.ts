import { isIPv4 } from 'node:net'
import { hostname } from 'node:os'
import type { Config } from './config.ts'
import { machineAddresses } from './machine-addresses.ts'

/** Where people and computers reach the box. Nobody can open the addresses that mean "all of them": then one of the machine's. */
export function addressForPeople({ publicUrl, tls, host, port }: Pick<Config, 'publicUrl' | 'tls' | 'host' | 'port'>): string {
  if (publicUrl !== undefined) return publicUrl
  const name = host === '0.0.0.0' || host === '::' ? (machineAddresses().find(isIPv4) ?? hostname()) : host
  return `${tls === 'off' ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`
}
