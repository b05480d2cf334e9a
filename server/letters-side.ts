/**
 * What leaves the box by itself, put together: the queue, letters, the mail server. A part of the composition root, made before all
 * that has something to say.
 */
import type { HeartbeatProps } from '../views/pages/settings.ts'
import type { AlarmsService } from './alarms/alarms-service.ts'
import type { Database } from './database/database.ts'
import { createLettersService, type LettersService } from './letters/letters-service.ts'
import { type BoxAddress, createBoxAddress } from './mail/box-address.ts'
import { createMailCarrier } from './mail/mail-carrier.ts'
import { createMailService, type MailService } from './mail/mail-service.ts'
import { createMailTest, type TestMail } from './mail/mail-test.ts'
import { type OpenMailTransport, openMailTransport } from './mail/mail-transport.ts'
import type { MailUrl } from './mail/mail-url.ts'
import { openOutboxKey } from './outbox/outbox-key.ts'
import { createOutboxSender, type OutboxSender } from './outbox/outbox-sender.ts'
import { createOutbox, type OutboxService } from './outbox/outbox-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Randomness } from './runtime/randomness.ts'

export interface LettersSide {
  readonly outbox: OutboxService
  readonly outboxSender: OutboxSender
  readonly letters: LettersService
  readonly mail: MailService
  readonly testMail: TestMail
  readonly boxAddress: BoxAddress
  readonly countWebhooks: () => Promise<number | undefined>
  readonly findHeartbeat: () => Promise<HeartbeatProps | undefined>
}

export async function createLettersSide(options: {
  readonly database: Database
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly alarms: AlarmsService
  readonly smtpUrl: MailUrl | undefined
  readonly publicUrl: string | undefined
  /** Where the box listens, as people would type it. */
  readonly findListeningUrl: () => string
  readonly openTransport?: OpenMailTransport
}): Promise<LettersSide> {
  const { openTransport = openMailTransport } = options
  const key = await openOutboxKey(options)
  const outbox = createOutbox({ ...options, key })
  const mail = createMailService({ ...options, key, outbox })
  const boxAddress = createBoxAddress(options)
  const carrying = { mail, openTransport, findBaseUrl: async () => (await boxAddress.find()).url }
  const carriers = { mail: createMailCarrier(carrying), webhook: nothingYet }
  return {
    outbox,
    outboxSender: createOutboxSender({ ...options, key, carriers }),
    letters: createLettersService({ outbox }),
    mail,
    testMail: createMailTest({ ...options, ...carrying }),
    boxAddress,
    countWebhooks: async () => undefined,
    findHeartbeat: async () => undefined,
  }
}
const nothingYet = { open: async () => ({ deliver: async () => ({ kind: 'held', answer: '' }) as const, close: () => {} }) }
