/**
 * Tells of alarms that began and that are over: one letter a person and round, to whoever can do something and wants to know. A round
 * comes at most every ten minutes, and an alarm that comes and goes is told again after six hours only: a storm is a few letters.
 */
import { type AlarmInLetter, alarmLetter } from '../../views/letters/alarm-letters.ts'
import type { Alarm } from '../alarms/alarm.ts'
import {
  findCustomerNames,
  findLastTold,
  listUntoldRaised,
  listUntoldSettled,
  markRaisedTold,
  markSettledTold,
} from '../alarms/told-alarms-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { MailService } from '../mail/mail-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { WebhooksService } from '../webhooks/webhooks-service.ts'
import { listReaders, listStaffReaders, type Reader } from './letter-choices-table.ts'
import type { LettersService } from './letters-service.ts'

const roundEveryMs = 10 * 60_000
const quietMs = 6 * 60 * 60_000
const alarmsPerRound = 500

interface Told {
  readonly reader: Reader
  readonly isStaff: boolean
  readonly raised: Alarm[]
  readonly settled: Alarm[]
}

export function createTellAlarms(options: {
  readonly database: Database
  readonly clock: Clock
  readonly timeZone: string
  readonly letters: LettersService
  readonly mail: Pick<MailService, 'isSetUp'>
  readonly webhooks: Pick<WebhooksService, 'emit'>
}): () => Promise<number> {
  const { database, clock, timeZone, letters, mail, webhooks } = options

  const readersOf = async (tx: Transaction, alarms: readonly Alarm[]) => {
    const staff = await listStaffReaders(tx)
    const customerIds = [...new Set(alarms.flatMap(({ customerId }) => customerId ?? []))]
    const members = new Map<Id<'cus'>, readonly Reader[]>()
    for (const customerId of customerIds) {
      const readers = await listReaders(tx, customerId)
      members.set(
        customerId,
        readers.filter(({ choices }) => choices.alarms),
      )
    }
    return ({ customerId }: Alarm): readonly { readonly reader: Reader; readonly isStaff: boolean }[] => {
      const ofStaff = staff.filter(({ choices }) => {
        if (customerId === undefined) return choices.boxAlarms
        return choices.customerAlarms === 'all' || (choices.customerAlarms === 'chosen' && choices.chosen.includes(customerId))
      })
      const own = customerId === undefined ? [] : (members.get(customerId) ?? [])
      return [...own.map((reader) => ({ reader, isStaff: false })), ...ofStaff.map((reader) => ({ reader, isStaff: true }))]
    }
  }

  const writeLetters = async (tx: Transaction, raised: readonly Alarm[], settled: readonly Alarm[], nowMs: number) => {
    const all = [...raised, ...settled]
    const names = await findCustomerNames(tx, [...new Set(all.flatMap(({ customerId }) => customerId ?? []))])
    const readersFor = await readersOf(tx, all)
    const told = new Map<Id<'usr'>, Told>()
    const collect = (alarm: Alarm, kind: 'raised' | 'settled') => {
      for (const { reader, isStaff } of readersFor(alarm)) {
        const one = told.get(reader.userId) ?? { reader, isStaff, raised: [], settled: [] }
        if (!one[kind].includes(alarm)) one[kind].push(alarm)
        told.set(reader.userId, one)
      }
    }
    for (const alarm of raised) collect(alarm, 'raised')
    for (const alarm of settled) collect(alarm, 'settled')
    for (const { reader, isStaff, ...found } of told.values()) {
      const inLetter = (alarm: Alarm): AlarmInLetter => ({
        ...alarm,
        customer: alarm.customerId && names.get(alarm.customerId),
        atMs: alarm.settledAt ?? alarm.firstAt,
      })
      const letter = alarmLetter(
        { locale: 'en-GB', timeZone, nowMs },
        { raised: found.raised.map(inLetter), settled: found.settled.map(inLetter), path: isStaff ? '/alerts' : '/' },
      )
      await letters.post(tx, { to: reader, letter })
    }
  }

  const emitAll = async (tx: Transaction, alarms: readonly Alarm[], type: 'alarm.raised' | 'alarm.settled') => {
    for (const alarm of alarms) {
      const { alarmId, code, subject, severity, title, detail, hint, who, customerId, deviceId, firstAt, settledAt } = alarm
      await webhooks.emit(tx, {
        type,
        customerId,
        at: settledAt ?? firstAt,
        dedupeKey: `${type}:${alarmId}:${settledAt ?? firstAt}`,
        data: {
          code,
          subject,
          severity,
          title,
          detail,
          hint,
          who,
          deviceId: deviceId ?? null,
          since: new Date(firstAt).toISOString(),
        },
      })
    }
  }

  return async () => {
    const nowMs = clock.now()
    const last = await findLastTold(database.kysely)
    if (last !== undefined && last <= nowMs && nowMs - last < roundEveryMs) return 0
    const isSetUp = await mail.isSetUp()
    return database.transaction(async (tx) => {
      const raised = await listUntoldRaised(tx, { nowMs, quietMs, limit: alarmsPerRound })
      const settled = await listUntoldSettled(tx, alarmsPerRound)
      if (isSetUp) await writeLetters(tx, raised, settled, nowMs)
      await emitAll(tx, raised, 'alarm.raised')
      await emitAll(tx, settled, 'alarm.settled')
      for (const alarm of raised) await markRaisedTold(tx, alarm, nowMs)
      for (const alarm of settled) await markSettledTold(tx, alarm)
      return raised.length + settled.length
    })
  }
}
