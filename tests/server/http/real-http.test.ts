/** What only shows on a socket: bodies that lie about their length, headers that a library would never send. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, helen, setUpApp } from '../../support/test-app.ts'

let box: Awaited<ReturnType<typeof setUpApp>>
let server: ReturnType<typeof createAdaptorServer>
let port: number

beforeAll(async () => {
  box = await setUpApp()
  server = createAdaptorServer({ fetch: box.app.fetch })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterAll(async () => {
  server.close()
  await once(server, 'close')
  await box[Symbol.asyncDispose]()
})

/** Writes bytes as they are and reads until the server ends the connection. */
async function talk(...pieces: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8').on('data', (text) => {
    received += text
  })
  // The server may close while a piece is still being written.
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const piece of pieces) if (socket.writable) socket.write(piece)
  await once(socket, 'close')
  return received
}

const head = (path: string, ...headers: readonly string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Content-Type: application/json', ...headers, '', ''].join('\r\n')

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const credentials = JSON.stringify({ email: helen.email, password: goodPassword })

async function isAlive(): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok
}

describe('bodies on a socket', () => {
  test('chunked, without a length: counted, and cut off at the limit', async () => {
    const answer = await talk(
      head('/api/v1/sessions', 'Transfer-Encoding: chunked'),
      ...Array.from({ length: 80 }, () => chunk('x'.repeat(1024))),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('HF-BODY-TOO-LARGE')
    expect(answer.toLowerCase()).toContain('connection: close')
    expect(await isAlive()).toBe(true)
  })

  test('chunked and small: taken', async () => {
    const answer = await talk(
      head('/api/v1/sessions', 'Transfer-Encoding: chunked', 'Connection: close'),
      chunk(credentials.slice(0, 10)),
      chunk(credentials.slice(10)),
      '0\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 201 /)
  })

  test('announced as too large: refused before it is sent', async () => {
    const answer = await talk(head('/api/v1/sessions', 'Content-Length: 999999999'))
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('shorter than announced: refused, nothing hangs', async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.end(head('/api/v1/sessions', 'Content-Length: 500') + credentials)
    socket.resume()
    await once(socket, 'close')
    expect(await isAlive()).toBe(true)
    expect(await box.database.kysely.selectFrom('sessions').select('id').where('user_agent', '=', '').execute()).toHaveLength(1)
  })

  test('a length and chunks at once, which proxies read differently: refused', async () => {
    const answer = await talk(
      head('/api/v1/sessions', `Content-Length: ${credentials.length}`, 'Transfer-Encoding: chunked'),
      chunk(credentials),
      '0\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(await isAlive()).toBe(true)
  })

  test('two lengths: refused', async () => {
    const answer = await talk(head('/api/v1/sessions', 'Content-Length: 5', 'Content-Length: 6'), 'xxxxxx')
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('a body where none belongs is not read, and the next request is served', async () => {
    const answer = await talk(
      `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nxxxx`,
      'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
    )
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(2)
  })
})

describe('headers on a socket', () => {
  const hostile = [
    ['many cookies', `Cookie: ${Array.from({ length: 300 }, (_, index) => `c${index}=v`).join('; ')}`],
    ['a cookie of 8 kB', `Cookie: holdfast_session_box_test=${'a'.repeat(8000)}`],
    ['control characters in a cookie', 'Cookie: holdfast_session_box_test=\t%0d%0aset-cookie:x'],
    ['an odd Accept-Language', 'Accept-Language: ,,,;q=x, \u00ff\u00fe, de-DE-POSIX-x-y-z'],
    ['an absurd Authorization', `Authorization: Bearer ${'('.repeat(500)}`],
    ['a Host that is no host', 'X-Forwarded-Host: <script>alert(1)</script>'],
    ['forwarding that nobody trusts', 'X-Forwarded-For: 127.0.0.1, \x80'],
  ] as const
  test.each(hostile)('%s: answered, alive', async (_title, header) => {
    const answer = await talk(
      `GET /signin HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nConnection: close\r\n${header}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 (200|401) /)
    expect(answer).not.toContain('<script>alert')
    expect(await isAlive()).toBe(true)
  })

  const hosts = ['<script>', 'a b', '127.0.0.1:99999', 'evil.example/..', 'user@host']
  test.each(hosts)('the Host %j breaks nothing', async (host) => {
    const answer = await talk(`GET /signin HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /)
    expect(answer).not.toContain('<script>')
    expect(await isAlive()).toBe(true)
  })

  test('a path with bytes that are no UTF-8 is a plain 404', async () => {
    const answer = await talk('GET /docs/errors/%ff%fe%00 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
  })

  test('a raw answer cannot forget the headers: they are on it before the handler runs', async () => {
    const answer = await talk('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
    for (const name of ['content-security-policy', 'x-content-type-options', 'x-request-id']) {
      expect(answer.toLowerCase().split(`${name}:`), name).toHaveLength(2)
    }
  })
})
