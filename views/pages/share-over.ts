import { html } from 'hono/html'
import { whenInSentence } from '../format/when.ts'
import type { Page } from '../html.ts'
import { alonePage } from '../layout.ts'
import type { Reader } from '../reader.ts'
import type { PageContext } from '../site.ts'

export type ShareOver =
  /** Nobody has ever made it, or a part of it was lost on the way. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'throttled'; readonly seconds: number }
  /** As many download at this moment as may: of this link, from this network, or of the box. */
  | { readonly kind: 'busy'; readonly seconds: number }
  /** A program that wants to show a preview: it is given no file. */
  | { readonly kind: 'no-preview' }
  | {
      readonly kind: 'revoked' | 'expired' | 'used-up' | 'gone' | 'paused' | 'password-needed'
      readonly of: 'download' | 'upload'
      readonly by: string
      readonly customer: string
      readonly untilMs: number
    }

export type ShareOverPageProps = PageContext & { readonly over: ShareOver }

/** A link that does nothing: nobody's failure, said kindly. */
export function shareOverPage({ over, ...page }: ShareOverPageProps): Page {
  const { says, words, title } = wordsOf(page.reader, over)
  return alonePage({
    ...page,
    title: title ?? 'Link',
    main: html`<main class="signin" id="main">
    <div class="ended stack">
      <h1 class="title">${says}</h1>
      ${words.map((sentence) => html`<p>${sentence}</p>`)}
    </div>
  </main>`,
    footer: html`<p>Holdfast keeps every version of every file.</p>`,
  })
}

type Words = { readonly says: string; readonly words: readonly string[]; readonly title?: string }

function wordsOf(reader: Reader, over: ShareOver): Words {
  switch (over.kind) {
    case 'unknown':
      return {
        says: 'This link leads nowhere.',
        words: [
          'Perhaps a part of it was lost on the way: copy the whole address, up to its last letter.',
          'If that does not help, ask whoever sent it for another one.',
        ],
      }
    case 'throttled':
      return {
        says: 'Too many attempts.',
        words: [`Wait ${waitWords(over.seconds)}, then open the link again.`],
      }
    case 'busy':
      return { says: 'Many people are downloading.', words: ['Try again in a minute.'] }
    case 'no-preview':
      return { says: 'Files are for people.', words: ['Open the link in a browser to get what it leads to.'] }
    case 'revoked':
      return { says: 'This link was withdrawn.', words: [askAgain(over)] }
    case 'expired':
      return {
        says: 'This link has ended.',
        words: [`It worked until ${whenInSentence(reader, over.untilMs).replace(/^on /, '')}.`, askAgain(over)],
      }
    case 'used-up':
      return over.of === 'download'
        ? {
            says: 'This link has been used up.',
            words: ['It was good for a number of downloads, and they have been made.', askAgain(over)],
          }
        : { says: 'This link has taken all that it takes.', words: [askAgain(over)] }
    case 'gone':
      return {
        says: over.of === 'download' ? 'What this link led to is not there any more.' : 'This link takes nothing any more.',
        words: [askAgain(over)],
      }
    case 'paused':
      return {
        says: 'This link does not work at the moment.',
        words: [`${over.customer} cannot share anything just now. Try again later, or ask ${over.by}.`],
      }
    case 'password-needed':
      return {
        says: 'This link does not work at the moment.',
        words: [`It needs a password now, which it was made without. Ask ${over.by} of ${over.customer} to give it one.`],
      }
    default:
      return over satisfies never
  }
}

function waitWords(seconds: number): string {
  return seconds <= 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
}

function askAgain({ by, customer }: { readonly by: string; readonly customer: string }): string {
  return `Ask ${by} of ${customer} for another one if you still need it.`
}
