/**
 * Sends what is due, one after the other, by the carrier of its channel. What is not taken is tried again, each time later, for two days;
 * then it is given up, stays on the list, and is an alarm. A box that was killed between the other side's "taken" and its own note sends
 * once more, under the same id, by which the other side knows it again.
 */
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import { type Carrier, type Delivery, type OpenCarrier, type OutboxChannel, outboxChannels } from './outbox.ts'
import type { OutboxKey } from './outbox-key.ts'
import * as table from './outbox-table.ts'
import { nextAttemptAt, patienceMs, stuckAfterMs } from './retry.ts'

export interface OutboxSender {
  /** Everything that is due now, up to a bound; the next turn goes on. Returns how many were tried. */
  readonly sendDue: (signal?: AbortSignal) => Promise<number>
  /** Raises or settles what there is to say of what does not get through. */
  readonly look: () => Promise<void>
}

const itemsPerTurn = 50
/** Nothing is set up to send it by: it is looked again. */
const heldRetryMs = 60_000

export function createOutboxSender(options: {
  readonly database: Database
  readonly key: OutboxKey
  readonly clock: Clock
  readonly log: Log
  readonly alarms: Pick<AlarmsService, 'report' | 'keepOnly'>
  readonly carriers: Readonly<Record<OutboxChannel, Carrier>>
}): OutboxSender {
  const { database, key, clock, log, alarms, carriers } = options
  const { kysely } = database

  const contentOf = ({ itemId, sealed }: table.SealedItem): unknown => {
    const words = sealed && key.unseal(sealed, { purpose: 'outbox', slotId: itemId })
    return words && JSON.parse(words.toString('utf8'))
  }

  const deliver = async (item: table.SealedItem, carrier: OpenCarrier): Promise<Delivery> => {
    const content = contentOf(item)
    if (content === undefined) return { kind: 'failed', because: 'permanent', answer: 'What it said does not open any more.' }
    try {
      return await carrier.deliver(item, content)
    } catch (error) {
      log.error({ item: item.itemId, err: error }, 'something could not be sent')
      return { kind: 'failed', because: 'later', answer: 'The box failed at it. Its log says more.' }
    }
  }

  const note = async (item: table.SealedItem, delivery: Delivery): Promise<void> => {
    const { itemId, channel, title, recipient } = item
    const nowMs = clock.now()
    const { answer } = delivery
    if (delivery.kind === 'sent') {
      await table.markSent(kysely, { itemId, attempts: item.attempts + 1, answer, atMs: nowMs })
      log.info({ item: itemId, channel, title, answer }, 'sent')
      return
    }
    const attempts = delivery.kind === 'held' ? item.attempts : item.attempts + 1
    const dueAt = dueAgain(item, delivery, attempts, nowMs)
    if (dueAt === undefined) {
      await table.markGivenUp(kysely, { itemId, attempts, answer, atMs: nowMs })
      log.warn({ item: itemId, channel, title, recipient, answer }, 'given up: nobody took it')
      return
    }
    await table.putOff(kysely, { itemId, attempts, answer, dueAt })
    log.info({ item: itemId, channel, title, answer, attempts }, 'not taken; it is tried again')
    if (delivery.kind === 'held' || delivery.because === 'way')
      await table.putOffChannel(kysely, { channel, nowMs, dueAt: Math.min(dueAt, nowMs + longestOutageMs) })
  }

  const sendChannel = async (channel: OutboxChannel, due: readonly table.SealedItem[], signal: AbortSignal | undefined) => {
    const mine = due.filter((item) => item.channel === channel)
    if (mine.length === 0) return 0
    const carrier = await carriers[channel].open()
    let tried = 0
    try {
      for (const item of mine) {
        if (signal?.aborted) break
        const delivery = await unlessStopped(deliver(item, carrier), signal)
        if (delivery === undefined) break
        tried += 1
        await note(item, delivery)
        if (delivery.kind === 'held' || (delivery.kind === 'failed' && delivery.because === 'way')) break
      }
    } finally {
      carrier.close()
    }
    return tried
  }

  return {
    sendDue: async (signal) => {
      const due = await table.listDue(kysely, { nowMs: clock.now(), limit: itemsPerTurn })
      if (due.length === 0) return 0
      // A slow program must not hold up a letter.
      const tried = await Promise.all(outboxChannels.map((channel) => sendChannel(channel, due, signal)))
      return tried.reduce((sum, count) => sum + count, 0)
    },
    look: async () => {
      const stuck = (await table.listStuck(kysely)).flatMap((one) => {
        const detail = detailOf(one, clock.now())
        return detail === undefined ? [] : [{ ...one, detail }]
      })
      const mail = stuck.find(({ channel }) => channel === 'mail')
      await alarms.report({ code: 'HF-MAIL-FAILED', subject: 'mail' }, mail && { detail: mail.detail })
      const programs = stuck.flatMap(({ webhookId, customerId, detail }) =>
        webhookId === undefined ? [] : [{ subject: `webhook:${webhookId}`, detail, ...(customerId && { customerId }) }],
      )
      await alarms.keepOnly('HF-WEBHOOK-FAILED', programs)
    },
  }
}

/** Undefined: nothing that somebody must hear of. */
function detailOf({ channel, givenUp, waitsSince, lastAnswer }: table.Stuck, nowMs: number): string | undefined {
  const what = channel === 'mail' ? 'letter' : 'event'
  const isWaitingLong = waitsSince !== undefined && nowMs - waitsSince >= stuckAfterMs
  if (givenUp === 0 && !isWaitingLong) return undefined
  const parts = [
    givenUp === 0 ? '' : `${givenUp} ${givenUp === 1 ? `${what} was` : `${what}s were`} given up.`,
    isWaitingLong ? `Some ${what}s have waited for more than an hour.` : '',
    `The last answer: ${lastAnswer}`,
  ]
  return parts.filter(Boolean).join(' ')
}

/** A box that stops does not wait for a slow server: undefined, and the item is sent after the next start. */
async function unlessStopped<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result | undefined> {
  if (signal === undefined) return work
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>()
  const stop = () => resolve(undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Of a closed way, all that waits is tried again within a quarter of an hour, however often the first one was tried. */
const longestOutageMs = 15 * 60_000

function dueAgain(
  item: table.SealedItem,
  delivery: Exclude<Delivery, { readonly kind: 'sent' }>,
  attempts: number,
  nowMs: number,
): number | undefined {
  if (delivery.kind === 'held') {
    const dueAt = nowMs + heldRetryMs
    return dueAt >= item.createdAt + patienceMs ? undefined : dueAt
  }
  return delivery.because === 'permanent' ? undefined : nextAttemptAt({ attempts, createdAt: item.createdAt, nowMs })
}
