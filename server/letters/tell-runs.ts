/**
 * Tells of runs that ended: letters to the customer's people by what they chose, events to programs. Each run is told of in one transaction
 * with the end of its row, so that none is lost and none told twice, whenever the box falls.
 */
import { runLetter } from '../../views/letters/run-letters.ts'
import type { Database, Transaction } from '../database/database.ts'
import { computerPath } from '../http/page-paths.ts'
import type { MailService } from '../mail/mail-service.ts'
import { findToldRun, listEndedRuns, type ToldRun, takeEndedRun } from '../runs/ended-runs-table.ts'
import type { Clock } from '../runtime/clock.ts'
import type { WebhooksService } from '../webhooks/webhooks-service.ts'
import type { LetterChoices } from './letter-choices.ts'
import { listReaders } from './letter-choices-table.ts'
import type { LettersService } from './letters-service.ts'

const runsPerTurn = 200

export function createTellRuns(options: {
  readonly database: Database
  readonly clock: Clock
  readonly timeZone: string
  readonly letters: LettersService
  readonly mail: Pick<MailService, 'isSetUp'>
  readonly webhooks: Pick<WebhooksService, 'emit'>
}): () => Promise<number> {
  const { database, clock, timeZone, letters, mail, webhooks } = options

  const writeLetters = async (tx: Transaction, run: ToldRun) => {
    const isAgain = run.standing !== 'ok' && run.standing === run.before
    const reader = { locale: 'en-GB', timeZone, nowMs: clock.now() }
    const letter = runLetter(reader, {
      ...run,
      customer: run.customerName,
      verdict: run.standing,
      startedAtMs: run.startedAt,
      endedAtMs: run.endedAt,
      path: computerPath(run.deviceId),
      isAgain,
    })
    for (const { email, name, choices } of await listReaders(tx, run.customerId)) {
      if (!wants(choices, run.standing)) continue
      const dedupeKey = isAgain ? `again:${run.deviceId}:${run.job}:${dayOf(run.endedAt)}` : `run:${run.runId}:${run.endedAt}`
      await letters.post(tx, { to: { email, name }, letter, customerId: run.customerId, dedupeKey })
    }
  }

  return async () => {
    const ids = await listEndedRuns(database.kysely, runsPerTurn)
    const isSetUp = ids.length > 0 && (await mail.isSetUp())
    for (const runId of ids) {
      await database.transaction(async (tx) => {
        if (!(await takeEndedRun(tx, runId))) return
        const run = await findToldRun(tx, runId)
        if (run === undefined) return
        if (isSetUp && !run.isDelivery) await writeLetters(tx, run)
        await webhooks.emit(tx, {
          type: 'run.ended',
          customerId: run.customerId,
          at: run.endedAt,
          dedupeKey: `run:${run.runId}:${run.endedAt}`,
          data: eventOf(run),
        })
      })
    }
    return ids.length
  }
}

function wants(choices: LetterChoices, standing: ToldRun['standing']): boolean {
  return { ok: choices.completed, partial: choices.partly, failed: choices.failed }[standing]
}

/** Of a backup that goes wrong every quarter of an hour, people hear when it begins, and then once a day. */
function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

function eventOf(run: ToldRun) {
  const { runId, deviceId, computer, job, standing, code, files, sourceBytes, addedBytes, skipped } = run
  const times = { startedAt: new Date(run.startedAt).toISOString(), endedAt: new Date(run.endedAt).toISOString() }
  return {
    runId,
    deviceId,
    computer,
    job,
    verdict: standing,
    code: code ?? null,
    ...times,
    files,
    sourceBytes,
    addedBytes,
    skipped,
  }
}
