import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type CheckedCustomerRow = {
  readonly name: string
  readonly number: string
  /** Of the newest check; undefined before the first one. */
  readonly checkedAtMs: number | undefined
  /** Every byte was read since then; undefined while nothing was read. */
  readonly oldestReadAtMs: number | undefined
  readonly bytes: number
  readonly versions: number
  readonly faults: number
  readonly damagedVersions: number
}

export type DamageRow = {
  readonly customer: string
  readonly what: string
  /** The beginning of its id, for the log and the command line. */
  readonly id: string
  readonly why: string
  /** Not merely one of two. */
  readonly isLost: boolean
}

export type DamagedVersionRow = { readonly computer: string; readonly job: string; readonly takenAtMs: number }

export type CheckPageProps = PageContext & {
  readonly viewer: Viewer
  readonly customers: readonly CheckedCustomerRow[]
  readonly hasMore: boolean
  /** The first of it. */
  readonly damage: readonly DamageRow[]
  readonly versions: readonly DamagedVersionRow[]
  /** Arrived, and not opened yet. */
  readonly backlog: { readonly files: number; readonly bytes: number }
  /** The title of the work that is under way or waits. */
  readonly running: string | undefined
  /** What the last repair said. */
  readonly repaired: { readonly atMs: number; readonly words: string } | undefined
}

/** Whether everything that is stored is whole, how that is known, and what to do where it is not. */
export function checkPage(props: CheckPageProps): Page {
  const { reader, customers, damage, versions, running, repaired } = props
  const isHurt = customers.some(({ faults }) => faults > 0)
  return appPage({
    ...props,
    title: 'Check',
    place: 'storage',
    body: html`
    ${trail('Where this page is', [{ name: 'Storage', path: '/storage' }])}
    <header class="page-head"><div>${headOf(props)}</div></header>
    ${running === undefined ? '' : notice({ icon: 'refresh-cw', words: html`${running} is under way.`, action: html`<a class="button small" href="/storage">Progress</a>` })}
    ${running === undefined && repaired !== undefined ? notice({ icon: 'check', words: html`Last repair, ${whenInSentence(reader, repaired.atMs)}: ${repaired.words}` }) : ''}
    ${isHurt ? repairBox(versions.length > 0) : ''}
    ${damage.length === 0 ? '' : damagePart(damage)}
    ${versions.length === 0 ? '' : versionsPart(reader, versions)}
    ${customersPart(props)}
    ${readPart(isHurt)}`,
  })
}

function headOf({ reader, customers, backlog }: CheckPageProps): Html {
  const checked = customers.filter(({ checkedAtMs }) => checkedAtMs !== undefined)
  const waiting =
    backlog.files === 0
      ? 'All that arrived has been opened.'
      : `${waits(reader, backlog)} to be opened; nothing waits longer than a day.`
  if (checked.length === 0)
    return sentence({ state: 'none', says: 'Nothing has been checked yet.', small: ['The first check comes tonight.', waiting] })
  const faults = checked.reduce((sum, row) => sum + row.faults, 0)
  const versions = checked.reduce((sum, row) => sum + row.damagedVersions, 0)
  const lastMs = Math.max(...checked.map(({ checkedAtMs }) => checkedAtMs ?? 0))
  const since = `Last looked at ${whenInSentence(reader, lastMs)}.`
  if (faults === 0) return sentence({ state: 'ok', says: 'Everything that is stored is whole.', small: [since, waiting] })
  if (versions === 0)
    return sentence({
      state: 'partial',
      says: `${countOf(reader, faults, 'fault')}, and every version can still be restored whole.`,
      small: [since],
    })
  return sentence({
    state: 'failed',
    says: `${countOf(reader, versions, 'version')} cannot be restored whole.`,
    small: [`${countOf(reader, faults, 'fault')} found. ${since}`, 'Everything else is as it was.'],
  })
}

function waits(reader: Reader, { files, bytes }: CheckPageProps['backlog']): string {
  return `${countOf(reader, files, 'file')} of ${sizeText(reader, bytes)} ${files === 1 ? 'waits' : 'wait'}`
}

function repairBox(isSomethingLost: boolean): Html {
  return html`<form class="box part" action="/storage/check/repair" method="post" aria-labelledby="repair">
      <h2 id="repair">Repair what can be repaired</h2>
      <p>Everything that is whole in any copy is saved: from the second file of a pair, from a second copy elsewhere, record by record. Damaged files are put aside, nothing is deleted.</p>
      ${isSomethingLost ? html`<p>What no copy holds any more is asked of the computers: their next backup sends it again where they still have it. <code>bin/holdfast check</code> on the box names the files.</p>` : ''}
      <p class="row"><button class="button primary">${icon('check')}Repair now</button></p>
    </form>`
}

function damagePart(damage: readonly DamageRow[]): Html {
  return html`<section class="part" aria-labelledby="damage">
      ${partHead({ id: 'damage', title: 'What was found' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">What</th><th scope="col">State</th><th scope="col" class="wide">Account</th><th scope="col" class="wider">Begins with</th></tr></thead>
          <tbody>${damage.map(damageRow)}
          </tbody>
        </table>
      </div>
    </section>`
}

function damageRow({ what, why, id, customer, isLost }: DamageRow): Html {
  return html`
            <tr>
              <th scope="row">${what}${why === '' ? '' : html`<span class="sub">${why}</span>`}<span class="narrow sub">${customer}</span></th>
              <td>${isLost ? stateBadge('failed', 'Damaged') : stateBadge('partial', 'Nothing lost')}</td>
              <td class="wide"><span class="name">${customer}</span></td>
              <td class="wider"><code>${id}</code></td>
            </tr>`
}

function versionsPart(reader: Reader, versions: readonly DamagedVersionRow[]): Html {
  return html`<section class="part" aria-labelledby="versions">
      ${partHead({ id: 'versions', title: 'Versions that are not whole' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Version of</th><th scope="col">Computer</th><th scope="col" class="wide">Backup plan</th></tr></thead>
          <tbody>${versions.map(
            ({ computer, job, takenAtMs }) => html`
            <tr>
              <th scope="row" class="when">${timeTag(takenAtMs, whenText(reader, takenAtMs))}<span class="narrow sub">${job}</span></th>
              <td><span class="name">${computer}</span></td>
              <td class="wide"><span class="name">${job}</span></td>
            </tr>`,
          )}
          </tbody>
        </table>
      </div>
    </section>`
}

function customersPart({ reader, customers, hasMore }: CheckPageProps): Html {
  return html`<section class="part" aria-labelledby="customers">
      ${partHead({ id: 'customers', title: 'Account by account' })}
      ${customers.length === 0 ? html`<p class="prose">Nothing is stored yet.</p>` : customersLedger(reader, customers)}
      ${hasMore ? html`<p class="hint more-link">There are more. <code>bin/holdfast check</code> goes through all of them.</p>` : ''}
    </section>`
}

function customersLedger(reader: Reader, customers: readonly CheckedCustomerRow[]): Html {
  return html`<div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Account</th><th scope="col">State</th><th scope="col" class="wide">Checked</th><th scope="col" class="wider">Every byte read since</th><th scope="col" class="num wide">Stored</th><th scope="col" class="num wider">Versions</th></tr></thead>
          <tbody>${customers.map((row) => customerRow(reader, row))}
          </tbody>
        </table>
      </div>`
}

function customerRow(reader: Reader, row: CheckedCustomerRow): Html {
  const when = (atMs: number | undefined) => (atMs === undefined ? 'Not yet' : timeTag(atMs, whenText(reader, atMs)))
  return html`
            <tr>
              <th scope="row"><span class="name">${row.name}</span><span class="sub id">${row.number}</span><span class="narrow sub">${when(row.checkedAtMs)}</span></th>
              <td>${badgeOf(reader, row)}</td>
              <td class="wide when">${when(row.checkedAtMs)}</td>
              <td class="wider when">${when(row.oldestReadAtMs)}</td>
              <td class="num wide">${sizeText(reader, row.bytes)}</td>
              <td class="num wider">${row.versions}</td>
            </tr>`
}

function badgeOf(reader: Reader, { checkedAtMs, faults, damagedVersions }: CheckedCustomerRow): Html {
  if (checkedAtMs === undefined) return stateBadge('none', 'Not checked yet')
  if (faults === 0) return stateBadge('ok', 'Whole')
  return stateBadge(damagedVersions > 0 ? 'failed' : 'partial', countOf(reader, faults, 'fault'))
}

function readPart(isHurt: boolean): Html {
  return html`<section class="part" aria-labelledby="read">
      ${partHead({ id: 'read', title: 'Read everything now' })}
      <p>Each night every stored file is looked at, and a part of them read, so that every byte is opened within 30 days. This reads all of them at once, as the disk allows; backups and restores go on meanwhile.</p>
      <form action="/storage/check/run" method="post"><p class="row"><button class="button${isHurt ? '' : ' primary'}">${icon('search')}Read everything now</button></p></form>
    </section>`
}
