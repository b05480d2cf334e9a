// How a program knows that the box at the other end is the one it was connected to: nothing on loopback, the system's own store
// for a publicly trusted certificate, else a pin: the SHA-256 of the public key (SPKI) of the box's own authority, as RFC 7469
// writes it. A pinned box may change its address and its certificate; nobody else can sign one.
//
// Modules of the network are fetched when they are needed, and by getBuiltinModule: an `import` of node:http reads each of its names,
// WebSocket's among them, and so loads all of undici: 70 ms of CPU time at every start, instead of 8.

import { createHash, X509Certificate } from 'node:crypto'
import type { Agent as PlainAgent } from 'node:http'
import type { AgentOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions, TLSSocket } from 'node:tls'

export type ApplianceTrust =
  | { readonly kind: 'plain' }
  | { readonly kind: 'system' }
  /** Base64 SHA-256 of a public key in the chain; the box's next one, too, where it announced it. */
  | { readonly kind: 'pin'; readonly pins: readonly string[] }

/** The other end showed certificates, and none of them is the box we know. */
export class ApplianceIdentityError extends Error {
  override readonly name = 'ApplianceIdentityError'
  /** What it showed instead: the pin of the last certificate of its chain. */
  readonly shownPin: string | undefined

  constructor(message: string, shownPin: string | undefined) {
    super(message)
    this.shownPin = shownPin
  }
}

export interface ConnectionSettings {
  readonly trust: ApplianceTrust
  readonly maxSockets: number
  readonly connectTimeoutMs: number
  readonly now: () => number
}

/** Certificates of a chain beyond this are not looked at. */
const chainMax = 8

/** Makes and keeps the connections; nothing is written to one before its other end was recognised. */
export function connectionAgent(settings: ConnectionSettings): PlainAgent {
  const options = {
    keepAlive: true,
    maxSockets: settings.maxSockets,
    scheduling: 'lifo' as const,
    timeout: settings.connectTimeoutMs,
  }
  const { trust } = settings
  if (trust.kind === 'pin') return pinnedAgent(options, settings, trust.pins)
  const { Agent } = process.getBuiltinModule(trust.kind === 'plain' ? 'node:http' : 'node:https')
  return new Agent(options)
}

/** Answers by the callback only, so that no request gets hold of a socket that is not yet known. */
function pinnedAgent(options: AgentOptions, { connectTimeoutMs, now }: ConnectionSettings, pins: readonly string[]): PlainAgent {
  const createConnection = (to: ConnectionOptions, done?: (error: Error | null, socket: Duplex) => void): undefined => {
    const socket = process.getBuiltinModule('node:tls').connect({ ...to, rejectUnauthorized: false, ...serverName(to) })
    const giveUp = () => finish(Object.assign(new Error('the box does not answer'), { code: 'ETIMEDOUT' }))
    const finish = (error: Error | null) => {
      socket.removeListener('error', finish).removeListener('timeout', giveUp).removeAllListeners('secureConnect')
      if (error) socket.on('error', () => {}).destroy()
      done?.(error, socket)
    }
    socket.setTimeout(connectTimeoutMs)
    socket.once('timeout', giveUp)
    socket.once('error', finish)
    socket.once('secureConnect', () => finish(findIdentityProblem(chainOf(socket), pins, now()) ?? null))
  }
  const { Agent } = process.getBuiltinModule('node:https')
  // No resumed sessions: they come without certificates to look at.
  return Object.assign(new Agent({ ...options, maxCachedSessions: 0 }), { createConnection })
}

/** SNI carries names, never addresses. */
function serverName(options: ConnectionOptions): { readonly servername?: string } {
  return options.servername ? { servername: options.servername } : {}
}

/** What the other end showed, its own certificate first. Empty before the handshake has ended. */
export function chainOf(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  let shown = socket.getPeerCertificate(true)
  while (shown?.raw && chain.length < chainMax) {
    const certificate = new X509Certificate(shown.raw)
    if (chain.some((earlier) => earlier.fingerprint256 === certificate.fingerprint256)) break
    chain.push(certificate)
    shown = shown.issuerCertificate
  }
  return chain
}

/** Walks from the shown certificate upwards; every step's signature counts until a public key is one of the pinned. */
export function findIdentityProblem(
  chain: readonly X509Certificate[],
  pins: readonly string[],
  nowMs: number,
): ApplianceIdentityError | undefined {
  const shownPin = chain.length > 0 ? publicKeyPin(chain[chain.length - 1]!) : undefined
  for (const [index, certificate] of chain.entries()) {
    const outside = validityProblem(certificate, nowMs)
    if (outside) return new ApplianceIdentityError(outside, shownPin)
    if (pins.includes(publicKeyPin(certificate))) return undefined
    const issuer = chain[index + 1]
    if (!issuer?.ca || !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) break
  }
  return new ApplianceIdentityError('the certificate shown is not the one this computer was connected with', shownPin)
}

/** Base64 SHA-256 of the certificate's public key. */
export function publicKeyPin(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
}

function validityProblem(certificate: X509Certificate, nowMs: number): string | undefined {
  const now = new Date(nowMs).toISOString()
  if (nowMs < certificate.validFromDate.getTime())
    return `the certificate is valid from ${certificate.validFromDate.toISOString()} on, and this computer's clock says ${now}`
  if (nowMs > certificate.validToDate.getTime())
    return `the certificate ran out on ${certificate.validToDate.toISOString()}, and this computer's clock says ${now}`
  return undefined
}
