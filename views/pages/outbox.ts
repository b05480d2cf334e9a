import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { pager } from '../partials/pager.ts'
import { sentence } from '../partials/sentence.ts'
import { stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type OutboxTab = 'waiting' | 'given-up' | 'sent'

export type OutboxRowProps = {
  readonly id: string
  readonly title: string
  readonly isMail: boolean
  /** A person with their address, or the address of a program. */
  readonly to: string
  readonly customer: string | undefined
  readonly attempts: number
  readonly createdAtMs: number
  /** When it was sent or given up; while it waits, when it is tried next. */
  readonly atMs: number
  readonly answer: string | undefined
}

export type OutboxPageProps = PageContext & {
  readonly viewer: Viewer
  readonly tab: OutboxTab
  readonly counts: Readonly<Record<OutboxTab, number>>
  readonly rows: readonly OutboxRowProps[]
  readonly isFirstPage: boolean
  readonly nextPath: string | undefined
  /** The mail server is written down: what waits goes out by itself. */
  readonly isSetUp: boolean
}

const tabNames: Readonly<Record<OutboxTab, string>> = { waiting: 'Waiting', 'given-up': 'Given up', sent: 'Sent' }

/** What is on its way to people and programs, and what did not get there. */
export function outboxPage(props: OutboxPageProps): Page {
  const { tab, counts, reader, rows } = props
  return appPage({
    ...props,
    title: 'Letters on their way',
    place: 'settings',
    body: html`
    ${trail('Where this is', [{ name: 'Settings', path: '/settings' }])}
    <header class="page-head"><div>${headOf(props)}</div></header>
    <section class="part" aria-label="${tabNames[tab]}">
      <nav class="tabs" aria-label="By state">${(Object.keys(tabNames) as OutboxTab[]).map(
        (name) =>
          html`<a href="/settings/letters?state=${name}"${name === tab ? html` aria-current="page"` : ''}>${tabNames[name]} <span class="count">${countText(reader, counts[name])}</span></a>`,
      )}</nav>
      ${rows.length === 0 ? html`<p class="hint">${emptyWords[tab]}</p>` : table(props)}
    </section>`,
  })
}

const emptyWords: Readonly<Record<OutboxTab, string>> = {
  waiting: 'Nothing waits.',
  'given-up': 'Nothing was given up.',
  sent: 'Nothing was sent in the last thirty days.',
}

function headOf({ counts, reader, isSetUp }: OutboxPageProps): Html {
  const givenUp = counts['given-up']
  if (givenUp > 0)
    return sentence({
      state: 'failed',
      says: `${countOf(reader, givenUp, 'thing')} could not be sent.`,
      small: ['Mend the cause, then have them tried again, or drop them.'],
    })
  if (counts.waiting > 0)
    return sentence({
      ...(isSetUp ? {} : { state: 'partial' as const }),
      says: `${countOf(reader, counts.waiting, 'thing')} ${counts.waiting === 1 ? 'waits' : 'wait'} to be sent.`,
      small: [
        isSetUp
          ? 'Each is tried for two days, less and less often.'
          : 'The box has no mail server yet; letters wait two days for one.',
      ],
    })
  return sentence({ state: 'ok', says: 'Everything was sent.', small: ['The list remembers thirty days.'] })
}

function table({ tab, reader, rows, isFirstPage, nextPath, counts }: OutboxPageProps): Html {
  const isEnded = tab !== 'waiting'
  const path = `/settings/letters?state=${tab}`
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">What</th><th scope="col" class="wide">To</th><th scope="col" class="wider">Written</th><th scope="col" class="when">${isEnded ? 'When' : 'Next attempt'}</th>${tab === 'sent' ? '' : html`<th scope="col" class="acts"><span class="vh">Acts</span></th>`}</tr></thead>
          <tbody>${rows.map((row) => rowOf(reader, tab, row))}
          </tbody>
        </table>
      </div>
      ${pager({ words: isFirstPage ? `The newest ${countText(reader, rows.length)} of ${countText(reader, counts[tab])}` : 'Older ones', ...(isFirstPage ? {} : { back: path }), ...(nextPath === undefined ? {} : { next: nextPath }), backWord: 'Newest', nextWord: 'Older' })}`
}

function rowOf(reader: Reader, tab: OutboxTab, row: OutboxRowProps): Html {
  const tried = row.attempts === 0 ? 'Not tried yet' : `Tried ${countOf(reader, row.attempts, 'time')}`
  const answer = row.answer === undefined ? '' : html`<span class="sub">${row.answer}</span>`
  return html`
            <tr>
              <th scope="row"><span class="name">${row.title}</span>
                ${tab === 'given-up' ? stateBadge('failed', 'Given up') : ''}
                <span class="sub">${row.isMail ? 'Letter' : 'Event'}${row.customer === undefined ? '' : ` · ${row.customer}`} · ${tried}</span>${answer}
                <span class="narrow sub">${row.to}</span></th>
              <td class="wide name">${row.to}</td>
              <td class="wider when">${timeTag(row.createdAtMs, whenText(reader, row.createdAtMs))}</td>
              <td class="when">${timeTag(row.atMs, whenText(reader, row.atMs))}</td>${tab === 'sent' ? '' : actsOf(row)}
            </tr>`
}

function actsOf({ id, title }: OutboxRowProps): Html {
  const about = html`<span class="vh"> “${title}”</span>`
  return html`
              <td class="acts"><form action="/settings/letters/${id}/retry" method="post"><button class="button small quiet">${icon('refresh-cw')}<span class="label">Try now</span>${about}</button></form><form action="/settings/letters/${id}/drop" method="post"><button class="button small quiet">${icon('trash-2')}<span class="label">Drop</span>${about}</button></form></td>`
}
