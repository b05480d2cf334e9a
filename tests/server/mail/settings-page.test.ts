/** The page Settings through the front door. */
import { expect, test } from 'vitest'
import { mailServer, refuse } from '../../support/mail-server.ts'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

test('an administrator names the mail server, tests it, and finds the password nowhere', async () => {
  await using server = await mailServer({ authOptional: false })
  await using box = await twoCustomers()
  const cookie = await cookieOf(box, box.users.administrator)
  const get = async (path: string) => (await box.app.request(path, { headers: { cookie, accept: 'text/html' } })).text()
  const send = (path: string, fields: Readonly<Record<string, string>>) => box.app.request(path, formRequest(fields, { cookie }))

  expect(await get('/settings')).toContain('The box cannot send letters yet.')
  const fields = {
    host: '127.0.0.1',
    port: String(server.port),
    tls: 'none',
    user: 'box',
    password: 'very secret words',
    'sender-name': '<b>Backups</b>',
    'sender-address': 'box@office.example',
  }
  const wrong = await send('/settings/mail', { ...fields, port: 'many' })
  expect(wrong.status).toBe(422)
  const wrongPage = await wrong.text()
  expect(wrongPage).toContain('A port is a whole number')
  expect(wrongPage).not.toContain('very secret')

  const saved = await send('/settings/mail', fields)
  expect([saved.status, saved.headers.get('location')]).toEqual([303, '/settings?saved=mail'])
  const page = await get('/settings?saved=mail')
  expect(page).toContain('The box sends its letters through 127.0.0.1.')
  expect(page).toContain('&lt;b&gt;Backups&lt;/b&gt;')
  expect(page).not.toContain('very secret')

  const sent = await (await send('/settings/mail/test', { to: 'otto@office.example' })).text()
  expect(sent).toContain('250 taken as 1')
  expect(server.received).toMatchObject([{ to: ['otto@office.example'], user: 'box' }])
  expect(await (await send('/settings/mail/test', { to: 'otto' })).text()).toContain('This is not a mail address.')
  const audit = await box.database.kysely
    .selectFrom('audit')
    .select(['action', 'detail'])
    .where('action', 'like', 'mail.%')
    .execute()
  expect(audit.map(({ action }) => action)).toEqual(['mail.changed', 'mail.tested'])
  expect(JSON.stringify(audit)).not.toContain('very secret')
})

test('a refused test letter says what is wrong, and who can mend it', async () => {
  await using server = await mailServer({ onAuth: (_auth, _session, done) => done(refuse(535, 'wrong <password>')) })
  await using box = await twoCustomers()
  const cookie = await cookieOf(box, box.users.administrator)
  const fields = {
    host: '127.0.0.1',
    port: String(server.port),
    tls: 'none',
    user: 'box',
    password: 'x',
    'sender-name': 'B',
    'sender-address': 'box@office.example',
  }
  await box.app.request('/settings/mail', formRequest(fields, { cookie }))
  const answer = await (
    await box.app.request('/settings/mail/test', formRequest({ to: 'otto@office.example' }, { cookie }))
  ).text()
  expect(answer).toContain('The mail server does not accept this user and password.')
  expect(answer).toContain('535 wrong &lt;password&gt;')
  expect(answer).toContain('Who can mend it')
})

test('what was given up stands on the list until it is tried again or dropped', async () => {
  await using server = await mailServer({ onRcptTo: (_address, _session, done) => done(refuse(550, 'nobody here')) })
  await using box = await twoCustomers()
  const cookie = await cookieOf(box, box.users.administrator)
  const get = async (path: string) => (await box.app.request(path, { headers: { cookie, accept: 'text/html' } })).text()
  const fields = {
    host: '127.0.0.1',
    port: String(server.port),
    tls: 'none',
    'sender-name': 'B',
    'sender-address': 'box@office.example',
  }
  await box.app.request('/settings/mail', formRequest(fields, { cookie }))
  const to = { email: 'x@office.example', name: '<i>X</i>' }
  const { customerId } = box.own.customer
  await box.database.transaction((tx) =>
    box.lettersSide.letters.post(tx, { to, letter: { subject: 'S', paragraphs: [''] }, customerId }),
  )
  await box.lettersSide.outboxSender.sendDue()
  const page = await get('/settings/letters?state=given-up')
  expect(page).toContain('1\u00a0thing could not be sent.')
  expect(page).toContain('nobody here')
  expect(page).toContain('Harbour Street Dental')
  expect(page).toContain('&lt;i&gt;X&lt;/i&gt;')
  const [, path] = /action="(\/settings\/letters\/ltr_\w+)\/retry"/.exec(page)!
  await box.app.request(`${path}/retry`, formRequest({}, { cookie }))
  expect(await get('/settings/letters')).toContain('1\u00a0thing waits to be sent.')
  expect((await box.app.request(`${path}/drop`, formRequest({}, { cookie }))).status).toBe(303)
  expect((await box.app.request(`${path}/drop`, formRequest({}, { cookie }))).status).toBe(404)
  expect(await get('/settings/letters')).toContain('Everything was sent.')
})
