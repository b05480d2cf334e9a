/** Hands letters to the mail server: makes a mail out of each, and says what became of it. */
import { letterHtml } from '../../views/letters/letter-html.ts'
import { letterText } from '../../views/letters/letter-text.ts'
import type { Letter } from '../letters/letter.ts'
import type { Carrier, Delivery, OutboxItem } from '../outbox/outbox.ts'
import type { MailFault, MailMessage, MailOutcome, MailSender } from './mail.ts'
import type { MailService } from './mail-service.ts'
import type { OpenMailTransport } from './mail-transport.ts'
import { mailWords } from './mail-words.ts'

export interface MailCarrierOptions {
  readonly mail: Pick<MailService, 'access'>
  readonly openTransport: OpenMailTransport
  /** Of the box, for links. */
  readonly findBaseUrl: () => Promise<string>
}

export function createMailCarrier({ mail, openTransport, findBaseUrl }: MailCarrierOptions): Carrier {
  return {
    open: async () => {
      const access = await mail.access()
      if (access.kind !== 'ready') {
        return { deliver: async () => ({ kind: 'held', answer: mailWords[access.kind].says }), close: () => {} }
      }
      const transport = openTransport(access.server)
      const baseUrl = await findBaseUrl()
      return {
        deliver: async (item, content) =>
          deliveryOf(await transport.send(await mailOf(item, content as Letter, { sender: access.sender, baseUrl }))),
        close: () => transport.close(),
      }
    },
  }
}

/** The item's id names the mail: sent twice after a fall, it is known again by it. */
export async function mailOf(
  { itemId, recipient, recipientName }: Pick<OutboxItem, 'itemId' | 'recipient' | 'recipientName'>,
  letter: Letter,
  { sender, baseUrl }: { readonly sender: MailSender; readonly baseUrl: string },
): Promise<MailMessage> {
  const frame = { baseUrl, senderName: sender.name }
  return {
    messageId: `<${itemId}@${sender.address.split('@')[1]}>`,
    from: sender,
    to: { name: recipientName, address: recipient },
    subject: letter.subject,
    text: letterText(letter, frame),
    html: String(await letterHtml(letter, frame)),
  }
}

/** Of this one letter, and not of the way to the server. */
const ofTheLetter: readonly MailFault[] = ['recipient', 'content', 'later', 'other']

function deliveryOf(outcome: MailOutcome): Delivery {
  if (outcome.kind === 'accepted') return { kind: 'sent', answer: outcome.answer }
  const { fault, isPermanent } = outcome
  const because = isPermanent ? 'permanent' : ofTheLetter.includes(fault) ? 'later' : 'way'
  return { kind: 'failed', because, answer: `${mailWords[fault].says} (${outcome.answer})` }
}
