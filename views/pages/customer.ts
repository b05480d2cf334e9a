import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type AlarmProps, alarmNotice } from '../partials/alarm.ts'
import { type CustomerDetailsProps, customerDetails } from '../partials/customer-details.ts'
import { type CustomerStateProps, customerState } from '../partials/customer-state.ts'
import { facts } from '../partials/facts.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { lastDayText } from '../partials/plan-standing.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type CustomerPageProps = PageContext & {
  readonly viewer: Viewer
  readonly customerId: string
  readonly number: string
  readonly path: string
  readonly details: CustomerDetailsProps
  readonly notes: string
  readonly since: { readonly createdAtMs: number; readonly kitPrintedAtMs: number | undefined }
  readonly state: CustomerStateProps
  readonly computers: readonly CustomerComputerProps[]
  readonly licences: readonly CustomerLicenceProps[]
  readonly people: Readonly<Record<'owner' | 'member' | 'viewer', number>>
  readonly alarms: readonly AlarmProps[]
  /** Just made, by a box that sends no letters: shown once. */
  readonly invitation?: { readonly email: string; readonly link: string } | undefined
  /** Of what was typed into the form of suspending. */
  readonly problem: string | undefined
}

export type CustomerComputerProps = {
  readonly name: string
  readonly path: string
  readonly number: string
  readonly lastGoodAtMs: number | undefined
  readonly isRevoked: boolean
}

export type CustomerLicenceProps = {
  readonly planName: string
  readonly licenceKey: string
  readonly validUntilMs: number | undefined
  readonly timeZone: string
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly computers: number
  readonly computersMax: number
  readonly switchedOff: string | undefined
}

/** Everything about one customer that staff need, and nothing of what its files are called. */
export function customerPage(props: CustomerPageProps): Page {
  const { reader, details, number, path, customerId, viewer } = props
  const isAdministrator = viewer.staff === 'administrator'
  return appPage({
    ...props,
    title: details.name,
    place: 'customers',
    body: html`
    ${trail('Where this is', [{ name: 'Customers', path: '/customers' }])}
    <header class="page-head">
      <div>
        <h1 class="title"><bdi>${details.name}</bdi></h1>
        <p class="lead"><span class="id">${number}</span> ${customerState(reader, props.state)}</p>
      </div>
      <div class="row">
        <form action="/accounts/enter" method="post"><input type="hidden" name="customer" value="${customerId}"><button class="button primary">${icon('log-in')}Enter the account</button></form>
        <a class="button" href="${path}/edit">${icon('pencil')}Edit</a>
      </div>
    </header>
    ${props.invitation === undefined ? '' : notice({ icon: 'key-round', words: html`<b>Give this link to <bdi>${props.invitation.email}</bdi>.</b> It works once, for seven days, and is not shown again: <code class="name">${props.invitation.link}</code>` })}
    ${standingNotice(props, isAdministrator)}
    ${props.alarms.map((alarm) => alarmNotice(reader, alarm))}
    <div class="split part">
      <div class="flow">
        ${computersPart(props)}
        ${licencesPart(props)}
        ${isAdministrator && props.state.standing.kind !== 'leaving' ? endPart(props) : ''}
      </div>
      <aside class="flow">
        ${detailsPart(props)}
        ${peoplePart(props)}
      </aside>
    </div>`,
  })
}

function standingNotice({ reader, state, path }: CustomerPageProps, isAdministrator: boolean): Html | string {
  const { standing } = state
  if (standing.kind === 'active') return ''
  if (standing.kind === 'suspended')
    return notice({
      icon: 'triangle-alert',
      state: 'partial',
      words: html`<b>Backups of this customer are refused.</b> The reason that everybody is told: <bdi>${standing.reason}</bdi>`,
      ...(isAdministrator ? { action: act(`${path}/resume`, 'Let it back up again') } : {}),
    })
  return notice({
    icon: 'trash-2',
    state: 'failed',
    words: html`<b>This customer was deleted and ends ${whenInSentence(reader, standing.endsAtMs)}.</b> Until then nothing is removed; its people can restore and take an export.`,
    ...(isAdministrator ? { action: act(`${path}/keep`, 'Keep this customer') } : {}),
  })
}

function act(path: string, words: string): Html {
  return html`<form action="${path}" method="post"><button class="button small">${icon('rotate-ccw')}${words}</button></form>`
}

function computersPart({ reader, computers }: CustomerPageProps): Html {
  const shown = computers.slice(0, shownAtMost)
  const rest = computers.length - shown.length
  return html`<section aria-labelledby="computers">
          ${partHead({ id: 'computers', title: 'Computers' })}
          ${
            computers.length === 0
              ? html`<p>None is connected yet. Enter the account to add the first one.</p>`
              : html`<ul class="list">${shown.map(
                  ({ name, path, number, lastGoodAtMs, isRevoked }) => html`
            <li><span class="name"><a href="${path}"><bdi>${name}</bdi></a> <span class="sub">${number}${isRevoked ? ', access withdrawn' : ''}</span></span><span class="end">${lastGoodAtMs === undefined ? 'No backup yet' : timeTag(lastGoodAtMs, whenText(reader, lastGoodAtMs))}</span></li>`,
                )}
          </ul>${rest > 0 ? html`<p class="hint">And ${countText(reader, rest)} more: enter the account to see them all.</p>` : ''}`
          }
        </section>`
}

const shownAtMost = 12

function licencesPart({ reader, licences, path }: CustomerPageProps): Html {
  return html`<section aria-labelledby="licences">
          ${partHead({ id: 'licences', title: 'Plans', beside: html`<a href="${path}/subscriptions">Give, renew or end</a>` })}
          ${
            licences.length === 0
              ? html`<p>No plan yet: no computer can be connected.</p>`
              : html`<ul class="list">${licences.map(
                  (licence) => html`
            <li><span class="name"><b>${licence.planName}</b> <span class="sub">${licence.licenceKey}${licence.switchedOff === undefined ? '' : html`; backups are switched off: <bdi>${licence.switchedOff}</bdi>`}</span></span>
              <span class="end">${sizeText(reader, licence.usedBytes)} of ${sizeText(reader, licence.quotaBytes)}<span class="sub">${countText(reader, licence.computers)} of ${countOf(reader, licence.computersMax, 'computer')}, ${licence.validUntilMs === undefined ? 'without end' : `through ${lastDayText(reader, licence.validUntilMs, licence.timeZone)}`}</span></span></li>`,
                )}
          </ul>`
          }
        </section>`
}

function detailsPart({ reader, details, notes, path, number, since }: CustomerPageProps): Html {
  return html`<section aria-labelledby="details">
          ${partHead({ id: 'details', title: 'Details', beside: html`<a href="${path}/edit">Edit</a>` })}
          ${customerDetails(reader, details)}
          ${facts([
            { label: 'Number', value: number },
            { label: 'Customer since', value: dateText(reader, since.createdAtMs) },
            {
              label: 'Recovery kit',
              value: since.kitPrintedAtMs === undefined ? 'Never printed' : `Printed ${dateText(reader, since.kitPrintedAtMs)}`,
            },
          ])}
          ${notes === '' ? '' : html`<h3>Notes</h3><p class="notes name">${notes}</p>`}
        </section>`
}

function peoplePart({ reader, people }: CustomerPageProps): Html {
  const none = people.owner + people.member + people.viewer === 0
  return html`<section aria-labelledby="people">
          ${partHead({ id: 'people', title: 'People' })}
          ${
            none
              ? html`<p>Nobody of theirs can sign in yet.</p>`
              : facts([
                  { label: 'Owners', value: countText(reader, people.owner) },
                  { label: 'Members', value: countText(reader, people.member) },
                  { label: 'Viewers', value: countText(reader, people.viewer) },
                ])
          }
        </section>`
}

function endPart({ path, state, problem }: CustomerPageProps): Html {
  const isSuspended = state.standing.kind === 'suspended'
  return html`<section class="box" aria-labelledby="end">
          <h2 id="end">Suspend, export or delete</h2>
          ${
            isSuspended
              ? ''
              : html`<form class="flow" action="${path}/suspend" method="post">
            <p>While a customer is suspended, backups are refused with your reason. Its people can still sign in and restore.</p>
            <div class="field"><label for="reason">Reason, which they read</label><input id="reason" name="reason" type="text" required maxlength="500"${problem === undefined ? '' : html` aria-invalid="true" aria-describedby="reason-problem"`}>${problem === undefined ? '' : html`<p class="wrong" id="reason-problem">${problem}</p>`}</div>
            <p class="row"><button class="button">${icon('pause')}Suspend</button></p>
          </form>`
          }
          <p class="row"><a class="button" href="${path}/export">${icon('download')}Export everything</a><a class="button danger" href="${path}/delete">${icon('trash-2')}Delete this customer</a></p>
        </section>`
}
