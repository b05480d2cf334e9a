/** Letters about what happened: each once, to those who want it, by the clock of the box. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { type LetterChoices, usualChoices } from '../../../server/letters/letter-choices.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { insertVersion, sampleBody } from '../../support/insert-version.ts'
import { type MailServerForTests, mailServer, readMail } from '../../support/mail-server.ts'
import { twoCustomers } from '../../support/two-customers.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const nothing: LetterChoices = { completed: false, partly: false, failed: false, alarms: false, digest: 'none' }

let box: Awaited<ReturnType<typeof twoCustomers>>
let server: MailServerForTests

beforeEach(async () => {
  server = await mailServer()
  box = await twoCustomers()
  const none = { user: '', password: '', authorityPem: '', isPlainAllowed: false }
  const form = {
    ...none,
    host: '127.0.0.1',
    port: String(server.port),
    tls: 'none',
    senderName: 'B',
    senderAddress: 'box@office.example',
  }
  await box.lettersSide.mail.save(form, actingOnTheBox)
})
afterEach(async () => {
  await box[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

async function endRun(verdict: 'ok' | 'partial' | 'failed', detail = 'C:\\secret.txt was locked') {
  const { device, customer } = box.device
  const runId = newId('run', systemRandomness)
  const { deviceId } = device
  const endedAt = box.clock.now()
  const { runs } = box.devicesSide
  await box.database.transaction(async (tx) => {
    await runs.open(tx, { runId, customerId: customer.customerId, deviceId, job: 'documents', startedAt: endedAt - minuteMs })
    if (verdict === 'failed') await runs.fail(tx, { runId, code: 'HF-DISK', detail, endedAt })
    else {
      const counts = { ...sampleBody().counts, files: 12, skipped: verdict === 'ok' ? 0 : 3 }
      const left = { deviceId, job: 'documents', skipped: [] }
      await runs.finish(tx, { runId, version: newId('snap', systemRandomness), verdict, endedAt, counts, left })
    }
  })
  return runId
}

/** Everything that arrives until now: `owner: subject`, in order. */
async function arrived(): Promise<readonly string[]> {
  const before = server.received.length
  await box.lettersSide.tell()
  await box.lettersSide.outboxSender.sendDue()
  return server.received
    .slice(before)
    .map(({ to, raw }) => `${to[0]?.split('@')[0]}: ${/^Subject: (.*)$/m.exec(readMail(raw).head)?.[1]}`)
    .toSorted()
}

describe('a backup that ended', () => {
  test('is told once to those who want it, and a fall before the letter changes nothing', async () => {
    await endRun('failed')
    const told = await arrived()
    expect(told).toEqual(['member: XRAY-PC was not backed up', 'owner: XRAY-PC was not backed up'])
    expect(readMail(server.received[0]!.raw).text).toContain('C:\\secret.txt was locked')
    expect(await arrived()).toEqual([])
    box.clock.advance(dayMs)
    await endRun('ok')
    expect(await arrived()).toEqual([])
    box.clock.advance(minuteMs)
    await endRun('partial')
    expect(await arrived()).toEqual(['owner: XRAY-PC was backed up in part'])
  })

  test('badly again and again, is told once a day', async () => {
    const letters: string[] = []
    for (let passed = 0; passed < 2 * dayMs; passed += dayMs / 8) {
      await endRun('failed')
      letters.push(...(await arrived()).filter((line) => line.startsWith('owner')))
      box.clock.advance(dayMs / 8)
    }
    expect(letters.length).toBeGreaterThanOrEqual(3)
    expect(letters.length).toBeLessThanOrEqual(4)
  })

  test('is not told to those who do not want it; own choice before the account’s', async () => {
    const { customerId } = box.own.customer
    const { letterChoices } = box.lettersSide
    const everything = { ...nothing, completed: true }
    await letterChoices.saveAccount(
      customerId,
      { defaults: { owner: nothing, member: everything, viewer: nothing }, silenceDays: undefined },
      actingOnTheBox,
    )
    await letterChoices.saveOwn(box.users.viewer, customerId, everything)
    await endRun('ok')
    expect(await arrived()).toEqual(['member: XRAY-PC is backed up', 'viewer: XRAY-PC is backed up'])
    await letterChoices.saveOwn(box.users.viewer, customerId, undefined)
    box.clock.advance(minuteMs)
    await endRun('ok')
    expect(await arrived()).toEqual(['member: XRAY-PC is backed up'])
  })
})

describe('an alarm', () => {
  test('of a customer is told to its owner; its end, too; once', async () => {
    const { customerId } = box.own.customer
    const key = { code: 'HF-BACKUP-SILENT', subject: 'x' } as const
    await box.care.alarms.raise({ ...key, customerId, detail: 'XRAY-PC is silent.' })
    expect(await arrived()).toEqual(['owner: Harbour Street Dental: A computer has had no good backup for too long.'])
    await box.care.alarms.raise({ ...key, customerId, detail: 'XRAY-PC is silent.' })
    box.clock.advance(20 * minuteMs)
    expect(await arrived()).toEqual([])
    await box.care.alarms.settle(key)
    expect(await arrived()).toEqual(['owner: Over: A computer has had no good backup for too long.'])
  })

  test('of the box is told to administrators; many at once are one letter; what flickers is told again after hours', async () => {
    const raise = (subject: string) => box.care.alarms.raise({ code: 'HF-DISK-LOW', subject, detail: 'd' })
    await raise('one')
    await raise('two')
    const first = await arrived()
    expect(first).toEqual(expect.arrayContaining(['administrator: 2 things wait for somebody']))
    expect(first.every((line) => /^(administrator|helen)/.test(line))).toBe(true)
    let letters = 0
    for (let passed = 0; passed < 60; passed += 1) {
      await box.care.alarms.settle({ code: 'HF-DISK-LOW', subject: 'one' })
      box.clock.advance(minuteMs)
      await raise('one')
      letters += (await arrived()).length
      box.clock.advance(minuteMs)
    }
    expect(letters).toBe(0)
  })

  test('of chosen customers is told to an implementor who chose them', async () => {
    const { implementor } = box.users
    const chosen = [box.own.customer.customerId]
    await box.lettersSide.letterChoices.saveStaff(implementor, {
      boxAlarms: false,
      customerAlarms: 'chosen',
      chosen,
      digest: 'none',
    })
    for (const { customer } of [box.own, box.other])
      await box.care.alarms.raise({
        code: 'HF-QUOTA-NEARLY-FULL',
        subject: customer.customerId,
        customerId: customer.customerId,
        detail: 'd',
      })
    expect((await arrived()).filter((line) => line.startsWith('implementor'))).toEqual([
      expect.stringContaining('Harbour_Street_Dental'),
    ])
  })
})

test('a digest comes on its day, with every computer, and not twice', async () => {
  const { customerId } = box.own.customer
  await insertVersion(box, box.device, { seq: 2 })
  await box.lettersSide.letterChoices.saveOwn(box.users.owner, customerId, { ...nothing, digest: 'daily' })
  const { tellDigests } = box.lettersSide
  await tellDigests()
  await tellDigests()
  const told = await arrived()
  expect(told.filter((line) => line.startsWith('owner'))).toHaveLength(1)
  const mail = server.received.find(({ to }) => to[0]?.startsWith('owner'))
  expect(readMail(mail!.raw).text).toContain('XRAY-PC')
  // 14 March 2026 is a Saturday: what is weekly waits for Monday.
  await box.lettersSide.letterChoices.saveOwn(box.users.owner, customerId, usualChoices.owner)
  const owners = async () => {
    await tellDigests()
    return (await arrived()).filter((line) => line.startsWith('owner')).length
  }
  box.clock.advance(dayMs)
  expect(await owners()).toBe(0)
  box.clock.advance(dayMs)
  expect(await owners()).toBe(1)
})
