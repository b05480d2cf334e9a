/** Calls HOLDFAST_HEARTBEAT_URL once after each good day, so that somebody elsewhere notices when the box is silent. */
import { countOf } from '../../views/format/count.ts'
import type { Chore, ChoreState } from '../chores/chore.ts'
import { listFailedChores } from '../chores/chores-table.ts'
import { every } from '../chores/due.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { findSetting, putSetting } from '../settings/settings-table.ts'
import { restingKind } from '../standings/standing.ts'
import { listWatched } from '../watch/watched-table.ts'
import type { CallUrl } from '../webhooks/call-url.ts'

export interface HeartbeatStanding {
  readonly host: string
  readonly last: { readonly atMs: number; readonly isTaken: boolean; readonly answer: string } | undefined
  readonly waitsFor: string | undefined
}

export interface Heartbeat {
  /** Undefined: there is nobody to call. */
  readonly find: () => Promise<HeartbeatStanding | undefined>
  /** Calls when the day was good and nobody was called today. Says what came of it. */
  readonly beat: () => Promise<string>
}

const computersAtOnce = 1000

export function createHeartbeat(options: {
  readonly database: Database
  readonly clock: Clock
  readonly timeZone: string
  readonly heartbeatUrl: string | undefined
  readonly callUrl: CallUrl
}): Heartbeat {
  const { database, clock, timeZone, heartbeatUrl, callUrl } = options
  const { kysely } = database
  const reader = () => ({ locale: 'en-GB', timeZone, nowMs: clock.now() })

  const findLast = async (): Promise<HeartbeatStanding['last']> => {
    const value = await findSetting(kysely, 'heartbeat.last')
    return value === undefined ? undefined : (JSON.parse(value) as NonNullable<HeartbeatStanding['last']>)
  }

  /** What keeps the day from being a good one. */
  const findTrouble = async (): Promise<string | undefined> => {
    let bad = 0
    let good = 0
    for (let afterNumber = 0; ; ) {
      const page = await listWatched(kysely, { afterNumber, limit: computersAtOnce, nowMs: clock.now() })
      for (const computer of page) {
        if (computer.customerState !== 'active' || computer.isSwitchedOff) continue
        const kind = restingKind(computer, clock.now())
        if (kind === 'ok' || kind === 'partial') good += 1
        else bad += 1
      }
      afterNumber = page.at(-1)?.number ?? afterNumber
      if (page.length < computersAtOnce) break
    }
    if (bad > 0) return `${countOf(reader(), bad, 'computer')} ${bad === 1 ? 'is' : 'are'} not backed up.`
    if (good === 0) return 'No computer is backed up yet.'
    const failed = await listFailedChores(kysely)
    return failed.length > 0 ? `A part of the box’s own care failed: ${failed.join(', ')}.` : undefined
  }

  const dayOf = (atMs: number) =>
    Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate().toString()
  const isDone = (last: HeartbeatStanding['last']) => last?.isTaken === true && dayOf(last.atMs) === dayOf(clock.now())

  return {
    find: async () =>
      heartbeatUrl === undefined
        ? undefined
        : { host: new URL(heartbeatUrl).host, last: await findLast(), waitsFor: await findTrouble() },
    beat: async () => {
      if (heartbeatUrl === undefined) return 'There is nobody to call.'
      if (isDone(await findLast())) return 'It was called today.'
      const trouble = await findTrouble()
      if (trouble !== undefined) return `No call: ${trouble}`
      const result = await callUrl({ url: heartbeatUrl, method: 'GET', mayBePrivate: true })
      const isTaken = result.kind === 'answered' && result.status < 400
      const answer = result.kind === 'answered' ? String(result.status) : result.words
      await putSetting(kysely, 'heartbeat.last', JSON.stringify({ atMs: clock.now(), isTaken, answer }), clock.now())
      if (!isTaken) throw new Error(`The address of HOLDFAST_HEARTBEAT_URL did not take the call. ${answer}`)
      return 'The day was good, and the call was taken.'
    },
  }
}

const hourMs = 3_600_000

export function heartbeatChore({ heartbeat, isWanted }: { readonly heartbeat: Heartbeat; readonly isWanted: boolean }): Chore {
  return {
    name: 'heartbeat',
    title: 'Sign of life',
    about: 'Once after each good day: calls the address that waits for it.',
    page: '/settings',
    weight: 'light',
    needsClock: false,
    dueAt: (state: ChoreState, nowMs: number) => (isWanted ? every(hourMs)(state, nowMs) : undefined),
    run: async () => ({ summary: await heartbeat.beat() }),
  }
}
