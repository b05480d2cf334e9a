import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { type AlarmProps, alarmStates } from '../partials/alarm.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { stateBadge } from '../partials/state.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type AlertRow = AlarmProps & {
  readonly subject: string
  /** Of the customer whose it is; the box's own has none. */
  readonly customer: string | undefined
  readonly times: number
}

export type AlertsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly open: readonly AlertRow[]
  /** There are more than the page shows. */
  readonly hasMore: boolean
  readonly settled: readonly (AlertRow & { readonly settledAtMs: number })[]
}

/** What waits for somebody, and what is over. */
export function alertsPage(props: AlertsPageProps): Page {
  const { reader, open, settled } = props
  return appPage({
    ...props,
    title: 'Alerts',
    place: 'alerts',
    body: html`
    <header class="page-head">
      <div>${headOf(reader, open)}</div>
    </header>
    ${open.length === 0 ? '' : openPart(props)}
    ${settled.length === 0 ? '' : settledPart(reader, settled)}`,
  })
}

function headOf(reader: Reader, open: readonly AlertRow[]): Html {
  if (open.length === 0)
    return sentence({ state: 'ok', says: 'Nothing waits for anybody.', small: ['The box watches itself and writes here.'] })
  const failures = open.filter(({ severity }) => severity === 'failure').length
  if (failures === 0)
    return sentence({
      state: 'partial',
      says: `${countOf(reader, open.length, 'thing')} should be looked at.`,
      small: ['Nothing is lost.'],
    })
  return sentence({
    state: 'failed',
    says: `${countOf(reader, failures, 'thing')} must be looked at.`,
    small: ['Each says what to do.'],
  })
}

function openPart({ reader, open, hasMore }: AlertsPageProps): Html {
  return html`<section class="part" aria-labelledby="open">
      ${partHead({ id: 'open', title: 'Open' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">What</th><th scope="col">State</th><th scope="col" class="wide">Since</th><th scope="col" class="wider">Last noticed</th></tr></thead>
          <tbody>${open.map((row) => rowOf(reader, row))}
          </tbody>
        </table>
      </div>
      ${hasMore ? html`<p class="hint more-link">There are more. <code>bin/holdfast alarms</code> lists all of them.</p>` : ''}
    </section>`
}

function rowOf(reader: Reader, row: AlertRow): Html {
  const words = row.severity === 'failure' ? 'Failure' : 'Warning'
  return html`
            <tr>
              <th scope="row"><span class="name">${row.title}</span>
                <span class="sub">${row.detail}</span>
                <span class="sub">${row.hint}</span>
                <span class="sub">${row.customer === undefined ? '' : `${row.customer} · `}${row.code} · ${row.subject}</span></th>
              <td>${stateBadge(alarmStates[row.severity], words)}<span class="narrow sub">${whenText(reader, row.firstAtMs)}</span></td>
              <td class="wide when">${timeTag(row.firstAtMs, whenText(reader, row.firstAtMs))}</td>
              <td class="wider when">${timeTag(row.lastAtMs, whenText(reader, row.lastAtMs))}<span class="sub">${countOf(reader, row.times, 'time')}</span></td>
            </tr>`
}

function settledPart(reader: Reader, settled: AlertsPageProps['settled']): Html {
  return html`<section class="part" aria-labelledby="settled">
      ${partHead({ id: 'settled', title: 'Over' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">What</th><th scope="col" class="wide">Since</th><th scope="col">Over</th></tr></thead>
          <tbody>${settled.map(
            (row) => html`
            <tr>
              <th scope="row"><span class="name">${row.title}</span><span class="sub">${row.detail}</span></th>
              <td class="wide when">${timeTag(row.firstAtMs, whenText(reader, row.firstAtMs))}</td>
              <td class="when">${timeTag(row.settledAtMs, whenText(reader, row.settledAtMs))}</td>
            </tr>`,
          )}
          </tbody>
        </table>
      </div>
    </section>`
}
