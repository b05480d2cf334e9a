/** Programs that are told, over real HTTP. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { isPublicAddress } from '../../../server/webhooks/allowed-address.ts'
import { callUrl } from '../../../server/webhooks/call-url.ts'
import { twoCustomers } from '../../support/two-customers.ts'

interface Call {
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

async function program(answer: () => number = () => 204) {
  const calls: Call[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      calls.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      const status = answer()
      response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end('x'.repeat(100_000))
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}/hook?x=1`,
    calls,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('a program hears of what happens, signed, once, and of no other customer', async () => {
  await using box = await twoCustomers()
  await using own = await program()
  await using whole = await program()
  const { webhooks, outboxSender, tell } = box.lettersSide
  await webhooks.allowPrivate(true, actingOnTheBox)
  const { customerId } = box.own.customer
  const { secret } = await webhooks.add({ customerId, url: own.url }, actingOnTheBox)
  await webhooks.add({ customerId: undefined, url: whole.url }, actingOnTheBox)
  for (const one of [box.own, box.other]) {
    const { customerId: whose } = one.customer
    await box.care.alarms.raise({ code: 'HF-QUOTA-NEARLY-FULL', subject: whose, customerId: whose, detail: 'Much.' })
  }
  await tell()
  await outboxSender.sendDue()
  await tell()
  await outboxSender.sendDue()
  expect(whole.calls).toHaveLength(2)
  expect(own.calls).toHaveLength(1)
  const [{ headers, body }] = own.calls as [Call]
  const event = JSON.parse(body)
  expect(event).toMatchObject({ type: 'alarm.raised', customerId, data: { code: 'HF-QUOTA-NEARLY-FULL', detail: 'Much.' } })
  expect(headers).toMatchObject({ 'holdfast-event': 'alarm.raised', 'holdfast-delivery': event.id })
  const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['holdfast-signature']))!
  expect(mac).toBe(createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'))
  const rows = JSON.stringify(await box.database.kysely.selectFrom('webhooks').selectAll().execute())
  expect(rows).not.toContain(secret)
})

test('one that does not take events is asked again, then an alarm of its customer, which goes with the program', async () => {
  await using box = await twoCustomers()
  await using broken = await program(() => 500)
  const { webhooks, outboxSender } = box.lettersSide
  await webhooks.allowPrivate(true, actingOnTheBox)
  const { customerId } = box.own.customer
  const { webhook } = await webhooks.add({ customerId, url: broken.url }, actingOnTheBox)
  const emit = (dedupeKey: string) =>
    box.database.transaction((tx) =>
      webhooks.emit(tx, { type: 'run.ended', customerId, at: box.clock.now(), data: {}, dedupeKey }),
    )
  await emit('a')
  await emit('b')
  await outboxSender.sendDue()
  expect(broken.calls).toHaveLength(1)
  for (let minutes = 0; minutes <= 70; minutes += 5) {
    box.clock.advance(5 * 60_000)
    await outboxSender.sendDue()
  }
  await outboxSender.look()
  const codes = async () => (await box.care.alarms.list({ reach: [customerId], after: 0, limit: 9 })).map(({ code }) => code)
  expect(await codes()).toContain('HF-WEBHOOK-FAILED')
  const foreign = { webhookId: webhook.webhookId, customerId: box.other.customer.customerId }
  await expect(webhooks.remove(foreign, actingOnTheBox)).rejects.toMatchObject({ fault: 'not-found' })
  await webhooks.remove({ webhookId: webhook.webhookId, customerId }, actingOnTheBox)
  await outboxSender.look()
  expect(await codes()).not.toContain('HF-WEBHOOK-FAILED')
})

describe('an owner’s program', () => {
  test('may not lie in the house of the box', async () => {
    await using box = await twoCustomers()
    await using inside = await program()
    const { webhooks } = box.lettersSide
    const { customerId } = box.own.customer
    const { port } = new URL(inside.url)
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
      const { webhook } = await webhooks.add({ customerId, url: `http://${host}:${port}/` }, actingOnTheBox)
      expect(await webhooks.test({ webhookId: webhook.webhookId, customerId })).toMatchObject({
        kind: 'failed',
        words: expect.stringContaining('only an administrator may allow'),
      })
      await webhooks.remove({ webhookId: webhook.webhookId, customerId }, actingOnTheBox)
    }
    expect(inside.calls).toEqual([])
  })

  test.each([
    'ftp://x.example',
    'javascript:alert(1)',
    'http://user:pass@x.example',
    'x',
    `https://x.example/${'a'.repeat(3000)}`,
  ])('has an address that can be called: not %s', async (url) => {
    await using box = await twoCustomers()
    const { customerId } = box.own.customer
    await expect(box.lettersSide.webhooks.add({ customerId, url }, actingOnTheBox)).rejects.toMatchObject({
      fault: 'invalid-url',
    })
  })
})

test('a redirect is not followed', async () => {
  await using elsewhere = await program(() => 302)
  expect(await callUrl({ url: elsewhere.url, method: 'GET', mayBePrivate: true })).toEqual({ kind: 'answered', status: 302 })
})

test.each([
  ['93.184.215.14', true],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['2606:2800:220:1::1', true],
  ['fe80::1', false],
  ['fd00::1', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:a00:1', false],
  ['::ffff:5db8:d70e', true],
  ['64:ff9b::7f00:1', false],
  ['nonsense', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic)
})
