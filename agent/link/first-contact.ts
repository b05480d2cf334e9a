// The first meeting with a box: who answers there, and is it a box at all? Nothing secret is sent before both are known. Every way
// in which an address can be wrong has its own sentence, with what was seen.

import type { X509Certificate } from 'node:crypto'
import { connect as connectSecure, type TLSSocket } from 'node:tls'
import { chainOf, openApplianceLink, publicKeyPin, RefusedError, StorageError } from '../../engine/index.ts'
import { AgentError } from '../errors/agent-error.ts'
import { connectionCode, findConnectionWords } from '../errors/connection-words.ts'
import { type BoxAddress, isLoopback } from './box-address.ts'
import { trustOf } from './box-link.ts'

/** `pins`: of the certificates from the shown one upwards, as far as each signed the one before; the authority's is the last. */
export type Meeting =
  /** Plain http, on loopback. */
  | { readonly kind: 'plain' }
  /** The system's own store vouches for it under this name. */
  | { readonly kind: 'vouched'; readonly pins: readonly string[] }
  /** Nobody vouches for it. */
  | { readonly kind: 'unknown'; readonly pins: readonly string[] }

const answerWithinMs = 15_000

/** @throws AgentError HF-INSECURE-URL, HF-SERVER-UNREACHABLE, HF-WRONG-SCHEME, HF-CERTIFICATE-UNKNOWN */
export async function meetBox(address: BoxAddress, nowMs: number): Promise<Meeting> {
  if (!address.isSecure) {
    if (isLoopback(address)) return { kind: 'plain' }
    throw new AgentError('HF-INSECURE-URL', `${address.url} is plain http, and ${address.host} is another computer.`, {
      hint: `Use https://${address.url.slice('http://'.length)}. The box speaks TLS as soon as it listens beyond loopback.`,
    })
  }
  const socket = await openSecure(address)
  try {
    const chain = chainOf(socket)
    if (socket.authorized) return { kind: 'vouched', pins: signedPins(chain) }
    const reason = socket.authorizationError as unknown as string | undefined
    checkDates(chain, address, nowMs)
    if (chain.length === 0) throw new AgentError('HF-NOT-A-HOLDFAST-BOX', `${address.url} shows no certificate (${reason}).`)
    return { kind: 'unknown', pins: signedPins(chain) }
  } finally {
    socket.destroy()
  }
}

/** Asks for what every box has; any of its own refusals is proof enough. @throws AgentError HF-NOT-A-HOLDFAST-BOX and as above */
export async function checkIsBox(
  address: BoxAddress,
  pins: readonly string[],
  options: { readonly userAgent: string; readonly now: () => number },
): Promise<void> {
  const link = openApplianceLink({ url: address.url, trust: trustOf({ url: address.url, pins }), ...options })
  try {
    await link.json('GET', '/api/agent/v1/policy', { signal: AbortSignal.timeout(answerWithinMs) })
  } catch (error) {
    if (error instanceof RefusedError && error.refusal.code.startsWith('HF-')) return checkProtocol(error)
    throw await unreachable(address, error)
  } finally {
    link.close()
  }
  throw notABox(address, 'it lets anybody in')
}

/** The protocol's version is told before there is a login; it must not look like success. */
function checkProtocol(error: RefusedError): void {
  if (error.refusal.code === 'HF-AGENT-TOO-OLD' || error.refusal.code === 'HF-AGENT-TOO-NEW') throw error
}

function openSecure(address: BoxAddress): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  const name = /[a-z]/i.test(address.host) && !address.host.includes(':') ? { servername: address.host } : {}
  const socket = connectSecure({ host: address.host, port: address.port, rejectUnauthorized: false, ...name })
  const timer = setTimeout(() => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), answerWithinMs)
  socket.once('secureConnect', () => resolve(socket))
  socket.once('error', reject)
  return promise
    .catch(async (error: unknown) => {
      throw await unreachable(address, error)
    })
    .finally(() => clearTimeout(timer))
}

/** The pins of those certificates that the shown one descends from, by signature. */
function signedPins(chain: readonly X509Certificate[]): readonly string[] {
  const pins: string[] = []
  for (const [index, certificate] of chain.entries()) {
    pins.push(publicKeyPin(certificate))
    const issuer = chain[index + 1]
    if (!issuer?.ca || !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) break
  }
  return pins
}

function checkDates(chain: readonly X509Certificate[], address: BoxAddress, nowMs: number): void {
  const outside = chain.find(({ validFromDate, validToDate }) => nowMs < validFromDate.getTime() || nowMs > validToDate.getTime())
  if (!outside) return
  const from = outside.validFromDate.toISOString()
  const to = outside.validToDate.toISOString()
  const now = new Date(nowMs).toISOString()
  throw new AgentError(
    'HF-CERTIFICATE-UNKNOWN',
    `The certificate of ${address.url} is valid from ${from} to ${to}, and this computer's clock says ${now}.`,
    { hint: 'Set the clock of this computer right. If it is right, the box needs a new certificate.' },
  )
}

/** What went wrong on the way, in the words of whoever has to mend it. */
export async function unreachable(address: BoxAddress, error: unknown): Promise<unknown> {
  if (error instanceof AgentError || error instanceof RefusedError) return error
  const cause = error instanceof StorageError && error.cause instanceof Error ? error.cause : error
  const code = connectionCode(cause)
  const words = findConnectionWords(cause)
  if (words)
    return new AgentError('HF-SERVER-UNREACHABLE', `${address.url}: ${words.says} (${code}).`, { hint: words.hint, cause })
  if (error instanceof StorageError && error.fault === 'denied') return error
  if (address.isSecure && isNoTls(code)) return wrongScheme(address, 'it answers in plain http', cause)
  if (!address.isSecure && (await speaksTls(address))) return wrongScheme(address, 'it speaks TLS', cause)
  if (error instanceof StorageError && error.fault === 'broken') return notABox(address, error.message)
  if (code.startsWith('HPE_')) return notABox(address, 'it does not speak HTTP')
  const seen = cause instanceof Error ? cause.message : String(cause)
  return new AgentError('HF-SERVER-UNREACHABLE', `${address.url}: ${seen}.`, { cause })
}

function isNoTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_')
}

function wrongScheme(address: BoxAddress, seen: string, cause: unknown): AgentError {
  const other = address.isSecure ? `http${address.url.slice('https'.length)}` : `https${address.url.slice('http'.length)}`
  return new AgentError('HF-WRONG-SCHEME', `${address.url} was asked, and ${seen}.`, { hint: `Use ${other}.`, cause })
}

function notABox(address: BoxAddress, seen: string): AgentError {
  return new AgentError('HF-NOT-A-HOLDFAST-BOX', `${address.url} answers, but not as a box does: ${seen}.`)
}

function speaksTls({ host, port }: BoxAddress): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connectSecure({ host, port, rejectUnauthorized: false })
  const timer = setTimeout(() => resolve(false), answerWithinMs)
  socket.once('secureConnect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}
