/**
 * Hourly backups of three computers in injected time, the chore's work done every night, on real rows and marks: what stays is what
 * the rules say of all that ever came. Some days in every run; `HOLDFAST_RETENTION_DAYS=365` for the year.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noRules, planRetention, type RetentionRules } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { insertVersion } from '../../support/insert-version.ts'
import { setUpApp } from '../../support/test-app.ts'
import { applyNow, dayMs, hourMs, pass } from './versions.ts'

const days = Number(process.env.HOLDFAST_RETENTION_DAYS ?? 9)

const computers: readonly {
  readonly name: string
  readonly own: RetentionRules | undefined
  readonly isOn: (hour: number) => boolean
}[] = [
  // Gold, the plan of a box's first customer.
  { name: 'SERVER', own: undefined, isOn: () => true },
  {
    name: 'OFFICE',
    own: { ...noRules, hourly: 48, daily: 14, weekly: 8, monthly: 6, yearly: 1 },
    isOn: (hour) => hour % 24 > 7 && hour % 24 < 19,
  },
  { name: 'LAPTOP', own: { ...noRules, keepLast: 30, allWithinDays: 3 }, isOn: (hour) => hour % 200 < 90 },
]

let box: Awaited<ReturnType<typeof setUpApp>>
beforeEach(async () => {
  box = await setUpApp()
})
afterEach(() => box[Symbol.asyncDispose]())

test(`${days} days of hours: exactly what the rules say stays`, { timeout: 15 * 60_000 }, async () => {
  const connected = await Promise.all(computers.map(({ name }) => connectDevice(box, box.user, { name })))
  const devices = await Promise.all(connected.map(async ({ device }) => (await box.devicesSide.devices.find(device.deviceId))!))
  for (const [index, { own }] of computers.entries()) await box.retention.setRules(devices[index]!, own, actingOnTheBox)
  const came: { device: string; id: string; seq: number; receivedMs: number }[] = []
  for (let hour = 0; hour < days * 24; hour += 1) {
    for (const [index, { isOn }] of computers.entries()) {
      if (!isOn(hour)) continue
      const receivedAt = box.clock.now() + index * 60_000
      const { id } = await insertVersion(box, connected[index]!, { seq: hour + 1, receivedAt })
      came.push({ device: devices[index]!.deviceId, id, seq: hour + 1, receivedMs: receivedAt })
    }
    await pass(box, hourMs)
    if (hour % 24 === 23) await applyNow(box)
  }

  for (const [index, device] of devices.entries()) {
    const { rules } = await box.retention.rulesOf(device)
    const facts = { job: 'documents', isGood: true, isCheckpoint: false, isPinned: false, isInUse: false }
    const all = came
      .filter((version) => version.device === device.deviceId)
      .map((version) => ({ ...version, ...facts, takenMs: version.receivedMs }))
    const decisions = planRetention(all, { rules, timeZone: 'UTC', nowMs: box.clock.now() })
    const wanted = decisions.filter(({ kind }) => kind === 'keep').map(({ version }) => version.id)
    const rows = await box.devicesSide.snapshots.listOfDevice({ deviceId: device.deviceId, beforeSeq: undefined, limit: 100_000 })
    expect(rows.map(({ id }) => id).toReversed(), computers[index]?.name).toEqual(wanted)
    const bin = await box.retention.listBin(device.deviceId)
    // Seven nights' worth at most; everything else has no row any more.
    expect(bin.every(({ at }) => box.clock.now() - at < 7 * dayMs)).toBe(true)
    const { count } = await box.database.kysely
      .selectFrom('snapshots')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('device_id', '=', device.deviceId)
      .executeTakeFirstOrThrow()
    expect(count).toBe(wanted.length + bin.length)
    const counted = (await box.devicesSide.devices.find(device.deviceId))!
    expect(counted.versionsCount).toBe(wanted.length)
    expect(counted.newestVersion).toBe(wanted.at(-1))
    expect(counted.lastGoodVersion).toBe(wanted.at(-1))
  }
})
