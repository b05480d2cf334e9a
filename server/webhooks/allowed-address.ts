/**
 * Where an owner's program may lie: not in the house of the box. Otherwise whoever owns an account could have the box call machines that
 * only the box can reach. Checked on the address that is connected to, so that a name cannot point elsewhere afterwards. Pure.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

const inHouse = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  inHouse.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  inHouse.addSubnet(network, prefix, 'ipv6')

export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !inHouse.check(address, 'ipv4')
  if (!isIPv6(address)) return false
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(canonical(address))?.[1]
  return mapped === undefined ? !inHouse.check(address, 'ipv6') : !inHouse.check(mapped, 'ipv4')
}

/** `::ffff:7f00:1` is `::ffff:127.0.0.1`. */
function canonical(address: string): string {
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address)
  if (hex === null) return address
  const [high, low] = [Number.parseInt(hex[1]!, 16), Number.parseInt(hex[2]!, 16)]
  return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}
