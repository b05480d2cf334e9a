import { X509Certificate } from 'node:crypto'
import { createServer as createPlainServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { RefusedError, type StorageError } from '../../../engine/model/errors.ts'
import { type ApplianceLink, openApplianceLink } from '../../../engine/repository/appliance-link.ts'
import { type ApplianceTrust, publicKeyPin } from '../../../engine/repository/appliance-trust.ts'
import { createAuthority, createServerCertificate } from '../../../server/tls/certificates.ts'

const nowMs = Date.UTC(2026, 2, 14, 12)
const dayMs = 86_400_000

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    if ('closeAllConnections' in server) (server as ReturnType<typeof createPlainServer>).closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

function open(url: string, trust: ApplianceTrust, options: { token?: string; now?: () => number } = {}): ApplianceLink {
  const link = openApplianceLink({ url, trust, userAgent: 'holdfast-test/1', now: () => nowMs, ...options })
  closing.push(() => link.close())
  return link
}

async function plainBox(listener: RequestListener): Promise<ApplianceLink> {
  const port = await listen(createPlainServer(listener))
  return open(`http://127.0.0.1:${port}`, { kind: 'plain' }, { token: 'hfd_secret' })
}

/** Another machine's authority, or this box's: who holds the key decides, not the name. */
async function secureBox(listener: RequestListener, options: { isChainComplete?: boolean } = {}) {
  const authority = await createAuthority({ name: 'Holdfast test', nowMs })
  const certificate = await createServerCertificate({ authority, names: ['other.example'], nowMs })
  const cert = certificate.certificatePem + (options.isChainComplete === false ? '' : authority.certificatePem)
  const port = await listen(createSecureServer({ cert, key: certificate.keyPem }, listener))
  return { url: `https://127.0.0.1:${port}`, pin: publicKeyPin(new X509Certificate(authority.certificatePem)) }
}

const anError = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error,
  )

describe('requests', () => {
  test('carry token, protocol version and the body as it is; the answer is a stream', async () => {
    const link = await plainBox((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        response.setHeader(
          'x-seen',
          [request.method, request.url, request.headers.authorization, request.headers['holdfast-protocol']].join(' '),
        )
        response.statusCode = 418
        response.end(Buffer.concat(parts))
      })
    })
    const answer = await link.request('PUT', '/a/b?c=d', { body: [Buffer.from([0, 1]), Buffer.from([255])] })
    expect(answer.status).toBe(418)
    expect(answer.headers['x-seen']).toBe('PUT /a/b?c=d Bearer hfd_secret 1')
    expect(Buffer.concat(await Array.fromAsync(answer.body))).toEqual(Buffer.from([0, 1, 255]))
  })

  test('for JSON leave out what is not given', async () => {
    const link = await plainBox((request, response) => response.end(JSON.stringify({ url: request.url })))
    expect(await link.json('GET', '/x', { query: { after: undefined, limit: 5, name: 'ä&b' } })).toEqual({
      url: '/x?limit=5&name=%C3%A4%26b',
    })
  })
})

describe('what goes wrong', () => {
  test('a problem comes as the box wrote it', async () => {
    const problem = {
      type: '/docs',
      code: 'HF-QUOTA-EXCEEDED',
      title: 'Full',
      status: 507,
      detail: 'd',
      hint: 'h',
      who: 'implementor',
      requestId: 'r',
      missing: [1],
    }
    const link = await plainBox((_, response) => {
      response.writeHead(507, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify(problem))
    })
    const error = await anError(link.json('POST', '/x', { body: {} }))
    expect(error).toBeInstanceOf(RefusedError)
    expect((error as RefusedError).refusal).toMatchObject(problem)
  })

  const answers = [
    { title: 'an error page', status: 502, body: '<html>Bad gateway</html>', fault: 'broken' },
    { title: 'a success that is not JSON', status: 200, body: '<html>Hello</html>', fault: 'broken' },
    { title: 'a problem without a code', status: 400, body: '{}', fault: 'broken' },
  ] as const
  test.each(answers)('$title is no box’s answer', async ({ status, body, fault }) => {
    const link = await plainBox((_, response) => {
      response.writeHead(status, { 'content-type': status === 400 ? 'application/problem+json' : 'text/html' })
      response.end(body)
    })
    expect(await anError(link.json('GET', '/x'))).toMatchObject({ name: 'StorageError', fault })
  })

  test('an answer without end is cut', async () => {
    const link = await plainBox((_, response) => {
      const block = Buffer.alloc(1024 * 1024)
      const more = () => {
        while (!response.destroyed && response.write(block));
      }
      response.on('drain', more)
      more()
    })
    expect(await anError(link.json('GET', '/x'))).toMatchObject({ fault: 'broken' })
  })

  test('nobody listens', async () => {
    const port = await listen(createSocketServer())
    closing.pop()!()
    const error = await anError(open(`http://127.0.0.1:${port}`, { kind: 'plain' }).json('GET', '/x'))
    expect(error).toMatchObject({ fault: 'unreachable', isWorthRetrying: true, cause: { code: 'ECONNREFUSED' } })
  })

  test('a connection that breaks inside an answer', async () => {
    const link = await plainBox((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{', () => response.destroy())
    })
    expect(await anError(link.json('GET', '/x'))).toMatchObject({ fault: 'unreachable' })
  })

  test('a box that takes the request and never answers', async () => {
    const port = await listen(createSocketServer(() => {}))
    const link = open(`http://127.0.0.1:${port}`, { kind: 'plain' })
    const error = await anError(link.request('GET', '/x', { idleTimeoutMs: 50 }))
    expect(error).toMatchObject({ fault: 'unreachable', cause: { code: 'ETIMEDOUT' } })
  })

  test('whoever asked changes their mind', async () => {
    const port = await listen(createSocketServer(() => {}))
    const link = open(`http://127.0.0.1:${port}`, { kind: 'plain' })
    const stop = new AbortController()
    const asked = anError(link.request('GET', '/x', { signal: stop.signal }))
    stop.abort()
    expect(await asked).toMatchObject({ name: 'AbortError' })
  })
})

describe('a pinned box', () => {
  const hello: RequestListener = (_, response) => response.end('{"hello":1}')

  test('is known by its authority whatever its name', async () => {
    const { url, pin } = await secureBox(hello)
    const link = open(url, { kind: 'pin', pins: ['something else', pin] })
    expect(await link.json('GET', '/')).toEqual({ hello: 1 })
    expect(await link.json('GET', '/')).toEqual({ hello: 1 })
  })

  test('with another authority gets not one byte', async () => {
    let requests = 0
    const { url, pin } = await secureBox(() => {
      requests += 1
    })
    const error = await anError(open(url, { kind: 'pin', pins: ['bm90IHRoaXM='] }, { token: 'hfd_secret' }).json('GET', '/'))
    expect(error).toMatchObject({
      name: 'StorageError',
      fault: 'denied',
      cause: { name: 'ApplianceIdentityError', shownPin: pin },
    })
    expect(requests).toBe(0)
  })

  test('is not known by an authority that did not sign what is shown', async () => {
    const one = await createAuthority({ name: 'Holdfast test', nowMs })
    const other = await createAuthority({ name: 'Holdfast test', nowMs })
    const certificate = await createServerCertificate({ authority: other, names: ['localhost'], nowMs })
    const cert = certificate.certificatePem + one.certificatePem
    const port = await listen(createSecureServer({ cert, key: certificate.keyPem }, hello))
    const pins = [publicKeyPin(new X509Certificate(one.certificatePem))]
    expect(await anError(open(`https://127.0.0.1:${port}`, { kind: 'pin', pins }).json('GET', '/'))).toMatchObject({
      fault: 'denied',
    })
  })

  const moments = [
    { title: 'before the certificate begins', atMs: nowMs - 10 * dayMs, says: 'valid from' },
    { title: 'after it ran out', atMs: nowMs + 500 * dayMs, says: 'ran out' },
  ] as const
  test.each(moments)('$title the dates and the clock are named', async ({ atMs, says }) => {
    const { url, pin } = await secureBox(hello)
    const error = await anError(open(url, { kind: 'pin', pins: [pin] }, { now: () => atMs }).json('GET', '/'))
    expect(error).toMatchObject({ fault: 'denied', message: expect.stringContaining(says) })
    expect((error as StorageError).message).toContain('clock')
  })

  test('is unknown to the system’s own store', async () => {
    const { url } = await secureBox(hello)
    expect(await anError(open(url, { kind: 'system' }).json('GET', '/'))).toMatchObject({
      fault: 'denied',
      cause: { code: 'SELF_SIGNED_CERT_IN_CHAIN' },
    })
  })

  test('behind a plain port is unreachable, and the error says what came', async () => {
    const port = await listen(createPlainServer(hello))
    const error = await anError(open(`https://127.0.0.1:${port}`, { kind: 'pin', pins: ['x'] }).json('GET', '/'))
    expect(error).toMatchObject({ fault: 'unreachable', cause: { code: expect.stringMatching(/^(EPROTO|ERR_SSL_)/) } })
  })
})

test('an address and a trust that contradict each other are a mistake of the program', () => {
  expect(() => open('https://127.0.0.1', { kind: 'plain' })).toThrow(RangeError)
  expect(() => open('http://127.0.0.1', { kind: 'system' })).toThrow(RangeError)
})
