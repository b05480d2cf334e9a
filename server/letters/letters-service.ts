/**
 * Posts letters. A letter that was posted is sent once its transaction has committed, and only then: by the outbox, again and again until
 * the mail server takes it or two days have passed. Posting neither waits for a mail server nor fails because of one.
 */
import type { Transaction } from '../database/database.ts'
import type { OutboxService } from '../outbox/outbox-service.ts'
import type { Id } from '../runtime/ids.ts'
import { type Letter, prepareLetter, type Recipient } from './letter.ts'

export interface LetterPosted {
  readonly to: Recipient
  readonly letter: Letter
  /** Whose matter it is; the box's own has none. */
  readonly customerId?: Id<'cus'>
  /** The same key to the same address is one letter, however often it is posted. Without one, each posting is a letter. */
  readonly dedupeKey?: string
}

export interface LettersService {
  /** In the caller's transaction; nothing but SQL. Throws LetterError for an address that is none. */
  readonly post: (transaction: Transaction, posted: LetterPosted) => Promise<void>
}

export function createLettersService({ outbox }: { readonly outbox: Pick<OutboxService, 'add'> }): LettersService {
  return {
    post: async (transaction, { to, letter, customerId, dedupeKey }) => {
      const prepared = prepareLetter(to, letter)
      await outbox.add(transaction, {
        channel: 'mail',
        customerId,
        recipient: prepared.to.email,
        recipientName: prepared.to.name,
        title: prepared.letter.subject,
        content: prepared.letter,
        dedupeKey,
      })
    },
  }
}
