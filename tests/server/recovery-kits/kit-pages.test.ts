/** Who may print which kit, and that its secret goes nowhere but onto the page that was asked for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRecoveryKit } from '../../../engine/index.ts'
import type { UserIdentity } from '../../../server/users/user.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let kitPath: string
const serverPath = '/storage/recovery/kit'

beforeAll(async () => {
  box = await twoCustomers()
  kitPath = `/customers/${box.own.customer.customerId}/recovery-kit`
})
afterAll(() => box[Symbol.asyncDispose]())

const get = async (path: string, user: UserIdentity) =>
  box.app.request(path, { headers: { cookie: await cookieOf(box, user), accept: 'text/html' } })
const print = async (path: string, user: UserIdentity, format: string) =>
  box.app.request(path, formRequest({ format }, { cookie: await cookieOf(box, user) }))
/** Of customer `own`, for staff who have entered it. */
const homeOf = async (user: UserIdentity) => {
  const cookie = `${await cookieOf(box, user)}; holdfast_account_box_test=${box.own.customer.customerId}`
  return (await box.app.request('/', { headers: { cookie } })).text()
}
const audited = async (action: string) =>
  (await box.database.kysely.selectFrom('audit').selectAll().where('action', '=', action).execute()).length

describe('the kit of a customer', () => {
  test('is asked for on the Home of its owner until it was printed', async () => {
    expect(await (await get('/', box.users.owner)).text()).toContain(kitPath)
    const page = await get(kitPath, box.users.owner)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('never printed')
    expect((await print(kitPath, box.users.owner, 'page')).status).toBe(200)
    expect(await (await get('/', box.users.owner)).text()).not.toContain(kitPath)
    expect(await (await get(kitPath, box.users.owner)).text()).toContain('was printed on')
  })

  test.each(['page', 'html', 'txt', 'pdf'])('is given as %s, kept by nobody on the way, and noted', async (format) => {
    const before = await audited('recovery-kit.printed')
    const answer = await print(kitPath, box.users.owner, format)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await audited('recovery-kit.printed')).toBe(before + 1)
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (format !== 'page') expect(answer.headers.get('content-disposition')).toContain(`C-000002.${format}`)
    if (format === 'pdf') expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
    else expect(readRecoveryKit(bytes.toString())).toMatchObject({ kind: 'kit', opens: 'customer' })
  })

  test.each(['administrator', 'implementor', 'member', 'viewer', 'foreign'] as const)('is not for %s', async (role) => {
    for (const answer of [await get(kitPath, box.users[role]), await print(kitPath, box.users[role], 'txt')]) {
      expect([403, 404]).toContain(answer.status)
      expect(readRecoveryKit(await answer.text())).toMatchObject({ kind: 'no-code' })
    }
  })

  test('a form without a known format is refused', async () => {
    expect((await print(kitPath, box.users.owner, 'odt')).status).toBe(422)
  })
})

describe('the kit of the server', () => {
  test('is asked for on the Home of administrators, and is theirs alone', async () => {
    expect(await homeOf(box.users.administrator)).toContain('/storage/recovery')
    expect(await homeOf(box.users.implementor)).not.toContain('/storage/recovery')
    for (const role of ['implementor', 'owner', 'member', 'viewer', 'foreign'] as const)
      expect((await print(serverPath, box.users[role], 'txt')).status, role).toBe(403)
    const kit = readRecoveryKit(await (await print(serverPath, box.users.administrator, 'txt')).text())
    expect(kit).toMatchObject({ kind: 'kit', opens: 'server' })
    expect(await audited('server-kit.printed')).toBe(1)
    expect(await homeOf(box.users.administrator)).not.toContain('/storage/recovery')
  })

  test('stands beside the box’s backups of itself', async () => {
    expect(await (await get('/storage/recovery', box.users.administrator)).text()).toContain('no backup of itself')
    const made = await box.app.request(
      '/storage/recovery/self-backup',
      formRequest({}, { cookie: await cookieOf(box, box.users.administrator) }),
    )
    expect([made.status, made.headers.get('location')]).toEqual([303, '/storage/recovery'])
    expect(await (await get('/storage/recovery', box.users.administrator)).text()).toContain('can be brought back')
  })
})

test('a kit of a year ago is an alarm, for its owner and for administrators, until it is printed again', async () => {
  const open = async (user: UserIdentity) => {
    const answer = await box.app.request('/api/v1/alarms', { headers: { cookie: await cookieOf(box, user) } })
    return (await bodyOf<{ items: { code: string }[] }>(answer)).items
      .map(({ code }) => code)
      .filter((code) => code.includes('KIT'))
  }
  await print(kitPath, box.users.owner, 'txt')
  await box.recoverySide.kitReminders.look()
  expect(await open(box.users.owner)).toEqual([])
  box.clock.advance(366 * 86_400_000)
  await box.recoverySide.kitReminders.look()
  expect(await open(box.users.owner)).toEqual(['HF-RECOVERY-KIT-DUE'])
  expect(await open(box.users.administrator)).toContain('HF-SERVER-KIT-DUE')
  await print(kitPath, box.users.owner, 'txt')
  await print(serverPath, box.users.administrator, 'txt')
  expect(await open(box.users.owner)).toEqual([])
  expect(await open(box.users.administrator)).not.toContain('HF-SERVER-KIT-DUE')
})
