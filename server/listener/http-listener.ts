import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { ServerIdentity } from '../tls/server-identity.ts'

/** The one port of pages, agents and API. Every wait on a client is bounded. */

const maxHeaderBytes = 16 * 1024
const headersTimeoutMs = 30_000
/** A pack of 32 MiB over a line of 128 kbit/s takes 35 minutes. */
const requestTimeoutMs = 3_600_000
/** Of a connection on which nothing moves in either direction. */
const idleTimeoutMs = 120_000
const keepAliveTimeoutMs = 75_000
const handshakeTimeoutMs = 15_000
const checkConnectionsEveryMs = 10_000
/** Each agent that runs holds one while it waits for orders. */
const maxConnections = 10_000
const stopGraceMs = 5000
const sweepEveryMs = 50

export type HttpListener = {
  readonly port: number
  readonly url: string
  /** Takes no more connections, gives requests under way a few seconds, then cuts them. */
  readonly close: () => Promise<void>
}

export class ListenError extends Error {
  override readonly name = 'ListenError'
}

type Fetch = Parameters<typeof getRequestListener>[0]

export async function openHttpListener(options: {
  readonly fetch: Fetch
  readonly host: string
  readonly port: number
  readonly tls: ServerIdentity | undefined
}): Promise<HttpListener> {
  const { host, tls } = options
  const listener = getRequestListener(options.fetch)
  const server =
    tls === undefined
      ? http.createServer(httpOptions, listener)
      : https.createServer({ ...httpOptions, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: handshakeTimeoutMs }, listener)
  server.maxConnections = maxConnections
  server.setTimeout(idleTimeoutMs)
  await listen(server, host, options.port)
  const { port } = server.address() as AddressInfo
  const scheme = tls === undefined ? 'http' : 'https'
  return { port, url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`, close: () => close(server) }
}

const httpOptions: http.ServerOptions = {
  maxHeaderSize: maxHeaderBytes,
  headersTimeout: headersTimeoutMs,
  requestTimeout: requestTimeoutMs,
  keepAliveTimeout: keepAliveTimeoutMs,
  connectionsCheckingInterval: checkConnectionsEveryMs,
}

async function listen(server: http.Server | https.Server, host: string, port: number): Promise<void> {
  server.listen({ host, port })
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new ListenError(whyNotListening(error, host, port), { cause: error })
  }
}

function whyNotListening(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is taken by another program. Set HOLDFAST_PORT to a free one.`
  if (code === 'EACCES') return `this user may not open port ${port}. Set HOLDFAST_PORT to one above 1023.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is no address of this machine. Set HOLDFAST_HOST to one.`
  return `cannot listen on ${host} port ${port} (${String(code ?? error)}).`
}

async function close(server: http.Server | https.Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // A connection that is kept alive becomes idle when its last request has ended; nobody says so.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepEveryMs)
  const cut = setTimeout(() => server.closeAllConnections(), stopGraceMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}
