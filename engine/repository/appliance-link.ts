// The wire between a program and its box: kept connections, the token, the protocol version, problems turned into errors.
// Bytes go over node's own http streams; a web stream would cost several times as much. It knows no operation: appliance-target.ts does.

import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Refusal, RefusedError, StorageError } from '../model/errors.ts'
import { ApplianceIdentityError, type ApplianceTrust, connectionAgent } from './appliance-trust.ts'

/** The version of the agent protocol that this engine speaks. */
export const protocolVersion = 1

/** OpenSSL encrypts a write as a whole before the first byte of it leaves: a pack at once would be in memory twice. */
const encryptedPieceBytes = 256 * 1024

/** JSON answers larger than this are not read. */
const jsonMaxBytes = 16 * 1024 * 1024
const socketsMax = 8
/** A silent connection is given up after this long, unless a request says otherwise. */
const idleTimeoutMs = 120_000
const connectTimeoutMs = 15_000

export interface ApplianceLinkOptions {
  /** `https://box.example:8443`; a path in it is not used. */
  readonly url: string
  readonly trust: ApplianceTrust
  readonly token?: string | undefined
  /** `holdfast-agent/1.2.3`. */
  readonly userAgent: string
  readonly maxSockets?: number
  readonly now: () => number
}

export type ApplianceMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface ApplianceRequest {
  readonly headers?: OutgoingHttpHeaders
  /** Sent as they are, one after the other; they must stay unchanged until the answer is there. */
  readonly body?: Uint8Array | readonly Uint8Array[] | PacedBody
  readonly signal?: AbortSignal | undefined
  readonly idleTimeoutMs?: number
}

/** Bytes that are sent as they come: `length` of them in all. */
export interface PacedBody {
  readonly length: number
  readonly pieces: AsyncIterable<Uint8Array>
}

/** Any status; the body must be read, or destroyed. */
export interface ApplianceResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
}

export interface JsonRequest {
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

export interface ApplianceLink {
  /** @throws StorageError `unreachable` (worth a retry), `denied` (not the box we know) */
  request(method: ApplianceMethod, path: string, request?: ApplianceRequest): Promise<ApplianceResponse>
  /** Asks for JSON. @throws RefusedError with the box's own words; StorageError as above, and `broken` for no sense */
  json(method: ApplianceMethod, path: string, request?: JsonRequest): Promise<unknown>
  /** The box's words about a response that is not 2xx; reads its body. */
  readRefusal(response: ApplianceResponse): Promise<RefusedError | StorageError>
  close(): void
}

export function openApplianceLink(options: ApplianceLinkOptions): ApplianceLink {
  const base = new URL(options.url)
  const isSecure = base.protocol === 'https:'
  if (isSecure !== (options.trust.kind !== 'plain'))
    throw new RangeError(`${options.url} and trust "${options.trust.kind}" do not fit`)
  if (!isSecure && !isLoopback(base.hostname))
    throw new StorageError('denied', `${options.url} would send everything readable over the network; use https`)
  const agent = connectionAgent({
    trust: options.trust,
    maxSockets: options.maxSockets ?? socketsMax,
    connectTimeoutMs,
    now: options.now,
  })
  // Not imported: appliance-trust.ts says what that would cost.
  const { request: send } = process.getBuiltinModule(isSecure ? 'node:https' : 'node:http')
  const ownHeaders: OutgoingHttpHeaders = {
    'holdfast-protocol': String(protocolVersion),
    'user-agent': options.userAgent,
    accept: 'application/json, application/problem+json, application/octet-stream',
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
  }

  const link: ApplianceLink = {
    request(method, path, request = {}) {
      const { body } = request
      const parts = partsOf(body)
      const length = isPaced(body) ? body.length : parts.reduce((sum, part) => sum + part.length, 0)
      const headers = {
        ...ownHeaders,
        ...(body === undefined && method === 'GET' ? {} : { 'content-length': length }),
        ...request.headers,
      }
      return new Promise((resolve, reject) => {
        const outgoing = send(new URL(path, base), {
          method,
          headers,
          agent,
          ...(request.signal ? { signal: request.signal } : {}),
        })
        const fail = (cause: Error) => reject(connectionError(cause, base, request.signal))
        outgoing.once('error', fail)
        outgoing.once('response', (answer) => {
          // From here on the body tells its own errors; a late one of the request (a refused upload) must not end the process.
          outgoing.on('error', () => {})
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer })
        })
        outgoing.setTimeout(request.idleTimeoutMs ?? idleTimeoutMs, () =>
          outgoing.destroy(Object.assign(new Error('the box has not answered for too long'), { code: 'ETIMEDOUT' })),
        )
        if (isPaced(body)) {
          pipeline(body.pieces, outgoing).catch((cause: Error) => outgoing.destroy(cause))
          return
        }
        if (isSecure && length > encryptedPieceBytes) {
          pipeline(Readable.from(slicesOf(parts)), outgoing).catch((cause: Error) => outgoing.destroy(cause))
          return
        }
        for (const part of parts) outgoing.write(part)
        outgoing.end()
      })
    },

    async json(method, path, request = {}) {
      const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body))
      const response = await link.request(method, path + queryText(request.query), {
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
        signal: request.signal,
      })
      if (response.status < 200 || response.status > 299) throw await link.readRefusal(response)
      return parseJson(await readBody(response.body), base)
    },

    async readRefusal(response) {
      const bytes = await readBody(response.body)
      const refusal = findRefusal(bytes, response)
      if (refusal) return new RefusedError(refusal)
      return new StorageError('broken', `${base.host} answered ${response.status} without saying why`, {
        hint: 'This address may not be a Holdfast box, or a proxy stands between.',
      })
    },

    close: () => agent.destroy(),
  }
  return link
}

/** Whether bytes to this host stay on this computer. */
function isLoopback(hostname: string): boolean {
  return /^(127(\.\d{1,3}){3}|\[::1\]|localhost|.+\.localhost)$/.test(hostname)
}

function* slicesOf(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts)
    for (let at = 0; at < part.length; at += encryptedPieceBytes) yield part.subarray(at, at + encryptedPieceBytes)
}

function partsOf(body: ApplianceRequest['body']): readonly Uint8Array[] {
  if (body === undefined || isPaced(body)) return []
  return body instanceof Uint8Array ? [body] : body
}

function isPaced(body: ApplianceRequest['body']): body is PacedBody {
  return body !== undefined && 'pieces' in body
}

function queryText(query: JsonRequest['query'] = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

/** The body whole, for answers that are small by contract. */
async function readBody(body: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      length += part.length
      if (length > jsonMaxBytes) throw new StorageError('broken', `an answer of more than ${jsonMaxBytes} bytes`)
      parts.push(part)
    }
  } catch (cause) {
    if (cause instanceof StorageError) throw cause
    throw new StorageError('unreachable', 'the connection broke while the box answered', { cause })
  }
  return Buffer.concat(parts, length)
}

function parseJson(bytes: Buffer, base: URL): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new StorageError('broken', `${base.host} answered something that is not JSON`, { cause })
  }
}

function findRefusal(bytes: Buffer, response: ApplianceResponse): Refusal | undefined {
  if (!(response.headers['content-type'] ?? '').startsWith('application/problem+json')) return undefined
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof json !== 'object' || json === null) return undefined
  const { code, title, detail, hint, who, requestId } = json as Record<string, unknown>
  if (typeof code !== 'string' || typeof title !== 'string') return undefined
  return {
    ...json,
    code,
    title,
    status: response.status,
    detail: text(detail),
    hint: text(hint),
    who: text(who),
    requestId: text(requestId),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function connectionError(cause: Error, base: URL, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return cause
  if (cause instanceof ApplianceIdentityError) return new StorageError('denied', cause.message, { cause })
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (certificateRefusals.has(code))
    return new StorageError('denied', `the certificate of ${base.host} is not to be trusted (${cause.message})`, { cause })
  return new StorageError('unreachable', `${base.host} cannot be reached (${code}${code && ': '}${cause.message})`, { cause })
}

/** What node says when the system's own store does not vouch for a certificate under this name. No retry makes it better. */
const certificateRefusals: ReadonlySet<string> = new Set([
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CERT_REVOKED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
])
