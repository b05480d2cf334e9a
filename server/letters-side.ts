/**
 * What leaves the box by itself, put together: the queue, letters, the mail server. A part of the composition root, made before all
 * that has something to say.
 */
import type { AlarmsService } from './alarms/alarms-service.ts'
import type { Database } from './database/database.ts'
import { createHeartbeat, type Heartbeat } from './heartbeat/heartbeat-service.ts'
import { createLetterChoices, type LetterChoicesService } from './letters/letter-choices-service.ts'
import { createLettersService, type LettersService } from './letters/letters-service.ts'
import { createTellAlarms } from './letters/tell-alarms.ts'
import { createTellDigests } from './letters/tell-digests.ts'
import { createTellRuns } from './letters/tell-runs.ts'
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
import { createWatch, type WatchService } from './watch/watch-service.ts'
import { type CallUrl, callUrl } from './webhooks/call-url.ts'
import { createWebhooks, type WebhooksService } from './webhooks/webhooks-service.ts'

export interface LettersSide {
  readonly outbox: OutboxService
  readonly outboxSender: OutboxSender
  readonly letters: LettersService
  readonly mail: MailService
  readonly testMail: TestMail
  readonly boxAddress: BoxAddress
  readonly webhooks: WebhooksService
  readonly heartbeat: Heartbeat
  readonly letterChoices: LetterChoicesService
  readonly watch: WatchService
  /** Writes letters and events about what has happened since the last time. */
  readonly tell: () => Promise<void>
  readonly tellDigests: () => Promise<{ readonly written: number }>
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
  readonly heartbeatUrl: string | undefined
  readonly timeZone: string
  readonly openTransport?: OpenMailTransport
  readonly callUrl?: CallUrl
}): Promise<LettersSide> {
  const { openTransport = openMailTransport, callUrl: call = callUrl } = options
  const key = await openOutboxKey(options)
  const outbox = createOutbox({ ...options, key })
  const mail = createMailService({ ...options, key, outbox })
  const boxAddress = createBoxAddress(options)
  const carrying = { mail, openTransport, findBaseUrl: async () => (await boxAddress.find()).url }
  const { webhooks, carrier } = createWebhooks({ ...options, key, outbox, callUrl: call })
  const carriers = { mail: createMailCarrier(carrying), webhook: carrier }
  const letters = createLettersService({ outbox })
  const telling = { ...options, letters, mail, webhooks }
  const tellRuns = createTellRuns(telling)
  const tellAlarms = createTellAlarms(telling)
  return {
    outbox,
    outboxSender: createOutboxSender({ ...options, key, carriers }),
    letters,
    mail,
    testMail: createMailTest({ ...options, ...carrying }),
    boxAddress,
    webhooks,
    heartbeat: createHeartbeat({ ...options, callUrl: call }),
    letterChoices: createLetterChoices(options),
    watch: createWatch(options),
    tell: async () => {
      await tellRuns()
      await tellAlarms()
    },
    tellDigests: createTellDigests({ ...options, letters, mail }),
  }
}
