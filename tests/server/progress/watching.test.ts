/** Who may watch running backups, how many may, and what they see until they go. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeviceIdentity } from '../../../server/http/principal.ts'
import { believedForMs, maxRunningBackups, maxWatchers, maxWatchersOfCustomer } from '../../../server/progress/progress.ts'
import { createProgressService } from '../../../server/progress/progress-service.ts'
import { movableClock } from '../../../server/runtime/clock.ts'
import { type Id, newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { bodyOf, startOfTests } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

const nobody = () => ({ onChange: () => {}, onClose: () => {} })
const told = { phase: 'sending', filesDone: 1, filesTotal: 2, bytesDone: 10, bytesTotal: 20, bytesPerSecond: 5 } as const

function service() {
  const clock = movableClock(startOfTests)
  const customerId = newId('cus', systemRandomness)
  const progress = createProgressService({ clock, randomness: systemRandomness })
  const device = (of: Id<'cus'> = customerId) =>
    ({ deviceId: newId('dev', systemRandomness), customerId: of, name: 'PC' }) as unknown as DeviceIdentity
  const run = { key: 'ab'.repeat(16), job: 'office' } as unknown as Parameters<typeof progress.open>[1]
  return { clock, customerId, progress, device, run }
}

describe('watchers', () => {
  test('are told of their own account’s backups alone, until they stop', () => {
    const { customerId, progress, device, run } = service()
    let heard = 0
    const watching = progress.watch(customerId, { ...nobody(), onChange: () => heard++ })
    const ticket = progress.open(device(), run)!
    progress.open(device(newId('cus', systemRandomness)), run)
    expect(heard).toBe(1)
    progress.tell(ticket, told)
    expect(progress.list(customerId)).toMatchObject([{ bytesDone: 10, phase: 'sending' }])
    expect(heard).toBe(2)
    watching?.stop()
    progress.end(ticket)
    expect([heard, progress.list(customerId)]).toEqual([2, []])
  })

  test('are so many of an account, and so many in all; one that goes makes room', () => {
    const { customerId, progress } = service()
    const own = Array.from({ length: maxWatchersOfCustomer }, () => progress.watch(customerId, nobody()))
    expect(own.every((one) => one !== undefined)).toBe(true)
    expect(progress.watch(customerId, nobody())).toBeUndefined()
    own[0]?.stop()
    own[0]?.stop()
    expect(progress.watch(customerId, nobody())).toBeDefined()
    expect(progress.watch(customerId, nobody())).toBeUndefined()
    let others = 0
    while (progress.watch(newId('cus', systemRandomness), nobody()) !== undefined) others += 1
    expect(others).toBe(maxWatchers - maxWatchersOfCustomer)
  })

  test('are let go when the box closes, and nobody begins to watch then', () => {
    const { customerId, progress } = service()
    let closed = 0
    for (let index = 0; index < 3; index += 1) progress.watch(customerId, { ...nobody(), onClose: () => closed++ })
    progress.close()
    expect([closed, progress.watch(customerId, nobody())]).toEqual([3, undefined])
  })
})

describe('a backup', () => {
  test('that fell silent is not shown, and makes room for others', () => {
    const { clock, customerId, progress, device, run } = service()
    for (let index = 0; index < maxRunningBackups; index += 1) progress.open(device(), run)
    expect(progress.open(device(), run)).toBeUndefined()
    clock.advance(believedForMs)
    expect(progress.list(customerId)).toEqual([])
    expect(progress.open(device(), run)).toBeDefined()
    expect(progress.list(customerId)).toHaveLength(1)
  })

  test('hears with its next sign that it shall stop; an older ticket of the computer is of no use', () => {
    const { progress, device, run } = service()
    const pc = device()
    const old = progress.open(pc, run)!
    const ticket = progress.open(pc, run)!
    expect(progress.tell(old, told)).toBeUndefined()
    expect(progress.tell(ticket, told)).toEqual({ isCancelled: false })
    progress.askToStop(pc.deviceId)
    expect(progress.tell(ticket, told)).toEqual({ isCancelled: true })
    progress.endOf(pc.deviceId)
    expect(progress.tell(ticket, told)).toBeUndefined()
  })
})

describe('the stream', () => {
  let box: Awaited<ReturnType<typeof twoCustomers>>
  beforeAll(async () => {
    box = await twoCustomers()
  })
  afterAll(() => box[Symbol.asyncDispose]())

  const watch = async (who: keyof typeof box.users, query = '') => {
    const controller = new AbortController()
    const answer = await box.app.request(`/activity/running${query}`, {
      headers: { cookie: await cookieOf(box, box.users[who]) },
      signal: controller.signal,
    })
    return { answer, end: () => controller.abort() }
  }

  test('is refused for a computer of somebody else, as if there were none', async () => {
    const { answer } = await watch('foreign', `?computer=${box.device.device.deviceId}`)
    expect([answer.status, (await bodyOf<{ code: string }>(answer)).code]).toEqual([404, 'HF-NOT-FOUND'])
  })

  test('shows a backup as soon as its computer tells, and is refused to the one too many', async () => {
    const { progress } = box.devicesSide
    const { deviceId } = box.device.device
    const { customerId } = box.own.customer
    const ticket = progress.open({ deviceId, customerId, name: 'XRAY-PC' } as unknown as DeviceIdentity, {
      ...({ key: 'cd'.repeat(16), job: 'office' } as unknown as Parameters<typeof progress.open>[1]),
    })!
    progress.tell(ticket, told)
    const { answer } = await watch('viewer')
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const reader = answer.body!.getReader()
    const first = new TextDecoder().decode((await reader.read()).value)
    expect(first).toMatch(/^data: /)
    expect(first).toContain('XRAY-PC')
    await reader.cancel()

    const held = Array.from({ length: maxWatchersOfCustomer }, () => progress.watch(customerId, nobody()))
    const refused = await watch('viewer')
    expect([refused.answer.status, (await bodyOf<{ code: string }>(refused.answer)).code]).toEqual([503, 'HF-BUSY'])
    for (const one of held) one?.stop()
  })
})
