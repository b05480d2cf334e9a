import { html } from 'hono/html'
import { countOf, countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, timeText, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { barcode, barcodeScale } from '../partials/barcode.ts'
import { gauge, percentText } from '../partials/gauge.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { stateBadge } from '../partials/state.ts'
import { type TermsProps, type TermsRow, termsRows } from '../partials/terms.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type RehearsedComputerProps = {
  readonly id: string
  readonly name: string
  readonly staying: number
  readonly going: number
  readonly freedBytes: number | undefined
  readonly storedBytes: number
  readonly lastSeenAtMs: number
  readonly hasOwnRules: boolean
  readonly hasPlace: boolean
  readonly versions: readonly { readonly atMs: number; readonly isGoing: boolean }[]
}

export type RehearsalProps = {
  readonly before: TermsProps
  readonly after: TermsProps
  readonly computers: readonly RehearsedComputerProps[]
  readonly computersLeftOut: number
  readonly going: number
  readonly staying: number
  readonly freedBytes: number | undefined
  readonly usedBytes: number
  readonly usedAfterBytes: number
  readonly fullAtMs: { readonly before: number | undefined; readonly after: number | undefined }
  /** How many computers must stop. */
  readonly over: number
  readonly places: number
  readonly listPath: string
}

export type PlanChangePageProps = PageContext & {
  readonly viewer: Viewer
  readonly customerName: string
  readonly planName: string
  readonly path: string
  readonly backPath: string
  readonly planId: string | undefined
  /** Whether pressing the button changes the plan, or writes to those who may. */
  readonly may: 'apply' | 'ask'
  readonly plans: readonly { readonly id: string; readonly terms: TermsProps }[]
  readonly rehearsal:
    | (RehearsalProps & {
        readonly seenRevision: number
        readonly stop: readonly string[]
        readonly undoUntilMs: number
        readonly owners: readonly string[]
      })
    | undefined
  readonly problem: string | undefined
  readonly asked: string | undefined
}

/** What another plan would mean, on the backups as they are; and the change itself, which can be undone for a week. */
export function planChangePage(props: PlanChangePageProps): Page {
  const { reader, planName, rehearsal, backPath } = props
  return appPage({
    ...props,
    title: rehearsal === undefined ? 'Another plan' : `${planName} to ${rehearsal.after.name}`,
    place: 'account',
    body: html`
    ${trail('Where this is', [{ name: 'Plan', path: backPath }, ...(rehearsal === undefined ? [] : [{ name: 'Another plan', path: props.path }])])}
    <header class="page-head"><div>${
      rehearsal === undefined
        ? sentence({ says: `Another plan instead of ${planName}?`, small: ['Nothing changes by looking.'] })
        : html`${rehearsalSentence(reader, rehearsal)}<p class="lead">This is a rehearsal of ${planName} to ${rehearsal.after.name}, on the backups as they are today at ${timeText(reader, reader.nowMs)}. The newest version of every file stays, and so does everything that is pinned.</p>`
    }</div></header>
    ${props.asked === undefined ? '' : html`<p class="notice part" role="status">${icon('check')}<span>${props.asked}</span></p>`}
    ${rehearsal === undefined ? plansPart(props) : html`${comparison(reader, rehearsal)}${versionsPart(reader, rehearsal)}${decidePart(props, rehearsal)}`}`,
  })
}

export function rehearsalSentence(
  reader: Reader,
  { after, going, freedBytes }: Pick<RehearsalProps, 'after' | 'going' | 'freedBytes'>,
): Html {
  const small = ['Nothing has changed yet.']
  if (going === 0) return sentence({ says: `${after.name} would remove no version.`, small })
  const frees = freedBytes === undefined || freedBytes === 0 ? '' : ` and free ${sizeText(reader, freedBytes)}`
  return sentence({ says: `${after.name} would remove ${countOf(reader, going, 'version')}${frees}.`, small })
}

function plansPart({ reader, path, plans }: PlanChangePageProps): Html {
  if (plans.length === 0) return html`<p class="prose part">There is no other plan that is sold today.</p>`
  return html`<section class="part" aria-labelledby="plans">
      ${partHead({ id: 'plans', title: 'Plans that are sold' })}
      <div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">Plan</th><th scope="col" class="num">Space</th><th scope="col" class="num wide">Computers</th><th scope="col" class="wide">Price</th><th scope="col"><span class="vh">What to do</span></th></tr></thead>
        <tbody>${plans.map(
          ({ id, terms }) => html`
          <tr><th scope="row">${terms.name}<span class="narrow sub">${countOf(reader, terms.devicesMax, 'computer')}</span></th><td class="num">${sizeText(reader, terms.quotaBytes)}</td><td class="num wide">${countText(reader, terms.devicesMax)}</td><td class="wide">${terms.priceText === '' ? 'Not set' : terms.priceText}</td><td class="acts"><a class="button small" href="${path}?plan=${id}">See<span class="label"> what ${terms.name} would do</span></a></td></tr>`,
        )}</tbody>
      </table></div>
    </section>`
}

/** Then and now side by side, and the space beside it. */
export function comparison(reader: Reader, rehearsal: RehearsalProps): Html {
  const { before, after } = rehearsal
  const both = [before, after]
  const now = termsRows(reader, before, both)
  const then = termsRows(reader, after, both)
  return html`
    <div class="pair part">
      <section class="part" aria-labelledby="plans">
        ${partHead({ id: 'plans', title: before.name === after.name ? 'What changes' : 'The two plans' })}
        <div class="ledger-wrap">
          <table class="ledger">
            <thead><tr><td></td><th scope="col">${before.name}, now</th><th scope="col">${after.name}, then</th></tr></thead>
            <tbody>${now.map((row, index) => comparedRow(row, then[index]!, rehearsal))}
            </tbody>
          </table>
        </div>
      </section>
      <section class="part" aria-labelledby="space">
        ${partHead({ id: 'space', title: 'Space' })}
        <p class="figure"><b>${sizeText(reader, rehearsal.usedBytes)}</b> of ${sizeText(reader, before.quotaBytes)} now</p>
        ${gauge(reader, { usedBytes: rehearsal.usedBytes, quotaBytes: before.quotaBytes, scaleBytes: scaleOf(rehearsal) })}
        <p class="figure"><b>${sizeText(reader, rehearsal.usedAfterBytes)}</b> of ${sizeText(reader, after.quotaBytes)} then, ${percentText(reader, rehearsal.usedAfterBytes / after.quotaBytes)}</p>
        ${gauge(reader, { usedBytes: rehearsal.usedAfterBytes, quotaBytes: after.quotaBytes, scaleBytes: scaleOf(rehearsal), goneBytes: rehearsal.freedBytes ?? 0 })}
        ${fullWords(reader, rehearsal)}
      </section>
    </div>`
}

function scaleOf({ before, after, usedBytes }: RehearsalProps): number {
  return Math.max(before.quotaBytes, after.quotaBytes, usedBytes)
}

function comparedRow(now: TermsRow, then: TermsRow, { over }: RehearsalProps): Html {
  const more = now.label === 'Computers' && over > 0 ? `, ${countWords(over)} too many today` : ''
  return html`
              <tr><th scope="row">${now.label}</th><td>${now.words}</td><td>${changed(now, then)}${more}</td></tr>`
}

function countWords(count: number): string {
  return ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'][count] ?? String(count)
}

function changed(now: TermsRow, then: TermsRow): Html | string {
  if (now.words === then.words) return then.words
  if (now.rank === undefined || then.rank === undefined || now.rank === then.rank) return html`<b>${then.words}</b>`
  return then.rank < now.rank
    ? html`<span class="less">${icon('arrow-down')}<span class="vh">Less: </span>${then.words}</span>`
    : html`<span class="more">${icon('arrow-up')}<span class="vh">More: </span>${then.words}</span>`
}

function fullWords(reader: Reader, { usedAfterBytes, after, before, fullAtMs, freedBytes }: RehearsalProps): Html {
  const counted =
    freedBytes === undefined
      ? html`<p class="hint">What it frees took too long to count; the space is shown as if nothing came free.</p>`
      : ''
  if (usedAfterBytes >= after.quotaBytes)
    return html`<p>${stateBadge('failed', `Full at once.`)} New backups are refused until there is room; what is backed up stays.</p>${counted}`
  if (fullAtMs.after === undefined)
    return html`<p class="hint">At the pace of the last sixty days it does not fill, or it is too early to tell.</p>${counted}`
  const other =
    fullAtMs.before === undefined
      ? `${before.name} would not fill at that pace.`
      : `${before.name} would last until ${dateText(reader, fullAtMs.before)}.`
  return html`<p>${stateBadge(fullAtMs.after < (fullAtMs.before ?? Number.POSITIVE_INFINITY) ? 'partial' : 'ok', `Full about ${dateText(reader, fullAtMs.after)}.`)} ${other}</p>${counted}`
}

/** Where it hurts, computer by computer. */
export function versionsPart(reader: Reader, rehearsal: RehearsalProps): Html {
  const { computers, going, staying, freedBytes, listPath } = rehearsal
  if (computers.length === 0)
    return html`<section class="part" aria-labelledby="versions">${partHead({ id: 'versions', title: 'Which versions go' })}<p class="prose">No computer is on this plan yet.</p></section>`
  const oldestMs = computers
    .flatMap(({ versions }) => versions)
    .reduce((oldest, { atMs }) => Math.min(oldest, atMs), reader.nowMs - 1)
  const scale = { oldestMs, nowMs: reader.nowMs }
  const legend = html`<ul class="legend"><li class="key"><svg class="barcode" width="14" height="16" viewBox="0 8 14 16" aria-hidden="true"><g class="stay"><line x1="3" x2="3" y1="8" y2="23"/><line x1="9" x2="9" y1="8" y2="23"/></g></svg> Tall: stays</li><li class="key"><svg class="barcode" width="14" height="16" viewBox="0 8 14 16" aria-hidden="true"><g class="go"><line x1="3" x2="3" y1="15" y2="23"/><line x1="9" x2="9" y1="15" y2="23"/></g></svg> Short: goes</li></ul>`
  const list =
    going === 0
      ? ''
      : html`<a class="end" href="${listPath}">${icon('download')} The whole list, ${countOf(reader, going, 'line')}</a>`
  return html`
    <section class="part" aria-labelledby="versions">
      ${partHead({ id: 'versions', title: 'Which versions go', beside: html`${legend}${list}` })}
      <div class="ledger-wrap">
        <table class="ledger versions">
          <thead><tr><th scope="col">Computer</th><th scope="col" class="wide lines"><span class="vh">Versions over time</span>${barcodeScale(scale)}</th><th scope="col" class="num wide">Now</th><th scope="col" class="num">Stay</th><th scope="col" class="num">Go</th><th scope="col" class="num">Freed</th></tr></thead>
          <tbody>${computers.map((computer) => computerRow(reader, computer, scale))}
          </tbody>
          <tfoot><tr><th scope="row">Together</th><td class="wide"></td><td class="num wide">${countText(reader, going + staying)}</td><td class="num">${countText(reader, staying)}</td><td class="num">${goes(reader, going)}</td><td class="num">${freedText(reader, freedBytes)}</td></tr></tfoot>
        </table>
      </div>
      ${rehearsal.computersLeftOut === 0 ? '' : html`<p class="hint">And ${countOf(reader, rehearsal.computersLeftOut, 'computer')} more; the last line counts them, too.</p>`}
      <p class="hint more-link">Freed is what nothing else needs. What two computers share comes free with both, so together may be more.</p>
    </section>`
}

function computerRow(reader: Reader, computer: RehearsedComputerProps, scale: Parameters<typeof barcode>[1]): Html {
  const { name, going, staying, hasOwnRules } = computer
  return html`
            <tr><th scope="row"><bdi class="name">${name}</bdi>${hasOwnRules ? html`<span class="sub">Has rules of its own</span>` : ''}</th><td class="wide lines">${barcode(computer.versions, scale)}</td><td class="num wide">${countText(reader, going + staying)}</td><td class="num">${countText(reader, staying)}</td><td class="num">${goes(reader, going)}</td><td class="num">${freedText(reader, computer.freedBytes)}</td></tr>`
}

function goes(reader: Reader, going: number): Html | string {
  return going === 0 ? countText(reader, 0) : html`<span class="less">${countText(reader, going)}</span>`
}

function freedText(reader: Reader, bytes: number | undefined): string {
  return bytes === undefined ? 'Not counted' : sizeText(reader, bytes)
}

function decidePart(props: PlanChangePageProps, rehearsal: NonNullable<PlanChangePageProps['rehearsal']>): Html {
  const { reader, customerName, planName, path, backPath, planId, may, problem } = props
  const { after, owners } = rehearsal
  const isLess = rehearsal.going > 0 || rehearsal.over > 0
  const title = may === 'apply' ? `Change ${customerName} to ${after.name}` : `Ask for ${after.name}`
  return html`
    <form class="box roomy part decide" action="${path}" method="post" aria-labelledby="decide">
      <h2 id="decide">${title}</h2>
      ${problem === undefined ? '' : html`<p class="wrong" role="alert">${problem}</p>`}
      <input type="hidden" name="plan" value="${planId}"><input type="hidden" name="seen" value="${rehearsal.seenRevision}">
      ${
        may === 'ask'
          ? html`<p class="prose">Whoever looks after this box gets a letter with your wish, and the way to this rehearsal. Nothing changes before they act.</p>`
          : html`<div class="choices">
        ${stopChoices(reader, rehearsal)}
        <div>
          <h3>What happens, and when</h3>
          <ol class="steps">
            <li><h3>At once</h3><p>The new limits count.${owners.length === 0 ? '' : ` ${listText(reader, owners)} ${owners.length === 1 ? 'gets' : 'get'} a letter with these numbers, if you wish.`}</p></li>
            <li><h3>Until ${whenText(reader, rehearsal.undoUntilMs)}</h3><p>One click undoes it all. ${rehearsal.going === 0 ? 'Nothing is removed.' : `The ${countOf(reader, rehearsal.going, 'version')} stay where they are.`}</p></li>
            <li><h3>After that</h3><p>${afterWords(reader, rehearsal)}</p></li>
          </ol>
        </div>
      </div>`
      }
      <div class="row">
        ${
          may === 'ask'
            ? html`<button class="button primary" name="step" value="ask">Ask for ${after.name}</button>`
            : html`<button class="button ${isLess ? 'danger' : 'primary'}" name="step" value="apply">Change to ${after.name}, with 7 days to undo</button>`
        }
        <a class="button" href="${backPath}">Keep ${planName}</a>
        ${may === 'ask' || owners.length === 0 ? '' : html`<label class="check"><input type="checkbox" name="letter" value="yes" checked> Write to ${listText(reader, owners)}</label>`}
      </div>
    </form>`
}

function afterWords(reader: Reader, { going, freedBytes }: RehearsalProps): string {
  if (going === 0) return 'The rules of the new plan decide alone.'
  const frees = freedBytes === undefined || freedBytes === 0 ? '' : ` Then ${sizeText(reader, freedBytes)} come free within days.`
  return `They go into the bin, where they lie for seven more days before they are removed for good.${frees}`
}

function stopChoices(
  reader: Reader,
  { over, computers, after, stop, places }: NonNullable<PlanChangePageProps['rehearsal']>,
): Html {
  if (over === 0)
    return html`<div><h3>Computers</h3><p>${after.name} holds ${countOf(reader, after.devicesMax, 'computer')}; ${places === 1 ? '1 backs up' : `${countText(reader, places)} back up`} today. Nothing stops.</p></div>`
  const which = over === 1 ? 'Which one stops backing up?' : `Which ${countText(reader, over)} stop backing up?`
  return html`<fieldset class="stack">
          <legend>${after.name} holds ${countOf(reader, after.devicesMax, 'computer')}. ${which}</legend>
          ${computers
            .filter(({ hasPlace }) => hasPlace)
            .map(
              (computer) =>
                html`<label class="check"><input type="checkbox" name="stop[]" value="${computer.id}"${stop.includes(computer.id) ? html` checked` : ''}><span><bdi>${computer.name}</bdi> <span class="sub">${sizeText(reader, computer.storedBytes)} sent, heard from ${whenText(reader, computer.lastSeenAtMs)}</span></span></label>`,
            )}
          <p class="hint">Their versions stay, and can be restored, for as long as ${after.name} keeps them.</p>
        </fieldset>`
}

function listText(reader: Reader, names: readonly string[]): string {
  return new Intl.ListFormat(reader.locale).format(names)
}
