/**
 * Where a request came from, and whether the browser sees TLS. Forwarding headers are believed only from a configured proxy, and
 * only the part that such a proxy wrote itself: whatever a client put in front of it is ignored.
 */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import type { AppContext } from './app-environment.ts'

export interface Client {
  readonly address: string
  readonly isSecure: boolean
}

export type ClientOf = (c: AppContext) => Client

const maxForwardedCharacters = 1024
/** Of a request that came through no socket: `app.request` in tests and tools. */
const noAddress = 'unknown'

export function clientBy(trustedProxy: readonly string[]): ClientOf {
  const isTrusted = trustBy(trustedProxy)
  return (c) => {
    const socket = c.env?.incoming?.socket
    const peer = plainAddress(socket?.remoteAddress ?? noAddress)
    if (!isTrusted(peer))
      return { address: peer, isSecure: socket !== undefined && 'encrypted' in socket && socket.encrypted === true }
    const hops = forwardedHops(c.req.header('x-forwarded-for') ?? '')
    const address = hops.findLast((hop) => !isTrusted(hop)) ?? hops[0] ?? peer
    return { address, isSecure: c.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https' }
  }
}

function forwardedHops(header: string): readonly string[] {
  // A hop that is no address ends what can be believed: everything before it was written by somebody else.
  const hops = header
    .slice(-maxForwardedCharacters)
    .split(',')
    .map((hop) => plainAddress(hop.trim()))
  return hops.slice(hops.findLastIndex((hop) => isIP(hop) === 0) + 1)
}

function trustBy(proxies: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList()
  for (const proxy of proxies) {
    const [network = '', bits] = proxy.split('/')
    const family = isIPv4(network) ? 'ipv4' : 'ipv6'
    if (bits === undefined) trusted.addAddress(network, family)
    else trusted.addSubnet(network, Number(bits), family)
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** `::ffff:192.0.2.1` is 192.0.2.1 on a socket that speaks both. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped !== undefined && isIPv6(address) ? mapped : address
}
