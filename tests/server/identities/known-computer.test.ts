/** A computer that comes as a new one and looks like one that is known: asked, answered, never mixed in by itself. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectDevice } from '../../support/connect-device.ts'
import { actingAs, connectByLink, fingerprintOf, makeEnrolment, postConnect } from '../../support/enrolled.ts'
import { bodyOf, goodPassword, helen } from '../../support/test-app.ts'
import { twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let known: Awaited<ReturnType<typeof connectDevice>>
const pc = fingerprintOf('RECEPTION')
const reinstalled = { ...pc, print: 'e'.repeat(64), machineId: 'another0000000000000000000000000' }

beforeEach(async () => {
  box = await twoCustomers()
  known = await connectDevice(box, box.users.owner, { name: 'RECEPTION-PC', fingerprint: pc })
})
afterEach(() => box[Symbol.asyncDispose]())

interface KnownBody {
  readonly code: string
  readonly detail: string
  readonly hint: string
  readonly known: { readonly number: string; readonly verdict: string }
  readonly needsAnswer: boolean
}

describe('by a login', () => {
  const post = (more: object = {}) =>
    postConnect(box, {
      user: helen.email,
      password: goodPassword,
      name: 'HELEN-PC',
      agentVersion: '0.1.0',
      fingerprint: reinstalled,
      ...more,
    })

  test('is refused with the number of the one that it looks like, and nothing is left', async () => {
    const own = await connectDevice(box, box.user, { name: 'HELEN-PC', fingerprint: pc })
    const answer = await post()
    expect(answer.status).toBe(409)
    const body = await bodyOf<KnownBody>(answer)
    expect(body).toMatchObject({
      code: 'HF-DEVICE-KNOWN',
      needsAnswer: false,
      known: { number: 'D-000003', verdict: 'reinstalled' },
    })
    expect(body.hint).toContain('--replace D-000003')
    expect(body.hint).toContain('--as-new')
    expect(body.detail).toContain('HELEN-PC (D-000003)')
    expect((await post({ replace: 'D-000003' })).status).toBe(201)
    expect((await post({ asNew: true })).status).toBe(201)
    const devices = await box.database.kysely
      .selectFrom('devices')
      .select('id')
      .where('customer_id', '=', own.customer.customerId)
      .execute()
    expect(devices).toHaveLength(2)
  })

  test('is not told of other customers’ computers', async () => {
    expect((await post()).status).toBe(201)
  })

  test('of other hardware comes in as ever', async () => {
    await connectDevice(box, box.user, { name: 'HELEN-PC', fingerprint: pc })
    expect((await post({ fingerprint: fingerprintOf('NEW') })).status).toBe(201)
  })
})

describe('by a link', () => {
  test('may be a computer of its own, but takes no place before somebody has said yes', async () => {
    const { secret, enrolment } = await makeEnrolment(box)
    const asReinstalled = (more: object = {}) => connectByLink(box, secret, 'RECEPTION', { fingerprint: reinstalled, ...more })
    for (const more of [{}, { replace: 'D-000002' }]) {
      const body = await bodyOf<KnownBody>(await asReinstalled(more))
      expect(body).toMatchObject({ code: 'HF-DEVICE-KNOWN', needsAnswer: true, known: { number: 'D-000002' } })
    }
    const { identities, enrolments } = box.devicesSide
    const open = await identities.listQuestions(box.own.customer.customerId)
    expect(open).toHaveLength(1)
    expect(open[0]).toMatchObject({ deviceId: known.device.deviceId, verdict: 'reinstalled', enrolmentId: enrolment.enrolmentId })
    expect((await enrolments.find(enrolment.enrolmentId))?.uses).toBe(0)

    await identities.answerQuestion(open[0]!, 'take-over', actingAs(box.users.owner))
    await expect(identities.answerQuestion(open[0]!, 'as-new', actingAs(box.users.owner))).rejects.toMatchObject({
      fault: 'answered',
    })
    expect(await identities.listQuestions(box.own.customer.customerId)).toEqual([])
    const answer = await asReinstalled()
    expect(await bodyOf(answer)).toMatchObject({ device: { id: known.device.deviceId, number: 'D-000002' } })
  })

  test('takes no other place than the one that was agreed to', async () => {
    const { secret } = await makeEnrolment(box)
    const { identities } = box.devicesSide
    await connectByLink(box, secret, 'RECEPTION', { fingerprint: reinstalled })
    const [open] = await identities.listQuestions(box.own.customer.customerId)
    await identities.answerQuestion(open!, 'take-over', actingAs(box.users.owner))
    const body = await bodyOf<KnownBody>(
      await connectByLink(box, secret, 'RECEPTION', { fingerprint: reinstalled, replace: 'D-000001' }),
    )
    expect(body).toMatchObject({ code: 'HF-DEVICE-KNOWN', known: { number: 'D-000001' } })
  })

  test('an answer is for the computer that asked, and for a day', async () => {
    const { secret } = await makeEnrolment(box, { usesMax: 5 })
    const { identities } = box.devicesSide
    const connect = (print: string) => connectByLink(box, secret, 'RECEPTION', { fingerprint: { ...reinstalled, print } })
    await connect('e'.repeat(64))
    const [open] = await identities.listQuestions(box.own.customer.customerId)
    await identities.answerQuestion(open!, 'take-over', actingAs(box.users.owner))
    expect((await connect('f'.repeat(64))).status).toBe(409)
    box.clock.advance(24 * 60 * 60 * 1000)
    expect((await connect('e'.repeat(64))).status).toBe(409)
  })

  test('“a computer of its own” lets it in as one', async () => {
    const { secret } = await makeEnrolment(box)
    const { identities } = box.devicesSide
    await connectByLink(box, secret, 'RECEPTION', { fingerprint: reinstalled })
    const [open] = await identities.listQuestions(box.own.customer.customerId)
    await identities.answerQuestion(open!, 'as-new', actingAs(box.users.owner))
    expect(await bodyOf(await connectByLink(box, secret, 'RECEPTION', { fingerprint: reinstalled }))).toMatchObject({
      device: { number: 'D-000003' },
    })
  })
})
