import { expect, test } from 'vitest'
import type { Letter } from '../../../server/letters/letter.ts'
import { testApp } from '../../support/test-app.ts'

const letter: Letter = {
  subject: 'A link',
  paragraphs: ['Press it.'],
  action: { label: 'Open', path: '/reset?token=secret-part' },
}
const to = { email: 'mara@office.example', name: 'Mara' }

test('a letter waits once its transaction has committed, once per key and address, and its words are sealed', async () => {
  await using box = await testApp()
  const { letters } = box.lettersSide
  const { database } = box
  const rows = () => database.kysely.selectFrom('outbox').selectAll().orderBy('recipient').execute()

  await expect(
    database.transaction(async (tx) => {
      await letters.post(tx, { to, letter })
      throw new Error('taken back')
    }),
  ).rejects.toThrow('taken back')
  expect(await rows()).toEqual([])

  await database.transaction(async (tx) => {
    await letters.post(tx, { to, letter, dedupeKey: 'run:1' })
    await letters.post(tx, { to: { ...to, email: 'MARA@office.example' }, letter, dedupeKey: 'run:1' })
    await letters.post(tx, { to: { ...to, email: 'tom@office.example' }, letter, dedupeKey: 'run:1' })
  })
  expect((await rows()).map(({ recipient, title, state, attempts }) => ({ recipient, title, state, attempts }))).toEqual([
    { recipient: 'mara@office.example', title: 'A link', state: 'waiting', attempts: 0 },
    { recipient: 'tom@office.example', title: 'A link', state: 'waiting', attempts: 0 },
  ])
  expect(JSON.stringify(await rows())).not.toContain('secret-part')
  expect((await rows()).every(({ sealed }) => !sealed!.includes('secret-part'))).toBe(true)
})
