/** The page Freeing space: plan, run without waits by a typed number, refusal and its button. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hourMs, type PruneBox, pruneBox } from '../../support/prune-box.ts'
import { cookiesOf, formRequest, helen } from '../../support/test-app.ts'

describe('the page Freeing space', () => {
  let box: PruneBox
  let cookie: string
  beforeEach(async () => {
    box = await pruneBox()
    await signIn()
  })
  afterEach(() => box[Symbol.asyncDispose]())

  const signIn = async () => {
    const { app } = box.upload.box
    cookie = cookiesOf(await app.request('/signin', formRequest({ email: helen.email, password: helen.password })))
  }
  const page = async () => {
    const answer = await box.upload.box.app.request('/storage/prune', { headers: { cookie, accept: 'text/html' } })
    return { status: answer.status, text: (await answer.text()).replaceAll('\u00a0', ' ') }
  }
  const post = async (path: string, fields: Record<string, string> = {}) => {
    // So that the backups before count as over.
    box.upload.box.clock.advance(5000)
    const answer = await box.upload.box.app.request(path, formRequest(fields, { cookie }))
    await box.upload.box.care.chores.settled()
    return answer
  }

  test('shows the plan, and frees by the number that the plan shows and no other', async () => {
    await box.commit({ kept: randomBytes(3000) })
    await box.forget(await box.commit({ going: randomBytes(50_000) }))
    expect((await page()).text).toContain('Nobody has looked yet.')
    expect((await post('/storage/prune/plan')).status).toBe(303)
    const planned = await page()
    expect(planned.text).toContain('1 version')
    expect(planned.text).toContain('would be condemned')
    const bytes = /name="bytes" value="(\d+)"/.exec(planned.text)?.[1]
    if (bytes === undefined) throw new Error('the page shows no number')
    expect(Number(bytes)).toBeGreaterThan(50_000)

    const wrong = await post('/storage/prune/now', { bytes, confirmation: '1' })
    expect(wrong.status).toBe(422)
    expect(await wrong.text()).toContain(`Type ${bytes}, the number of bytes`)
    expect(await box.states()).toEqual({ stored: 4 })

    const before = box.diskBytes()
    expect((await post('/storage/prune/now', { bytes, confirmation: bytes })).status).toBe(303)
    expect(await box.states()).toEqual({ stored: 2, purged: 2 })
    const report = await box.upload.box.uploads.prune.report(await box.repository())
    expect(before - box.diskBytes()).toBe(report.result?.done.diskFreedBytes)
    expect((await page()).text).toContain('The last run freed')
    const audit = await box.upload.box.database.kysely.selectFrom('audit').select('action').execute()
    expect(audit.map(({ action }) => action)).toContain('prune.now')
  })

  test('runs nothing by a number that another plan showed', async () => {
    await box.forget(await box.commit({ going: randomBytes(5000) }))
    await post('/storage/prune/plan')
    await post('/storage/prune/now', { bytes: '5', confirmation: '5' })
    expect(await box.states()).toEqual({ stored: 2 })
    const chore = await box.upload.box.care.chores.find('prune')
    expect(chore.state).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('5 were confirmed') })
  })

  test('shows what was refused, raises an alarm, and goes on when somebody says that it is right', async () => {
    const going = []
    for (let count = 0; count < 10; count += 1) going.push(await box.commit({ [`f${count}`]: randomBytes(3000) }))
    for (const id of going.slice(0, 6)) await box.forget(id)
    await post('/storage/chores/prune/run')
    await box.pass(25 * hourMs)
    await box.upload.box.care.observedTime.start()
    await signIn()
    await post('/storage/chores/prune/run')
    const refused = await page()
    expect(refused.text).toContain('The box freed nothing, to be on the safe side.')
    expect(refused.text).toContain('more than 30 %')
    const alarms = () => box.upload.box.care.alarms.list({ reach: 'all', after: 0, limit: 10 })
    expect((await alarms()).map(({ code }) => code)).toContain('HF-PRUNE-REFUSED')

    const { uid } = await box.repository()
    await post('/storage/prune/allow', { uid: uid.toString('hex') })
    expect((await box.states()).trashed).toBeGreaterThanOrEqual(12)
    expect((await alarms()).map(({ code }) => code)).not.toContain('HF-PRUNE-REFUSED')
    expect((await page()).text).not.toContain('to be on the safe side')
  })
})
