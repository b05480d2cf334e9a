import { networkInterfaces } from 'node:os'

/** Of this machine's networks, without those that nobody else can reach. */
export function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
}
