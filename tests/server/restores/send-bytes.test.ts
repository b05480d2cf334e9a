import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { AppContext } from '../../../server/http/app-environment.ts'
import { type Pace, sendBytes } from '../../../server/restores/send-bytes.ts'
import { silentLog } from '../../../server/runtime/log.ts'

const piece = Buffer.alloc(300_000, 'x')

/** Answers `pieces` pieces at a pace; done when the answer has ended, however it did. */
async function serve({ pace, pieces }: { readonly pace: Pace; readonly pieces: number }) {
  const { promise: done, resolve } = Promise.withResolvers<void>()
  async function* body() {
    for (let made = 0; made < pieces; made += 1) yield made % 2 === 0 ? piece : [piece, piece.subarray(0, 10)]
  }
  const server = createServer((_, outgoing) => {
    const c = { env: { outgoing }, var: { requestId: 'req_x' } } as unknown as AppContext
    void sendBytes(c, { status: 200, headers: {}, body: body(), pace, log: silentLog }).then(() => resolve())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false }, resolve).on('error', reject),
  )
  return { answer, done, [Symbol.dispose]: () => void server.close() }
}

test('whoever reads nothing is broken off, and holds nothing any more', async () => {
  using served = await serve({ pace: { bytes: 64 * 1024, ms: 20 }, pieces: 1000 })
  const { answer, done } = served
  answer.on('error', () => {})
  answer.pause()
  await done
  answer.resume()
  await new Promise((resolve) => answer.on('close', resolve))
  expect(answer.complete).toBe(false)
})

test('whoever reads gets every byte, cut or not', async () => {
  using served = await serve({ pace: { bytes: 64 * 1024, ms: 60_000 }, pieces: 5 })
  let bytes = 0
  for await (const some of served.answer) bytes += some.length
  await served.done
  expect([served.answer.complete, bytes]).toEqual([true, 5 * piece.length + 20])
})
