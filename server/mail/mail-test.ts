/** The button "Send a test letter": sends one at once, past the queue, and says in words what came of it. */
import { testLetter } from '../../views/letters/test-letter.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import { prepareLetter, type Recipient } from '../letters/letter.ts'
import type { Clock } from '../runtime/clock.ts'
import { newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { MailFault } from './mail.ts'
import { type MailCarrierOptions, mailOf } from './mail-carrier.ts'

export type MailTestResult =
  | { readonly kind: 'sent'; readonly to: string; readonly answer: string }
  | { readonly kind: 'failed'; readonly fault: MailFault; readonly answer: string | undefined }

/** One at a time; throws LetterError for an address that is none. */
export type TestMail = (to: Recipient, actingAs: ActingAs) => Promise<MailTestResult>

export function createMailTest(
  options: MailCarrierOptions & { readonly database: Database; readonly clock: Clock; readonly randomness: Randomness },
): TestMail {
  const { mail, openTransport, findBaseUrl, database, clock, randomness } = options
  const send = async (to: Recipient): Promise<MailTestResult> => {
    const access = await mail.access()
    if (access.kind !== 'ready') return { kind: 'failed', fault: access.kind, answer: undefined }
    const prepared = prepareLetter(to, testLetter())
    const transport = openTransport(access.server)
    try {
      const item = { itemId: newId('ltr', randomness), recipient: prepared.to.email, recipientName: prepared.to.name }
      const message = await mailOf(item, prepared.letter, { sender: access.sender, baseUrl: await findBaseUrl() })
      const outcome = await transport.send(message)
      if (outcome.kind === 'accepted') return { kind: 'sent', to: prepared.to.email, answer: outcome.answer }
      return { kind: 'failed', fault: outcome.fault, answer: outcome.answer }
    } finally {
      transport.close()
    }
  }
  let last: Promise<unknown> = Promise.resolve()
  return (to, actingAs) => {
    const turn = last.then(async () => {
      const result = await send(to)
      const detail = { to: to.email, result: result.kind === 'sent' ? 'sent' : result.fault }
      await insertAudit(database.kysely, { ...actingAs, at: clock.now(), action: 'mail.tested', detail })
      return result
    })
    last = turn.catch(() => {})
    return turn
  }
}
