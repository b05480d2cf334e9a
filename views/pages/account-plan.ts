import { html } from 'hono/html'
import { countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { facts } from '../partials/facts.ts'
import { gauge } from '../partials/gauge.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import {
  lastDayText,
  licenceNotice,
  type QuotaKindProps,
  quotaNotice,
  type SpaceProps,
  spaceFacts,
  type WarningProps,
} from '../partials/plan-standing.ts'
import { sentence } from '../partials/sentence.ts'
import type { State } from '../partials/state.ts'
import { stateBadge } from '../partials/state.ts'
import { comingFeatures, type FeatureName, featureNames, intervalWords } from '../partials/terms.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type PlanComputerRow = {
  readonly name: string
  readonly path: string
  readonly versions: number
  readonly storedBytes: number
  /** What deleting it would free; undefined: not counted yet. */
  readonly freedByDeletingBytes: number | undefined
  readonly paused: 'person' | 'plan-limit' | undefined
  readonly isConnected: boolean
}

export type ChangeRow = {
  readonly atMs: number
  readonly by: string
  /** `Silver to Bronze`. */
  readonly words: string
  readonly undo:
    | { readonly kind: 'open'; readonly path: string | undefined; readonly changeId: string; readonly untilMs: number }
    | { readonly kind: 'undone'; readonly atMs: number; readonly by: string }
    | undefined
}

export type SubscriptionProps = {
  readonly id: string
  readonly planName: string
  readonly licenceKey: string
  readonly priceText: string
  readonly timeZone: string
  readonly validFromMs: number
  readonly validUntilMs: number | undefined
  readonly isStarted: boolean
  readonly warning: WarningProps | undefined
  readonly quota: { readonly kind: QuotaKindProps; readonly quotaBytes: number; readonly roomBytes: number }
  readonly space: SpaceProps
  /** At the pace of the last weeks; undefined: nobody can tell. */
  readonly fullAtMs: number | undefined
  readonly keptFor: string
  readonly minIntervalMinutes: number
  readonly features: readonly FeatureName[]
  readonly places: number
  readonly devicesMax: number
  readonly off: { readonly reason: string; readonly untilMs: number | undefined } | undefined
  readonly computers: readonly PlanComputerRow[]
  readonly computersLeftOut: number
  readonly changes: readonly ChangeRow[]
  /** For whoever may. */
  readonly switchPath: string | undefined
  readonly changePath: string | undefined
  readonly staffPath: string | undefined
}

export type AccountPlanPageProps = PageContext & {
  readonly viewer: Viewer
  readonly subscriptions: readonly SubscriptionProps[]
  /** What has just been done. */
  readonly done: string | undefined
}

/** What the account holds of each of its plans, until when, and what is used of it. */
export function accountPlanPage(props: AccountPlanPageProps): Page {
  const { reader, subscriptions, done } = props
  return appPage({
    ...props,
    title: 'Your plan',
    place: 'account',
    body: html`
    <header class="page-head"><div>${planSentence(reader, subscriptions)}</div></header>
    ${done === undefined ? '' : notice({ icon: 'check', words: done })}
    ${subscriptions.map((subscription, index) => subscriptionPart(reader, subscription, { isOnly: subscriptions.length === 1, index }))}`,
  })
}

function planSentence(reader: Reader, subscriptions: readonly SubscriptionProps[]): Html {
  const [first, another] = subscriptions
  if (first === undefined)
    return sentence({ says: 'This account has no plan.', small: ['Without one, no computer can be connected.'], state: 'none' })
  if (another !== undefined) return sentence({ says: `This account has ${countText(reader, subscriptions.length)} plans.` })
  const { planName, warning, quota, off } = first
  if (warning?.kind === 'expired')
    return sentence({ says: `${planName} has ended.`, small: ['What is backed up can be restored.'], state: 'failed' })
  if (off !== undefined) return sentence({ says: `Backups of ${planName} are paused.`, small: [off.reason], state: 'paused' })
  if (quota.kind === 'full')
    return sentence({ says: `${planName} is full.`, small: ['What is backed up stays.'], state: 'failed' })
  const until =
    first.validUntilMs === undefined
      ? 'It has no end.'
      : `Valid through ${lastDayText(reader, first.validUntilMs, first.timeZone)}.`
  return sentence({
    says: `${planName} has room for ${sizeText(reader, quota.roomBytes)} more.`,
    small: [until],
    state: quotaState(quota.kind, warning),
  })
}

function quotaState(kind: QuotaKindProps, warning: WarningProps | undefined): State {
  if (warning !== undefined) return 'partial'
  return kind === 'roomy' ? 'ok' : 'partial'
}

export function subscriptionPart(
  reader: Reader,
  subscription: SubscriptionProps,
  { isOnly, index }: { readonly isOnly: boolean; readonly index: number },
): Html {
  const { id, planName, warning, quota, space, off } = subscription
  const headId = `plan-${index}`
  return html`<section class="part" aria-labelledby="${headId}" id="${id}">
      ${partHead({ id: headId, title: isOnly ? `Plan ${planName}` : `${planName}, ${subscription.licenceKey}`, beside: pathsOf(subscription) })}
      ${warning === undefined ? '' : licenceNotice(reader, warning, planName)}
      ${quotaNotice(reader, quota.kind, quota.roomBytes)}
      ${
        off === undefined
          ? ''
          : notice({
              icon: 'circle-pause',
              state: 'paused',
              words: html`<b>Backups are paused${off.untilMs === undefined ? '' : ` until ${dateText(reader, off.untilMs)}`}.</b> <i>${off.reason}</i>`,
              ...(subscription.switchPath === undefined
                ? {}
                : { action: html`<a class="button small" href="${subscription.switchPath}">Take backups again</a>` }),
            })
      }
      <div class="split">
        <div class="flow">
          <div>
            <p class="figure"><b>${sizeText(reader, space.usedBytes)}</b> of ${sizeText(reader, quota.quotaBytes)} used</p>
            ${gauge(reader, { usedBytes: space.usedBytes, quotaBytes: quota.quotaBytes })}
            <p class="hint">${fullWords(reader, subscription)}</p>
          </div>
          ${computersLedger(reader, subscription)}
          ${changesLedger(reader, subscription.changes)}
        </div>
        <aside class="flow">
          <div>${spaceFacts(reader, space)}</div>
          ${facts(termFacts(reader, subscription))}
        </aside>
      </div>
    </section>`
}

function pathsOf({ changePath, switchPath, staffPath, off }: SubscriptionProps): Html {
  return html`<span class="row end">${changePath === undefined ? '' : html`<a class="button small" href="${changePath}">Another plan</a>`}${
    switchPath === undefined || off !== undefined
      ? ''
      : html`<a class="button small" href="${switchPath}">${icon('circle-pause')}Pause backups</a>`
  }${staffPath === undefined ? '' : html`<a class="button small" href="${staffPath}">Renew or end</a>`}</span>`
}

function fullWords(reader: Reader, { fullAtMs, quota }: SubscriptionProps): string {
  if (quota.kind === 'full') return 'Full.'
  const room = `Room for ${sizeText(reader, quota.roomBytes)} more.`
  if (fullAtMs === undefined) return `${room} At the pace of the last weeks it does not fill, or it is too early to tell.`
  return `${room} Full about ${dateText(reader, fullAtMs)}, at the pace of the last sixty days.`
}

function termFacts(reader: Reader, subscription: SubscriptionProps) {
  const { features, minIntervalMinutes, priceText, isStarted, validFromMs } = subscription
  const said = features.map((name) => `${featureNames[name]}${comingFeatures.includes(name) ? ' (once the box has it)' : ''}`)
  return [
    {
      label: 'Licence',
      value: html`${subscription.licenceKey.split('-').map((part, index) => html`${index === 0 ? '' : html`-<wbr>`}${part}`)}`,
    },
    ...(isStarted ? [] : [{ label: 'Valid from', value: dateText(reader, validFromMs) }]),
    { label: 'Valid through', value: lastDayText(reader, subscription.validUntilMs, subscription.timeZone) },
    { label: 'Computers', value: `${countText(reader, subscription.places)} of ${countText(reader, subscription.devicesMax)}` },
    { label: 'Kept for', value: subscription.keptFor },
    { label: 'Shortest interval', value: intervalWords(minIntervalMinutes) },
    { label: 'Besides', value: said.length === 0 ? 'Nothing' : said.join(', ') },
    ...(priceText === '' ? [] : [{ label: 'Price', value: priceText }]),
  ]
}

function computersLedger(reader: Reader, { computers, computersLeftOut }: SubscriptionProps): Html {
  if (computers.length === 0) return html`<p class="prose">No computer is on this plan yet.</p>`
  return html`<div class="ledger-wrap"><table class="ledger">
            <caption class="vh">Computers on this plan</caption>
            <thead><tr><th scope="col">Computer</th><th scope="col" class="num wide">Versions</th><th scope="col" class="num wide">Sent</th><th scope="col" class="num">Deleting it frees</th></tr></thead>
            <tbody>${computers.map((computer) => computerRow(reader, computer))}</tbody>
          </table></div>${computersLeftOut === 0 ? '' : html`<p class="hint">And ${countText(reader, computersLeftOut)} more.</p>`}`
}

function computerRow(reader: Reader, computer: PlanComputerRow): Html {
  const frees = computer.freedByDeletingBytes === undefined ? 'Counted tonight' : sizeText(reader, computer.freedByDeletingBytes)
  const paused =
    computer.paused === undefined
      ? ''
      : html` ${stateBadge('paused', computer.paused === 'plan-limit' ? 'No place in the plan' : 'Paused')}`
  return html`
              <tr><th scope="row"><a class="name" href="${computer.path}">${computer.name}</a>${paused}${computer.isConnected ? '' : html`<span class="sub">Not connected any more</span>`}<span class="narrow sub">${sizeText(reader, computer.storedBytes)} sent</span></th><td class="num wide">${countText(reader, computer.versions)}</td><td class="num wide">${sizeText(reader, computer.storedBytes)}</td><td class="num">${frees}</td></tr>`
}

export function changesLedger(reader: Reader, changes: readonly ChangeRow[]): Html | string {
  if (changes.length === 0) return ''
  return html`<div><h3>What was changed</h3><ol class="times">${changes.map(
    (change) => html`
            <li>${timeTag(change.atMs, whenText(reader, change.atMs))}<div>${change.words}<span class="sub">${change.by}</span>${undoWords(reader, change.undo)}</div></li>`,
  )}</ol></div>`
}

function undoWords(reader: Reader, undo: ChangeRow['undo']): Html | string {
  if (undo === undefined) return ''
  if (undo.kind === 'undone') return html`<span class="sub">Undone ${whenInSentence(reader, undo.atMs)} by ${undo.by}</span>`
  const until = html`<span class="sub">Can be undone until ${whenText(reader, undo.untilMs)}</span>`
  if (undo.path === undefined) return until
  return html`${until}<form action="${undo.path}" method="post"><input type="hidden" name="change" value="${undo.changeId}"><button class="button small">${icon('rotate-ccw')}Undo</button></form>`
}
