/** The letters that tell how all computers stand: to a customer's people who want one, and to the staff. Once a day or a week, never twice. */
import { type DigestState, digestLetter, type StaffDigestRow, staffDigestLetter } from '../../views/letters/digest-letters.ts'
import { findAlarmEntry } from '../alarms/alarm-catalogue.ts'
import { listOpenAlarms } from '../alarms/alarms-table.ts'
import type { Chore } from '../chores/chore.ts'
import { daily } from '../chores/due.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import { listCustomers } from '../customers/customers-table.ts'
import type { Database } from '../database/database.ts'
import type { MailService } from '../mail/mail-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { restingKind } from '../standings/standing.ts'
import { listWatched, type WatchedComputer } from '../watch/watched-table.ts'
import type { DigestRhythm } from './letter-choices.ts'
import { listReaders, listStaffReaders } from './letter-choices-table.ts'
import type { LettersService } from './letters-service.ts'

const digestHour = 7
const monday = 1
const customersAtOnce = 200
const computersAtOnce = 2000
const alarmsShown = 20

export function createTellDigests(options: {
  readonly database: Database
  readonly clock: Clock
  readonly timeZone: string
  readonly letters: LettersService
  readonly mail: Pick<MailService, 'isSetUp'>
}): () => Promise<{ readonly written: number }> {
  const { database, clock, timeZone, letters, mail } = options
  const { kysely } = database

  const stateOf = (computer: WatchedComputer, nowMs: number): DigestState => restingKind(computer, nowMs)

  return async () => {
    if (!(await mail.isSetUp())) return { written: 0 }
    const nowMs = clock.now()
    const reader = { locale: 'en-GB', timeZone, nowMs }
    const day = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).toPlainDate()
    const isDue = (rhythm: DigestRhythm) => rhythm === 'daily' || (rhythm === 'weekly' && day.dayOfWeek === monday)
    const dedupeKey = (what: string) => `digest:${what}:${day.toString()}`
    const rows: StaffDigestRow[] = []
    let written = 0
    let customers = 0
    for (let afterNumber = 0; ; ) {
      const page = await listCustomers(kysely, { reach: 'all', afterNumber, limit: customersAtOnce })
      for (const { customerId, name, number, state } of page) {
        if (state !== 'active') continue
        customers += 1
        const computers = await listWatched(kysely, { customerId, afterNumber: 0, limit: computersAtOnce, nowMs })
        const states = computers.map((computer) => stateOf(computer, nowMs))
        const count = (wanted: DigestState) => states.filter((one) => one === wanted).length
        const row = { failed: count('failed'), silent: count('silent'), partial: count('partial'), computers: computers.length }
        if (row.failed + row.silent + row.partial > 0)
          rows.push({ ...row, customer: `${name} (${formatCustomerNumber(number)})` })
        const readers = (await listReaders(kysely, customerId)).filter(({ choices }) => isDue(choices.digest))
        if (readers.length === 0 || computers.length === 0) continue
        const open = await listOpenAlarms(kysely, { reach: [customerId], after: 0, limit: alarmsShown })
        await database.transaction(async (tx) => {
          for (const { email, name: personName, choices } of readers) {
            const letter = digestLetter(reader, {
              customer: name,
              rhythm: choices.digest === 'weekly' ? 'weekly' : 'daily',
              computers: computers.map((computer, index) => ({
                name: computer.name,
                state: states[index]!,
                goodAtMs: computer.standing.goodAt,
                storedBytes: computer.storedBytes,
              })),
              alarms: [...new Set(open.map(({ code }) => findAlarmEntry(code)?.title ?? code))],
            })
            await letters.post(tx, { to: { email, name: personName }, letter, customerId, dedupeKey: dedupeKey(customerId) })
          }
        })
        written += readers.length
      }
      afterNumber = page.at(-1)?.number ?? afterNumber
      if (page.length < customersAtOnce) break
    }
    const staff = (await listStaffReaders(kysely)).filter(({ choices }) => isDue(choices.digest))
    if (customers > 0)
      await database.transaction(async (tx) => {
        for (const { email, name, choices } of staff) {
          const rhythm = choices.digest === 'weekly' ? 'weekly' : 'daily'
          const letter = staffDigestLetter(reader, { rows, customers, rhythm })
          await letters.post(tx, { to: { email, name }, letter, dedupeKey: dedupeKey('staff') })
          written += 1
        }
      })
    return { written }
  }
}

export function digestChore(options: {
  readonly tellDigests: () => Promise<{ readonly written: number }>
  readonly timeZone: string
}): Chore {
  return {
    name: 'digests',
    title: 'Letters about everything',
    about: 'Every morning at seven: one letter with all computers, to those who want it daily, on Mondays also weekly.',
    page: '/settings/letters',
    weight: 'light',
    needsClock: true,
    dueAt: daily({ hour: digestHour, timeZone: options.timeZone }),
    run: async () => {
      const { written } = await options.tellDigests()
      return {
        summary: written === 0 ? 'Nobody wanted one.' : `${written} ${written === 1 ? 'letter was' : 'letters were'} written.`,
      }
    },
  }
}
