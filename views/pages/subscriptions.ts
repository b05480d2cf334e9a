import { html } from 'hono/html'
import { countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { lastDayText } from '../partials/plan-standing.ts'
import { sentence } from '../partials/sentence.ts'
import { type State, stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { changesLedger, type SubscriptionProps, subscriptionPart } from './account-plan.ts'

export type SubscriptionRow = {
  readonly path: string
  readonly planName: string
  readonly licenceKey: string
  readonly state: { readonly state: State; readonly words: string }
  readonly validUntilMs: number | undefined
  readonly timeZone: string
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly places: number
  readonly devicesMax: number
}

type Choice = { readonly id: string; readonly name: string }

export type SubscriptionsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly customerName: string
  readonly path: string
  readonly subscriptions: readonly SubscriptionRow[]
  readonly plans: readonly Choice[]
  readonly problem: string | undefined
  readonly done: string | undefined
}

/** Every licence of a customer, for staff; and the sale of another one. */
export function subscriptionsPage(props: SubscriptionsPageProps): Page {
  const { reader, customerName, subscriptions, done } = props
  return appPage({
    ...props,
    title: `Plans of ${customerName}`,
    body: html`
    ${trail('Where this is', [
      { name: 'Customers', path: '/customers' },
      { name: customerName, path: props.path.slice(0, -'/subscriptions'.length) },
    ])}
    <header class="page-head"><div>${sentence({ says: subscriptions.length === 0 ? `${customerName} has no plan.` : `Plans of ${customerName}.`, ...(subscriptions.length === 0 ? { small: ['Without one, no computer can be connected.'] } : {}) })}</div></header>
    ${done === undefined ? '' : notice({ icon: 'check', words: done })}
    ${subscriptions.length === 0 ? '' : ledger(reader, subscriptions)}
    ${sellForm(props)}`,
  })
}

function ledger(reader: Reader, subscriptions: readonly SubscriptionRow[]): Html {
  return html`<section class="part" aria-labelledby="all"><h2 class="vh" id="all">Licences</h2>
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Plan</th><th scope="col">State</th><th scope="col" class="wide">Valid through</th><th scope="col" class="num">Used</th><th scope="col" class="num wide">Of</th><th scope="col" class="num wide">Computers</th></tr></thead>
        <tbody>${subscriptions.map(
          (one) => html`
          <tr><th scope="row"><a class="name" href="${one.path}">${one.planName}</a> <span class="sub id">${one.licenceKey}</span></th><td>${stateBadge(one.state.state, one.state.words)}</td><td class="wide">${lastDayText(reader, one.validUntilMs, one.timeZone)}</td><td class="num">${sizeText(reader, one.usedBytes)}</td><td class="num wide">${sizeText(reader, one.quotaBytes)}</td><td class="num wide">${countText(reader, one.places)} of ${countText(reader, one.devicesMax)}</td></tr>`,
        )}</tbody>
      </table></div></section>`
}

function sellForm({ path, plans, customerName, problem }: SubscriptionsPageProps): Html {
  if (plans.length === 0) return html`<p class="prose part">No plan is sold today. Make one first.</p>`
  return html`<form class="box part" action="${path}" method="post" aria-labelledby="sell">
      <h2 id="sell">Give ${customerName} a plan</h2>
      ${problem === undefined ? '' : html`<p class="wrong" role="alert">${problem}</p>`}
      <div class="field"><label for="plan">Plan</label><select id="plan" name="plan">${plans.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}</select></div>
      ${validityFields('extend', 'For as long as the plan says')}
      <p class="row"><button class="button primary">${icon('plus')}Give it</button></p>
    </form>`
}

function validityFields(first: string, words: string): Html {
  return html`<fieldset class="stack"><legend>How long</legend>
        <label class="check"><input type="radio" name="wish" value="${first}" checked><span>${words}</span></label>
        <label class="check"><input type="radio" name="wish" value="through"><span>Through a day</span></label>
        <div class="field"><label for="day">The last day</label><input id="day" name="day" type="date" aria-describedby="day-hint"><p class="hint" id="day-hint">Counts with “Through a day”. It ends at the midnight after it, in the customer’s time zone.</p></div>
        <label class="check"><input type="radio" name="wish" value="without-end"><span>Until somebody ends it</span></label>
      </fieldset>`
}

export type SubscriptionPageProps = PageContext & {
  readonly viewer: Viewer
  readonly customerName: string
  readonly listPath: string
  readonly path: string
  readonly subscription: SubscriptionProps
  readonly renewWords: string
  readonly isEnded: boolean
  readonly problem: string | undefined
  readonly done: string | undefined
}

/** One licence of a customer, for staff: how it stands, its renewal, its end. */
export function subscriptionPage(props: SubscriptionPageProps): Page {
  const { reader, customerName, listPath, path, subscription, problem, done } = props
  return appPage({
    ...props,
    title: `${subscription.planName} of ${customerName}`,
    body: html`
    ${trail('Where this is', [
      { name: 'Customers', path: '/customers' },
      { name: customerName, path: listPath.slice(0, -'/subscriptions'.length) },
      { name: 'Plans', path: listPath },
    ])}
    <header class="page-head"><div><h1 class="title">${subscription.planName} of ${customerName}</h1></div></header>
    ${done === undefined ? '' : notice({ icon: 'check', words: done })}
    ${subscriptionPart(reader, { ...subscription, staffPath: undefined, changes: [] }, { isOnly: true, index: 0 })}
    <div class="pair part">
      <form class="box" action="${path}/renew" method="post" aria-labelledby="renew">
        <h2 id="renew">Renew it</h2>
        ${problem === undefined ? '' : html`<p class="wrong" role="alert">${problem}</p>`}
        ${validityFields('extend', props.renewWords)}
        <p class="row"><button class="button primary">${icon('rotate-ccw')}Renew</button></p>
      </form>
      <section aria-labelledby="end">
        ${partHead({ id: 'end', title: 'End it' })}
        <p>${props.isEnded ? 'It has ended. Renewing it lets computers back up again.' : 'Computers are not backed up any more after it. What is backed up stays, and can be restored.'}</p>
        ${props.isEnded ? '' : html`<form action="${path}/end" method="post"><p class="row"><button class="button danger" name="when" value="today">End it with today</button><button class="button danger" name="when" value="now">End it now</button></p></form>`}
      </section>
    </div>
    ${changesLedger(reader, subscription.changes)}`,
  })
}
