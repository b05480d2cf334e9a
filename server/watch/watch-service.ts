/**
 * Looks at every computer and plan and says what somebody should know: silence, empty and shrunken backups, space and validity. It decides
 * from rows and the clock alone; what it does not find any more, it settles.
 */
import { countOf } from '../../views/format/count.ts'
import { sizeText } from '../../views/format/size.ts'
import { dateText, whenText } from '../../views/format/when.ts'
import type { Reader } from '../../views/reader.ts'
import type { NewAlarm } from '../alarms/alarm.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import { isOff } from '../backup-switches/backup-switch.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { type QuotaKind, quotaStanding } from '../subscriptions/quota.ts'
import { licenceWarning, type Subscription, stateAt, type WarningStep } from '../subscriptions/subscription.ts'
import { listSubscriptions } from '../subscriptions/subscriptions-table.ts'
import { readUsedBytes } from '../subscriptions/usage-table.ts'
import { activeSchedules } from '../told-jobs/told-jobs.ts'
import { findToldJobs } from '../told-jobs/told-jobs-table.ts'
import { shrinkingOf, versionsCompared } from './shrink.ts'
import { silentFrom, usualSilenceDays } from './silence.ts'
import { listVersionSizes, listWatched, listWatchedJobs, type WatchedComputer } from './watched-table.ts'

export interface WatchService {
  readonly look: (signal?: AbortSignal) => Promise<{ readonly found: number }>
}

const atOnce = 200
const watchCodes = [
  'HF-BACKUP-SILENT',
  'HF-BACKUP-EMPTY',
  'HF-BACKUP-SHRANK',
  'HF-QUOTA-NEARLY-FULL',
  'HF-QUOTA-ALMOST-FULL',
  'HF-QUOTA-FULL',
  'HF-LICENCE-ENDS-SOON',
  'HF-LICENCE-LAST-WEEK',
  'HF-LICENCE-LAST-DAY',
  'HF-LICENCE-ENDED',
] as const
type WatchCode = (typeof watchCodes)[number]

const quotaCodes: Readonly<Record<QuotaKind, WatchCode | undefined>> = {
  roomy: undefined,
  'nearly-full': 'HF-QUOTA-NEARLY-FULL',
  'almost-full': 'HF-QUOTA-ALMOST-FULL',
  full: 'HF-QUOTA-FULL',
}
const licenceCodes: Readonly<Record<WarningStep, WatchCode>> = {
  30: 'HF-LICENCE-ENDS-SOON',
  7: 'HF-LICENCE-LAST-WEEK',
  1: 'HF-LICENCE-LAST-DAY',
}

type Found = NewAlarm & { readonly code: WatchCode }

export function createWatch(options: {
  readonly database: Database
  readonly clock: Clock
  readonly alarms: Pick<AlarmsService, 'keepOnly'>
  readonly timeZone: string
}): WatchService {
  const { database, clock, alarms, timeZone } = options
  const { kysely } = database

  const lookAtPlans = async (reader: Reader, signal: AbortSignal | undefined) => {
    const found: Found[] = []
    const taking = new Set<Id<'sub'>>()
    for (let after: string | undefined; ; ) {
      const page = await listSubscriptions(kysely, { reach: 'all', after, limit: atOnce })
      for (const subscription of page) {
        signal?.throwIfAborted()
        const { kind } = stateAt(subscription, reader.nowMs)
        if ((kind === 'live' || kind === 'grace') && !isOff(subscription.accepting, reader.nowMs))
          taking.add(subscription.subscriptionId)
        found.push(...licenceAlarm(reader, subscription))
        if (kind !== 'expired')
          found.push(...quotaAlarm(reader, subscription, await readUsedBytes(kysely, subscription.subscriptionId)))
      }
      after = page.at(-1)?.subscriptionId
      if (page.length < atOnce) return { found, taking }
    }
  }

  const lookAtComputer = async (reader: Reader, computer: WatchedComputer): Promise<readonly Found[]> => {
    const { deviceId, customerId, name, standing } = computer
    const told = await findToldJobs(kysely, deviceId)
    const silent = silentFrom({
      sinceMs: standing.goodAt ?? computer.connectedAt,
      silenceDays: computer.silenceDays ?? usualSilenceDays,
      schedules: told === undefined ? [] : activeSchedules(told.jobs),
      timeZone: told?.timeZone ?? timeZone,
    })
    const found: Found[] = []
    const whose = { subject: deviceId, customerId, deviceId }
    if (reader.nowMs >= silent) {
      const since = standing.goodAt === undefined ? 'It has none yet.' : `Its last one came ${whenText(reader, standing.goodAt)}.`
      const seen = `It was in contact ${whenText(reader, computer.lastSeenAt)}.`
      found.push({ ...whose, code: 'HF-BACKUP-SILENT', detail: `${name} has had no good backup for too long. ${since} ${seen}` })
    }
    const little: Partial<Record<'HF-BACKUP-EMPTY' | 'HF-BACKUP-SHRANK', string[]>> = {}
    for (const job of await listWatchedJobs(kysely, deviceId)) {
      const shrinking = shrinkingOf(await listVersionSizes(kysely, job.jobId, versionsCompared))
      if (shrinking === undefined) continue
      const code = shrinking.kind === 'empty' ? 'HF-BACKUP-EMPTY' : 'HF-BACKUP-SHRANK'
      const words =
        shrinking.kind === 'empty'
          ? `The newest version of ${name} (${job.name}) holds no file.`
          : `The newest version of ${name} (${job.name}) holds ${sizesText(reader, shrinking.newest)}; ${sizesText(reader, shrinking.usual)} are usual.`
      little[code] = [...(little[code] ?? []), words]
    }
    for (const [code, words] of Object.entries(little)) found.push({ ...whose, code: code as WatchCode, detail: words.join(' ') })
    return found
  }

  const lookAtComputers = async (reader: Reader, taking: ReadonlySet<Id<'sub'>>, signal: AbortSignal | undefined) => {
    const found: Found[] = []
    for (let afterNumber = 0; ; ) {
      const page = await listWatched(kysely, { afterNumber, limit: atOnce, nowMs: reader.nowMs })
      for (const computer of page) {
        signal?.throwIfAborted()
        // Who is not to send anything is not missed.
        const isExpected = computer.customerState === 'active' && !computer.isSwitchedOff && taking.has(computer.subscriptionId)
        if (isExpected) found.push(...(await lookAtComputer(reader, computer)))
      }
      afterNumber = page.at(-1)?.number ?? afterNumber
      if (page.length < atOnce) return found
    }
  }

  return {
    look: async (signal) => {
      const reader = { locale: 'en-GB', timeZone, nowMs: clock.now() }
      const plans = await lookAtPlans(reader, signal)
      const found = [...plans.found, ...(await lookAtComputers(reader, plans.taking, signal))]
      for (const code of watchCodes) {
        await alarms.keepOnly(
          code,
          found.filter((alarm) => alarm.code === code),
        )
      }
      return { found: found.length }
    },
  }
}

function quotaAlarm(reader: Reader, subscription: Subscription, usedBytes: number): readonly Found[] {
  const { subscriptionId, customerId, planName, quotaBytes } = subscription
  const { kind } = quotaStanding(usedBytes, quotaBytes)
  const code = quotaCodes[kind]
  if (code === undefined) return []
  const detail = `Plan ${planName} holds ${sizeText(reader, quotaBytes)}; ${sizeText(reader, usedBytes)} are used.`
  return [{ code, subject: `subscription:${subscriptionId}`, customerId, detail }]
}

function licenceAlarm(reader: Reader, subscription: Subscription): readonly Found[] {
  const warning = licenceWarning(subscription, reader.nowMs)
  if (warning === undefined) return []
  const { subscriptionId, customerId, planName } = subscription
  const whose = { subject: `subscription:${subscriptionId}`, customerId }
  const own = { ...reader, timeZone: subscription.timeZone }
  switch (warning.kind) {
    case 'ending': {
      const lastDay = dateText(own, warning.endsAt - 1)
      return [{ ...whose, code: licenceCodes[warning.step], detail: `The last day of plan ${planName} is ${lastDay}.` }]
    }
    case 'grace': {
      const until = dateText(own, warning.backupsUntil - 1)
      return [
        {
          ...whose,
          code: 'HF-LICENCE-ENDED',
          detail: `Plan ${planName} has ended. Backups are taken until ${until} all the same.`,
        },
      ]
    }
    case 'expired':
      return [
        {
          ...whose,
          code: 'HF-LICENCE-ENDED',
          detail: `Plan ${planName} ended on ${dateText(own, warning.expiredAt - 1)}. Backups are refused.`,
        },
      ]
    default:
      return warning satisfies never
  }
}

function sizesText(reader: Reader, { files, bytes }: { readonly files: number; readonly bytes: number }): string {
  return `${countOf(reader, Math.round(files), 'file')} of ${sizeText(reader, bytes)}`
}
