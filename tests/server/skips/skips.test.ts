/** Left-out files that somebody calls known, and takes back: what the run counts as, and who may say so. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxSkipReasonCharacters } from '../../../server/skips/accepted-skip.ts'
import { listStandings } from '../../../server/standings/standings-table.ts'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, newCustomer, newUser } from '../../support/two-customers.ts'
import { sampleBody } from '../../support/version-writer.ts'
import { makeVersion, type Office, office } from '../retention/versions.ts'

const paths = ['/home/ann/mail.pst', '/home/ann/run/app.sock'] as const

let at: Office
let runId: string

beforeAll(async () => {
  at = await office()
  const skipped = paths.map((path) => ({ path: Buffer.from(path), reason: 'unreadable' as const, detail: 'EBUSY' }))
  await makeVersion(at, { body: { verdict: 'partial', skipped, counts: { ...sampleBody.counts, skipped: skipped.length } } })
  runId = (await box().database.kysely.selectFrom('runs').select('id').executeTakeFirstOrThrow()).id
})
afterAll(() => at[Symbol.asyncDispose]())

const box = () => at.upload.box
const deviceId = () => at.computer.identity.deviceId

async function look(user = box().user): Promise<string> {
  const headers = { cookie: await cookieOf(box(), user) }
  const answer = await box().app.request(`/activity/${runId}`, { headers })
  expect(answer.status).toBe(200)
  return answer.text()
}

async function post(path: string, fields: Record<string, string>, user = box().user) {
  const answer = await box().app.request(
    `/activity/${runId}${path}`,
    formRequest(fields, { cookie: await cookieOf(box(), user) }),
  )
  return { status: answer.status, text: await answer.text() }
}

const standing = async () => (await listStandings(box().database.kysely, [deviceId()], box().clock.now())).get(deviceId())
const accepted = async () => (await box().devicesSide.skips.list({ deviceId: deviceId() })).map(({ pattern }) => pattern)
const audited = async () => {
  const rows = await box().database.kysely.selectFrom('audit').select('action').where('action', 'like', 'skip.%').execute()
  return rows.map(({ action }) => action)
}

describe('files that were left out', () => {
  test('make the computer stand as partly backed up, until all of them are known', async () => {
    expect((await standing())?.ended).toMatchObject({ verdict: 'partial', skipped: 2 })
    const one = await post('/accept', { path: '0', reason: 'Outlook has it open all day; it is backed up on the server.' })
    expect(one.status, one.text).toBe(303)
    expect(await accepted()).toEqual([paths[0]])
    expect((await standing())?.ended).toMatchObject({ verdict: 'partial' })
    expect((await post('/accept', { pattern: '*.sock', reason: 'Sockets hold nothing.' })).status).toBe(303)
    expect((await standing())?.ended).toMatchObject({ verdict: 'ok' })
    expect(await look()).toContain('2 known skips')
    expect(await audited()).toEqual(['skip.accepted', 'skip.accepted'])
  })

  test('are partial again when one is taken back', async () => {
    const [first] = (await box().devicesSide.skips.list({ deviceId: deviceId() })) as readonly { skipId: string }[]
    const { skipId } = first!
    expect(await look()).toContain(`/accepted/${skipId}/revoke`)
    expect((await post(`/accepted/${skipId}/revoke`, {})).status).toBe(303)
    expect((await standing())?.ended).toMatchObject({ verdict: 'partial' })
    expect((await post(`/accepted/${skipId}/revoke`, {})).status).toBe(404)
    expect((await audited()).at(-1)).toBe('skip.revoked')
  })

  test.each([
    { title: 'nothing chosen', fields: { reason: 'Known.' }, says: 'Choose files above, or give a pattern.' },
    { title: 'no reason', fields: { pattern: '*.tmp', reason: '  ' }, says: 'Say why this is left out' },
    {
      title: 'a reason as long as a book',
      fields: { pattern: '*.tmp', reason: 'x'.repeat(maxSkipReasonCharacters + 1) },
      says: `at most ${maxSkipReasonCharacters} characters`,
    },
  ])('$title is refused, and what was typed stays', async ({ fields, says }) => {
    const before = await accepted()
    const refused = await post('/accept', fields)
    expect([refused.status, refused.text.includes(says)]).toEqual([422, true])
    expect(await accepted()).toEqual(before)
  })

  test('are called known by those who may alone; staff see no name of them', async () => {
    const { customerId } = at.computer.identity
    const viewer = await newUser(box(), 'viewer', { staffRole: undefined, memberships: [{ customerId, role: 'viewer' }] })
    const staff = await newUser(box(), 'implementor', { staffRole: 'implementor', memberships: [] })
    expect((await post('/accept', { pattern: '*', reason: 'Away with it.' }, viewer)).status).toBe(403)
    expect(await look(viewer)).toContain('mail.pst')
    expect(await look(staff)).not.toContain('mail.pst')
    const other = await newCustomer(box(), 'Northquay IT')
    const memberships = [{ customerId: other.customer.customerId, role: 'owner' as const }]
    const foreign = await newUser(box(), 'foreign', { staffRole: undefined, memberships })
    expect((await post('/accept', { pattern: '*', reason: 'Not mine.' }, foreign)).status).toBe(404)
  })
})
