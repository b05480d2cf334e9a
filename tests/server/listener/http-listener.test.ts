import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ListenError, openHttpListener } from '../../../server/listener/http-listener.ts'

const hello = () => new Response('hello')
const open = (fetch: () => Response | Promise<Response> = hello, host = '127.0.0.1', port = 0) =>
  openHttpListener({ fetch, host, port, tls: undefined })

describe('the listener', () => {
  test.each(['127.0.0.1', '::1'])('answers on %s and nowhere else', async (host) => {
    const listener = await open(hello, host)
    expect(await (await fetch(listener.url)).text()).toBe('hello')
    expect(listener.url).toBe(`http://${host === '::1' ? '[::1]' : host}:${listener.port}`)
    const other = host === '::1' ? '127.0.0.1' : '::1'
    const socket = connect({ host: other, port: listener.port })
    expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' })
    await listener.close()
  })

  test('says which port is taken, and what to set', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(open(hello, '127.0.0.1', port)).rejects.toThrow(ListenError)
    await expect(open(hello, '127.0.0.1', port)).rejects.toThrow(
      `port ${port} on 127.0.0.1 is taken by another program. Set HOLDFAST_PORT`,
    )
    other.close()
  })

  test('says which address is not of this machine', async () => {
    await expect(open(hello, '192.0.2.1')).rejects.toThrow('192.0.2.1 is no address of this machine. Set HOLDFAST_HOST')
  })

  test('refuses headers beyond 16 KiB', async () => {
    const listener = await open()
    const answer = await raw(listener.port, `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    await listener.close()
  })

  test('refuses what is no HTTP, and lives on', async () => {
    const listener = await open()
    expect(await raw(listener.port, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')).toMatch(/^HTTP\/1\.1 400 /)
    expect(
      await raw(listener.port, 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 400 /)
    expect(await (await fetch(listener.url)).text()).toBe('hello')
    await listener.close()
  })

  test('closing lets a request under way end, and takes no other', async () => {
    const { promise: release, resolve: releaseNow } = Promise.withResolvers<void>()
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    const listener = await open(async () => {
      arrive()
      await release
      return hello()
    })
    const answer = fetch(listener.url)
    await arrived
    const closed = listener.close()
    await expect(fetch(listener.url)).rejects.toThrow()
    releaseNow()
    expect(await (await answer).text()).toBe('hello')
    await closed
  })

  test('closing cuts a request that does not end', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    const listener = await open(() => {
      arrive()
      return new Promise<Response>(() => {})
    })
    const answer = fetch(listener.url).catch((error: unknown) => error)
    await arrived
    await listener.close()
    expect(await answer).toBeInstanceOf(TypeError)
  })
})

async function raw(port: number, request: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  socket.write(request, 'latin1')
  return (await buffer(socket)).toString('latin1')
}
