/** The pages My letters, and Letters of an account, through the front door. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
beforeAll(async () => {
  box = await twoCustomers()
})
afterAll(() => box[Symbol.asyncDispose]())

test('a member chooses for their own account, and takes it back; another account’s is not there', async () => {
  const cookie = await cookieOf(box, box.users.member)
  const { customerId } = box.own.customer
  const send = (path: string, fields: Readonly<Record<string, string>>) => box.app.request(path, formRequest(fields, { cookie }))
  const own = async () => (await box.lettersSide.letterChoices.findOwn(box.users.member, customerId)).isOwn
  const saved = await send(`/me/letters/${customerId}`, {
    prefix: 'a0-',
    'a0-completed': 'yes',
    'a0-digest': 'daily',
    act: 'save',
  })
  expect(saved.status).toBe(303)
  expect(await box.lettersSide.letterChoices.findOwn(box.users.member, customerId)).toEqual({
    isOwn: true,
    choices: { completed: true, partly: false, failed: false, alarms: false, digest: 'daily' },
  })
  await send(`/me/letters/${customerId}`, { act: 'usual' })
  expect(await own()).toBe(false)
  expect((await send(`/me/letters/${box.other.customer.customerId}`, { act: 'save' })).status).toBe(404)
  expect((await send('/me/letters', { 'box-alarms': 'yes' })).status).toBe(404)
})

test('an implementor names customers by their numbers', async () => {
  const cookie = await cookieOf(box, box.users.implementor)
  const send = (chosen: string) =>
    box.app.request('/me/letters', formRequest({ 'customer-alarms': 'chosen', chosen, digest: 'weekly' }, { cookie }))
  const wrong = await send('C-999999')
  expect([wrong.status, (await wrong.text()).includes('There is no customer C-999999.')]).toEqual([422, true])
  expect((await send(`C-${box.own.customer.number}`)).status).toBe(303)
  expect(await box.lettersSide.letterChoices.findStaff(box.users.implementor)).toMatchObject({
    customerAlarms: 'chosen',
    chosen: [box.own.customer.customerId],
    digest: 'weekly',
  })
})

test('an owner says what holds for the others, and adds a program whose secret is shown once', async () => {
  const cookie = await cookieOf(box, box.users.owner)
  const send = (path: string, fields: Readonly<Record<string, string>>) => box.app.request(path, formRequest(fields, { cookie }))
  const get = async () => (await box.app.request('/account/letters', { headers: { cookie, accept: 'text/html' } })).text()
  const { customerId } = box.own.customer
  expect((await send('/account/letters', { silence: '1000' })).status).toBe(422)
  expect((await send('/account/letters', { silence: '5', 'viewer-failed': 'yes' })).status).toBe(303)
  const account = await box.lettersSide.letterChoices.findAccount(customerId)
  expect([account.silenceDays, account.defaults.viewer.failed, account.defaults.owner.failed]).toEqual([5, true, false])
  const added = await (await send('/account/webhooks', { url: 'https://hooks.example/<b>' })).text()
  const [, secret] = /shown this once: <code>([\w-]{43})<\/code>/.exec(added)!
  expect(added).toContain('https://hooks.example/%3Cb%3E')
  expect(await get()).not.toContain(secret)
  const [webhook] = await box.lettersSide.webhooks.list(customerId)
  const foreign = await cookieOf(box, box.users.foreign)
  const path = `/account/webhooks/${webhook!.webhookId}/remove`
  expect((await box.app.request(path, formRequest({}, { cookie: foreign }))).status).toBe(404)
  expect((await send(path, {})).status).toBe(303)
  expect(await box.lettersSide.webhooks.list(customerId)).toEqual([])
})
