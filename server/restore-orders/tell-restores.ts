/**
 * Letters about restores that ended: to whoever asked for one, where they want letters about work that ended so. Each is told of in one
 * transaction with the mark on its row, so that none is lost and none told twice.
 */
import { restoreLetter } from '../../views/letters/restore-letters.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { restoreOrderPath } from '../http/page-paths.ts'
import { listReaders } from '../letters/letter-choices-table.ts'
import type { LettersService } from '../letters/letters-service.ts'
import type { MailService } from '../mail/mail-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { RestoreOrder } from './restore-order.ts'
import { findRestore, listUntold, takeUntold } from './restore-orders-table.ts'

const restoresPerTurn = 200

/** Which choice of letters stands for each end. Whoever cancelled it knows. */
const choiceFor = { done: 'completed', partly: 'partly', failed: 'failed', expired: 'failed' } as const

export function createTellRestores(options: {
  readonly database: Database
  readonly clock: Clock
  readonly timeZone: string
  readonly devices: Pick<DevicesService, 'find'>
  readonly letters: LettersService
  readonly mail: Pick<MailService, 'isSetUp'>
}): () => Promise<number> {
  const { database, clock, timeZone, devices, letters, mail } = options

  const writeLetter = async (tx: Transaction, restore: RestoreOrder) => {
    const { state, customerId, askedBy, restoreId } = restore
    if (state === 'open' || state === 'cancelled') return
    const readers = await listReaders(tx, customerId)
    const reader = readers.find(({ email }) => email === askedBy)
    if (reader?.choices[choiceFor[state]] !== true) return
    const device = await devices.find(restore.deviceId)
    if (device === undefined) return
    const letter = restoreLetter(
      { locale: 'en-GB', timeZone, nowMs: clock.now() },
      {
        ...{ computer: device.name, state, mode: restore.mode, path: restoreOrderPath(restoreId) },
        ...{ askedAtMs: restore.askedAt, endedAtMs: restore.endedAt ?? clock.now(), counters: restore.counters },
        ...{ code: restore.code, detail: restore.detail, isBegun: restore.handedAt !== undefined },
      },
    )
    const { email, name } = reader
    await letters.post(tx, { to: { email, name }, letter, customerId, dedupeKey: `restore:${restoreId}` })
  }

  return async () => {
    const ids = await listUntold(database.kysely, restoresPerTurn)
    const isSetUp = ids.length > 0 && (await mail.isSetUp())
    for (const restoreId of ids) {
      await database.transaction(async (tx) => {
        if (!(await takeUntold(tx, restoreId))) return
        const restore = await findRestore(tx, restoreId)
        if (restore !== undefined && isSetUp) await writeLetter(tx, restore)
      })
    }
    return ids.length
  }
}
