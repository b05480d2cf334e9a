/** After a rebuild, as an administrator sees it. */
import { expect, test } from 'vitest'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

test('Storage asks whether all computers are there, once; the alert goes with the answer', async () => {
  await using box = await twoCustomers()
  const cookie = await cookieOf(box, box.users.administrator)
  const read = async (path: string) => {
    const answer = await box.app.request(path, { headers: { accept: 'text/html', cookie } })
    return (await answer.text()).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
  }
  const confirm = () => box.app.request('/storage/rebuild/confirm', formRequest({}, { cookie }))
  expect(await read('/storage')).not.toContain('was made anew')
  await box.rebuild.rebuild({ signal: AbortSignal.timeout(30_000) })
  expect(await read('/storage')).toContain('The list of what is stored was made anew')
  expect(await read('/alerts')).toContain('The index was made anew from the files.')

  const answer = await confirm()
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/storage'])
  expect(await read('/storage')).not.toContain('was made anew')
  expect(await box.care.alarms.list({ reach: 'all', after: 0, limit: 10 })).toEqual([])
  const entries = await box.database.kysely
    .selectFrom('audit')
    .select('action')
    .where('action', 'like', 'box.rebuil%')
    .orderBy('id')
    .execute()
  expect(entries.map(({ action }) => action)).toEqual(['box.rebuilt', 'box.rebuild-confirmed'])
  expect((await confirm()).status).toBe(303)
})
