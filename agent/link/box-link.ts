import { type ApplianceLink, type ApplianceTrust, openApplianceLink } from '../../engine/index.ts'
import type { ServerEntry } from '../config/configuration.ts'

/** How a box is recognised, by what the configuration says of it. */
export function trustOf({ url, pins }: ServerEntry): ApplianceTrust {
  if (url.startsWith('http:')) return { kind: 'plain' }
  return pins.length === 0 ? { kind: 'system' } : { kind: 'pin', pins }
}

export function openBoxLink(
  server: ServerEntry,
  options: { readonly token?: string; readonly userAgent: string; readonly now: () => number },
): ApplianceLink {
  return openApplianceLink({ url: server.url, trust: trustOf(server), ...options })
}
