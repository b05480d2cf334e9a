import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type ChoreProps, choreProgress } from '../partials/chores.ts'
import { facts } from '../partials/facts.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type PruneAmount = { readonly packs: number; readonly bytes: number }

/** Of one account: what a run would do, what the last one did, and what it would not do. */
export type PruneAccount = {
  readonly uid: string
  readonly name: string
  readonly plan:
    | {
        readonly atMs: number
        readonly versions: number
        readonly stored: PruneAmount
        readonly neededBytes: number
        readonly held: PruneAmount
        readonly condemn: PruneAmount
        readonly trash: PruneAmount
        readonly repack: PruneAmount
        readonly purge: PruneAmount
        readonly waitingInTrash: PruneAmount
        readonly reclaimableBytes: number
      }
    | undefined
  readonly result: { readonly atMs: number; readonly freedBytes: number; readonly trashedBytes: number } | undefined
  readonly refusal: { readonly atMs: number; readonly words: string; readonly isConfirmable: boolean } | undefined
}

export type PrunePageProps = PageContext & {
  readonly viewer: Viewer
  readonly chore: ChoreProps
  readonly accounts: readonly PruneAccount[]
  /** What the plans together show could go without any wait: the number that confirms it. */
  readonly reclaimableBytes: number
  /** What was typed was another number. */
  readonly problem: string | undefined
}

/** Freeing space: what would go, what went, and the way to have it at once. */
export function prunePage(props: PrunePageProps): Page {
  const { reader, accounts, chore } = props
  const isBusy = chore.state === 'running' || chore.state === 'queued'
  return appPage({
    ...props,
    title: 'Freeing space',
    place: 'storage',
    body: html`
    ${trail('Where this page is', [{ name: 'Storage', path: '/storage' }])}
    <header class="page-head"><div>${headOf(props)}</div></header>
    ${refusals(reader, accounts)}
    ${isBusy ? progressPart(reader, chore) : ''}
    <section class="part" aria-labelledby="plan">
      ${partHead({ id: 'plan', title: 'What a run would do now', beside: isBusy ? html`` : planButton() })}
      ${accounts.every(({ plan }) => plan === undefined) ? html`<p class="hint">Nobody has looked yet. Making a plan touches nothing.</p>` : planLedger(reader, accounts)}
    </section>
    <section class="part" aria-labelledby="result">
      ${partHead({ id: 'result', title: 'What the last run did' })}
      ${accounts.every(({ result }) => result === undefined) ? html`<p class="hint">There was none yet. It comes every night.</p>` : resultLedger(reader, accounts)}
    </section>
    ${isBusy || props.reclaimableBytes === 0 ? '' : nowPart(props)}`,
  })
}

function headOf({ reader, accounts, chore }: PrunePageProps): Html {
  if (accounts.some(({ refusal }) => refusal !== undefined))
    return sentence({
      state: 'partial',
      says: 'The box freed nothing, to be on the safe side.',
      small: ['Nothing is lost by it. Why, and what to do, stands below.'],
    })
  if (chore.state === 'running')
    return sentence({ state: 'running', says: 'Space is being freed.', small: ['Backups and restores go on meanwhile.'] })
  const freed = accounts.reduce((sum, { result }) => sum + (result?.freedBytes ?? 0), 0)
  const last = accounts.reduce((latest, { result }) => Math.max(latest, result?.atMs ?? 0), 0)
  if (last === 0)
    return sentence({
      state: 'none',
      says: 'Nothing had to go yet.',
      small: ['Every night the box looks for what no version needs any more.'],
    })
  return sentence({
    state: 'ok',
    says: `The last run freed ${sizeText(reader, freed)}.`,
    small: [`It ended ${whenInSentence(reader, last)}.`],
  })
}

function planButton(): Html {
  return html`<form action="/storage/prune/plan" method="post"><button class="button small">${icon('refresh-cw')}Make a new plan</button></form>`
}

function progressPart(reader: Reader, chore: ChoreProps): Html {
  const words =
    chore.progress === undefined
      ? html`<p class="hint">Waits for its turn.</p>`
      : choreProgress(reader, chore.title, chore.progress)
  return html`<section class="part" id="progress" aria-labelledby="progress-title" hx-get="/storage/prune" hx-trigger="every 2s" hx-select="#main" hx-target="#main" hx-swap="outerHTML">
      ${partHead({ id: 'progress-title', title: 'Under way' })}
      ${words}
      <form action="/storage/chores/prune/cancel" method="post"><p class="row"><button class="button small">${icon('square')}Stop</button></p></form>
    </section>`
}

function refusals(reader: Reader, accounts: readonly PruneAccount[]): Html {
  const refused = accounts.filter(({ refusal }) => refusal !== undefined)
  return html`${refused.map(({ uid, name, refusal }) =>
    notice({
      icon: 'triangle-alert',
      state: 'partial',
      words: html`<b>${name}</b>, ${timeTag(refusal!.atMs, whenText(reader, refusal!.atMs))}: ${refusal!.words}`,
      ...(refusal!.isConfirmable ? { action: allowButton(uid, name) } : {}),
    }),
  )}${refused.filter(({ refusal }) => refusal!.isConfirmable).map(({ uid }) => allowForm(uid))}`
}

/** A form cannot stand inside the notice's paragraph; its button can. */
function allowForm(uid: string): Html {
  return html`<form id="allow-${uid}" action="/storage/prune/allow" method="post"><input type="hidden" name="uid" value="${uid}"></form>`
}

function allowButton(uid: string, name: string): Html {
  return html`<button class="button small" form="allow-${uid}">This is right<span class="vh">: ${name}</span></button>`
}

function planLedger(reader: Reader, accounts: readonly PruneAccount[]): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Account</th><th scope="col" class="num">Stored</th><th scope="col" class="num wide">Needed</th><th scope="col" class="num wide">Goes into the trash</th><th scope="col" class="num wide">Put together anew</th><th scope="col" class="num wide">Goes for good</th><th scope="col" class="num wider">Waits in the trash</th><th scope="col" class="wider">As of</th></tr></thead>
          <tbody>${accounts.map((account) => planRow(reader, account))}
          </tbody>
        </table>
      </div>`
}

function planRow(reader: Reader, { name, plan }: PruneAccount): Html {
  if (plan === undefined)
    return html`
            <tr><th scope="row"><span class="name">${name}</span></th><td colspan="7">No plan yet</td></tr>`
  const held =
    plan.held.packs === 0
      ? ''
      : html`<span class="sub">${sizeText(reader, plan.held.bytes)} kept for running and interrupted backups</span>`
  const condemn =
    plan.condemn.packs === 0 ? '' : html`<span class="sub">${sizeText(reader, plan.condemn.bytes)} would be condemned</span>`
  return html`
            <tr>
              <th scope="row"><span class="name">${name}</span><span class="sub">${countOf(reader, plan.versions, 'version')}</span>${held}${condemn}<span class="narrow sub">${sizeText(reader, plan.trash.bytes)} into the trash, ${sizeText(reader, plan.purge.bytes)} for good</span></th>
              <td class="num">${amount(reader, plan.stored)}</td>
              <td class="num wide">${sizeText(reader, plan.neededBytes)}</td>
              <td class="num wide">${amount(reader, plan.trash)}</td>
              <td class="num wide">${amount(reader, plan.repack)}</td>
              <td class="num wide">${amount(reader, plan.purge)}</td>
              <td class="num wider">${amount(reader, plan.waitingInTrash)}</td>
              <td class="wider when">${timeTag(plan.atMs, whenText(reader, plan.atMs))}</td>
            </tr>`
}

function amount(reader: Reader, { packs, bytes }: PruneAmount): Html {
  return html`${sizeText(reader, bytes)}<span class="sub">${countOf(reader, packs, 'file')}</span>`
}

function resultLedger(reader: Reader, accounts: readonly PruneAccount[]): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Account</th><th scope="col" class="num">Free again on the disk</th><th scope="col" class="num wide">Put into the trash</th><th scope="col" class="wide">Ended</th></tr></thead>
          <tbody>${accounts.map(
            ({ name, result }) => html`
            <tr>
              <th scope="row"><span class="name">${name}</span></th>
              ${
                result === undefined
                  ? html`<td colspan="3">Not yet</td>`
                  : html`<td class="num">${sizeText(reader, result.freedBytes)}</td><td class="num wide">${sizeText(reader, result.trashedBytes)}</td><td class="wide when">${timeTag(result.atMs, whenText(reader, result.atMs))}</td>`
              }
            </tr>`,
          )}
          </tbody>
        </table>
      </div>`
}

function nowPart({ reader, reclaimableBytes, problem }: PrunePageProps): Html {
  return html`<form class="box part" action="/storage/prune/now" method="post" aria-labelledby="now">
      <h2 id="now">Have it all at once</h2>
      <p>Usually what nobody needs waits a day, then seven more in the trash, so that a mistake can be taken back. Without the waits ${sizeText(reader, reclaimableBytes)} go for good, now. Versions, pins, the bin and running backups are not touched.</p>
      ${facts([{ label: 'Would be freed', value: countOf(reader, reclaimableBytes, 'byte') }])}
      <input type="hidden" name="bytes" value="${reclaimableBytes}">
      ${field({ name: 'confirmation', label: `Type ${reclaimableBytes} to confirm`, autocomplete: 'off', problem })}
      <p class="row"><button class="button danger">${icon('trash-2')}Free ${sizeText(reader, reclaimableBytes)} now</button></p>
    </form>`
}
