/** Letters on their way: by the clock of the box, over real SMTP. */
import { describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { Letter } from '../../../server/letters/letter.ts'
import type { MailForm } from '../../../server/mail/mail-settings.ts'
import { mailServer, readMail, refuse } from '../../support/mail-server.ts'
import { type TestApp, testApp } from '../../support/test-app.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const letter: Letter = { subject: 'Hello', paragraphs: ['One sentence.'], action: { label: 'Open', path: '/computers' } }

function form(port: number, more: Partial<MailForm> = {}): MailForm {
  const none = { user: '', password: '', authorityPem: '', isPlainAllowed: false }
  return {
    ...none,
    host: '127.0.0.1',
    port: String(port),
    tls: 'none',
    senderName: 'Backups',
    senderAddress: 'box@office.example',
    ...more,
  }
}

async function post(box: TestApp, email: string, dedupeKey?: string) {
  await box.database.transaction((tx) =>
    box.lettersSide.letters.post(tx, { to: { email, name: 'Mara' }, letter, ...(dedupeKey === undefined ? {} : { dedupeKey }) }),
  )
}

async function setUpMail(box: TestApp, port: number, more: Partial<MailForm> = {}) {
  await box.lettersSide.mail.save(form(port, more), actingOnTheBox)
}

const states = async (box: TestApp) =>
  (await box.database.kysely.selectFrom('outbox').select(['recipient', 'state', 'attempts']).orderBy('recipient').execute()).map(
    ({ recipient, state, attempts }) => `${recipient.split('@')[0]} ${state} ${attempts}`,
  )
const mailAlarms = async (box: TestApp) =>
  (await box.care.alarms.list({ reach: 'all', after: 0, limit: 10 })).map(({ code, detail }) => `${code}: ${detail}`)

describe('a letter', () => {
  test('is sent once, with the address of the box, and its words are gone afterwards', async () => {
    await using server = await mailServer()
    await using box = await testApp({ publicUrl: 'https://backup.office.example' })
    await setUpMail(box, server.port)
    await post(box, 'mara@office.example', 'once')
    expect(await box.lettersSide.outboxSender.sendDue()).toBe(1)
    await post(box, 'mara@office.example', 'once')
    expect(await box.lettersSide.outboxSender.sendDue()).toBe(0)
    expect(server.received).toHaveLength(1)
    const { head, text } = readMail(server.received[0]!.raw)
    expect(head).toContain('From: Backups <box@office.example>')
    expect(text).toContain('https://backup.office.example/computers')
    const row = await box.database.kysely.selectFrom('outbox').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ state: 'sent', sealed: null, last_answer: '250 taken as 1' })
    const itemId = /^Message-ID: <(ltr_\w+)@office\.example>$/m.exec(head)?.[1]
    expect(itemId).toBe(row.id)
  })

  test('that a greylisting server puts off is sent at the next attempt', async () => {
    let asked = 0
    await using server = await mailServer({
      onRcptTo: (_address, _session, done) => {
        asked += 1
        done(asked === 1 ? refuse(451, 'come back later') : null)
      },
    })
    await using box = await testApp()
    await setUpMail(box, server.port)
    await post(box, 'mara@office.example')
    await box.lettersSide.outboxSender.sendDue()
    expect(await box.lettersSide.outboxSender.sendDue()).toBe(0)
    expect(await states(box)).toEqual(['mara waiting 1'])
    box.clock.advance(minuteMs)
    await box.lettersSide.outboxSender.sendDue()
    expect(await states(box)).toEqual(['mara sent 2'])
  })

  test('to an address that does not exist is given up at once and is an alarm until it is dropped; others are sent', async () => {
    await using server = await mailServer({
      onRcptTo: ({ address }, _session, done) => done(address.startsWith('nobody') ? refuse(550, 'no such user') : null),
    })
    await using box = await testApp()
    const { outbox, outboxSender } = box.lettersSide
    await setUpMail(box, server.port)
    await post(box, 'nobody@office.example')
    await post(box, 'tom@office.example')
    await outboxSender.sendDue()
    await outboxSender.look()
    expect(await states(box)).toEqual(['nobody given-up 1', 'tom sent 1'])
    expect(await mailAlarms(box)).toEqual([expect.stringMatching(/^HF-MAIL-FAILED: 1 letter was given up\..*no such user/)])
    const [item] = await outbox.list({ state: 'given-up', before: undefined, limit: 10 })
    await outbox.drop(item!.itemId, actingOnTheBox)
    await outboxSender.look()
    expect(await mailAlarms(box)).toEqual([])
  })
})

describe('a mail server that is away', () => {
  test('is asked by one letter for all, is an alarm after an hour, and gets all of them when it is back', async () => {
    await using box = await testApp()
    const { outboxSender } = box.lettersSide
    await setUpMail(box, 1)
    for (const name of ['anna', 'bert', 'cora']) await post(box, `${name}@office.example`)
    expect(await outboxSender.sendDue()).toBe(1)
    expect((await states(box)).map((state) => state.slice(5)).toSorted()).toEqual(['waiting 0', 'waiting 0', 'waiting 1'])
    await outboxSender.look()
    expect(await mailAlarms(box)).toEqual([])
    for (let passed = 0; passed < 90; passed += 10) {
      box.clock.advance(10 * minuteMs)
      await outboxSender.sendDue()
    }
    await outboxSender.look()
    expect(await mailAlarms(box)).toEqual([expect.stringContaining('Some letters have waited for more than an hour.')])
    await using server = await mailServer()
    await setUpMail(box, server.port) // what waits is tried at once
    await outboxSender.sendDue()
    await outboxSender.look()
    expect(server.received).toHaveLength(3)
    expect(await mailAlarms(box)).toEqual([])
  })

  test('for two days: the letter is given up, and can be tried again by hand', async () => {
    await using box = await testApp()
    const { outbox, outboxSender } = box.lettersSide
    await setUpMail(box, 1)
    await post(box, 'mara@office.example')
    let tried = 0
    for (let passed = 0; passed <= 2 * dayMs; passed += 20 * minuteMs) {
      tried += await outboxSender.sendDue()
      box.clock.advance(20 * minuteMs)
    }
    expect(tried).toBeLessThan(60)
    expect(await states(box)).toEqual([expect.stringMatching(/^mara given-up \d+$/)])
    const [item] = await outbox.list({ state: 'given-up', before: undefined, limit: 10 })
    await using server = await mailServer()
    await setUpMail(box, server.port)
    await outbox.retry(item!.itemId, actingOnTheBox)
    await outboxSender.sendDue()
    expect(server.received).toHaveLength(1)
    await expect(outbox.retry(item!.itemId, actingOnTheBox)).rejects.toMatchObject({ fault: 'not-found' })
  })
})

test('without a mail server letters wait, are not counted as tried, and do not wait for ever', async () => {
  await using box = await testApp()
  await post(box, 'mara@office.example')
  await box.lettersSide.outboxSender.sendDue()
  box.clock.advance(dayMs)
  await box.lettersSide.outboxSender.sendDue()
  expect(await states(box)).toEqual(['mara waiting 0'])
  box.clock.advance(dayMs)
  await box.lettersSide.outboxSender.sendDue()
  expect(await states(box)).toEqual(['mara given-up 0'])
})

test('what ended long ago goes; what waits stays', async () => {
  await using server = await mailServer()
  await using box = await testApp()
  await setUpMail(box, server.port)
  await post(box, 'anna@office.example')
  await box.lettersSide.outboxSender.sendDue()
  box.clock.advance(31 * dayMs)
  await post(box, 'bert@office.example')
  expect(await box.lettersSide.outbox.sweep()).toEqual({ swept: 1 })
  expect(await states(box)).toEqual(['bert waiting 0'])
})

describe('the mail server that is written down', () => {
  test('keeps its password sealed, and takes it to no other server', async () => {
    await using server = await mailServer({ authOptional: false })
    await using box = await testApp()
    const { mail, testMail } = box.lettersSide
    await setUpMail(box, server.port, { user: 'box', password: 'very secret words' })
    const rows = await box.database.kysely.selectFrom('settings').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain('very secret')
    expect(JSON.stringify(await mail.find())).not.toContain('very secret')
    await setUpMail(box, server.port, { user: 'box' })
    const to = { email: 'otto@office.example', name: 'Otto' }
    expect(await testMail(to, actingOnTheBox)).toEqual({ kind: 'sent', to: 'otto@office.example', answer: '250 taken as 1' })
    await expect(mail.save(form(server.port, { user: 'box', host: 'localhost' }), actingOnTheBox)).rejects.toMatchObject({
      fault: 'invalid',
      field: 'password',
    })
  })

  test.each([
    { field: 'host', more: { host: 'a b' } },
    { field: 'host', more: { host: 'mail.example\r\nRCPT TO:<x@y>' } },
    { field: 'port', more: { port: '70000' } },
    { field: 'tls', more: { host: 'mail.office.example' } },
    { field: 'sender-name', more: { senderName: 'Box\r\nBcc: all@example.com' } },
    { field: 'sender-address', more: { senderAddress: 'box@office.example\r\nBcc: a@b.example' } },
    { field: 'authority', more: { authorityPem: 'no certificate' } },
    { field: 'password', more: { user: 'box', password: 'x'.repeat(2 ** 20) } },
  ])('$field is refused when it is wrong: $more', async ({ field, more }) => {
    await using box = await testApp()
    await expect(box.lettersSide.mail.save(form(25, more), actingOnTheBox)).rejects.toMatchObject({ fault: 'invalid', field })
  })
})
