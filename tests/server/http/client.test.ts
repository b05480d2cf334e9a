import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { AppEnvironment } from '../../../server/http/app-environment.ts'
import { type Client, clientBy } from '../../../server/http/client.ts'

async function clientOf(
  request: { readonly peer: string; readonly headers?: Record<string, string>; readonly encrypted?: boolean },
  trustedProxy: readonly string[],
): Promise<Client> {
  const app = new Hono<AppEnvironment>().get('/', (c) => c.json(clientBy(trustedProxy)(c)))
  const socket = { remoteAddress: request.peer, ...(request.encrypted ? { encrypted: true } : {}) }
  const answer = await app.request('/', { headers: request.headers ?? {} }, { incoming: { socket } })
  return (await answer.json()) as Client
}

describe('where a request came from', () => {
  const proxy = ['10.0.0.0/8', '::1']
  const table = [
    { title: 'a plain connection', peer: '192.0.2.1', address: '192.0.2.1' },
    { title: 'IPv4 on a socket of both', peer: '::ffff:192.0.2.1', address: '192.0.2.1' },
    { title: 'a liar', peer: '192.0.2.1', forwarded: '198.51.100.9', address: '192.0.2.1' },
    { title: 'through the proxy', peer: '10.0.0.5', forwarded: '198.51.100.9', address: '198.51.100.9' },
    { title: 'a liar through the proxy', peer: '10.0.0.5', forwarded: '127.0.0.1, 198.51.100.9', address: '198.51.100.9' },
    { title: 'through two proxies', peer: '10.0.0.5', forwarded: '198.51.100.9, 10.0.0.9', address: '198.51.100.9' },
    { title: 'a proxy that says nothing', peer: '10.0.0.5', address: '10.0.0.5' },
    { title: 'a proxy’s own request', peer: '10.0.0.5', forwarded: '10.0.0.9', address: '10.0.0.9' },
    { title: 'rubbish', peer: '10.0.0.5', forwarded: 'unknown, <script>', address: '10.0.0.5' },
    { title: 'rubbish before an address', peer: '10.0.0.5', forwarded: '1.1.1.1, x, 198.51.100.9', address: '198.51.100.9' },
    { title: 'a very long list', peer: '10.0.0.5', forwarded: `${'1.1.1.1, '.repeat(900)}198.51.100.9`, address: '198.51.100.9' },
  ]
  test.each(table)('$title: $address', async ({ peer, forwarded, address }) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    expect((await clientOf({ peer, headers }, proxy)).address).toBe(address)
  })

  test('TLS: by the socket, or by a trusted proxy’s word', async () => {
    const https = { 'x-forwarded-proto': 'https' }
    expect(await clientOf({ peer: '192.0.2.1', headers: https }, proxy)).toMatchObject({ isSecure: false })
    expect(await clientOf({ peer: '10.0.0.5', headers: https }, proxy)).toMatchObject({ isSecure: true })
    expect(await clientOf({ peer: '10.0.0.5', headers: { 'x-forwarded-proto': 'https, http' } }, proxy)).toMatchObject({
      isSecure: false,
    })
    expect(await clientOf({ peer: '192.0.2.1', encrypted: true }, [])).toMatchObject({ isSecure: true })
  })
})
