import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type AlarmProps, alarmStates, hintText } from '../partials/alarm.ts'
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

export type AlertsFilterProps = {
  readonly severity: 'failure' | 'warning' | undefined
  /** `box`, `customers`, a customer's number or name as it was typed, or nothing. */
  readonly whose: string
  readonly problem: string | undefined
}

export type AlertsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly filter: AlertsFilterProps
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
      <div>${headOf(reader, open, props.filter)}</div>
    </header>
    ${filterPart(props.filter)}
    ${open.length === 0 ? '' : openPart(props)}
    ${settled.length === 0 ? '' : settledPart(reader, settled)}`,
  })
}

const severityTabs = [
  [undefined, 'All'],
  ['failure', 'Failures'],
  ['warning', 'Warnings'],
] as const

/** Which of them: by how bad they are, and whose. */
function filterPart({ severity, whose, problem }: AlertsFilterProps): Html {
  const pathOf = (wanted: AlertsFilterProps['severity']) => {
    const query = new URLSearchParams({
      ...(wanted === undefined ? {} : { severity: wanted }),
      ...(whose === '' ? {} : { whose }),
    })
    return query.size === 0 ? '/alerts' : `/alerts?${query}`
  }
  return html`<section class="part" aria-label="Which alerts">
      <nav class="tabs" aria-label="By severity">${severityTabs.map(
        ([wanted, name]) => html`<a href="${pathOf(wanted)}"${wanted === severity ? html` aria-current="page"` : ''}>${name}</a>`,
      )}</nav>
      <form class="tools" action="/alerts" method="get" role="search">
        ${severity === undefined ? '' : html`<input type="hidden" name="severity" value="${severity}">`}
        <div class="search">${icon('search')}<label class="vh" for="whose">Whose: box, customers, or a customer’s number or name</label><input id="whose" name="whose" list="whose-list" maxlength="200" placeholder="box, customers, C-000001 or a name"${problem === undefined ? '' : html` aria-invalid="true" aria-describedby="whose-problem"`} value="${whose}"></div>
        <datalist id="whose-list"><option value="box"></option><option value="customers"></option></datalist>
        <button class="button">Show</button>
        ${whose === '' && severity === undefined ? '' : html`<a class="button quiet" href="/alerts">Show all</a>`}
      </form>
      ${problem === undefined ? '' : html`<div class="field"><p class="wrong" id="whose-problem">${problem}</p></div>`}
    </section>`
}

function headOf(reader: Reader, open: readonly AlertRow[], { severity, whose }: AlertsFilterProps): Html {
  if (open.length === 0 && (severity !== undefined || whose !== ''))
    return sentence({ says: 'Nothing of this kind waits for anybody.', small: ['“Show all” takes the filter away.'] })
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
                <span class="sub">${hintText(row.hint)}</span>
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
