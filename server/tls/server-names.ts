import { isIP } from 'node:net'

const everywhere = ['0.0.0.0', '::']

/**
 * The names and addresses under which computers may reach the box. Listening everywhere, those of all its networks; a scoped
 * (link-local) address is none that a certificate can carry.
 */
export function serverNames(options: {
  readonly host: string
  readonly publicUrl: string | undefined
  readonly machineName: string
  readonly machineAddresses: readonly string[]
}): readonly string[] {
  const names = ['localhost', '127.0.0.1', '::1']
  if (everywhere.includes(options.host)) names.push(options.machineName, ...options.machineAddresses)
  else names.push(options.host)
  if (options.publicUrl !== undefined) names.push(new URL(options.publicUrl).hostname.replace(/^\[(.*)\]$/, '$1'))
  return [...new Set(names.map((name) => name.toLowerCase()).filter(isCertifiable))]
}

function isCertifiable(name: string): boolean {
  if (isIP(name) !== 0) return !name.includes('%')
  return /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)
}
