/** Letters and what carries them, put together before all others: whoever has something to say posts through it. A part of the composition root. */
import type { Database } from './database/database.ts'
import { createLettersService, type LettersService } from './letters/letters-service.ts'
import { openOutboxKey } from './outbox/outbox-key.ts'
import { createOutbox, type OutboxService } from './outbox/outbox-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Randomness } from './runtime/randomness.ts'

export interface LettersSide {
  readonly outbox: OutboxService
  readonly letters: LettersService
}

export async function createLettersSide(options: {
  readonly database: Database
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}): Promise<LettersSide> {
  const outbox = createOutbox({ ...options, key: await openOutboxKey(options) })
  return { outbox, letters: createLettersService({ outbox }) }
}
