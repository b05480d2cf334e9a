import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type ChoreProps, choresPart } from '../partials/chores.ts'
import { field } from '../partials/field.ts'
import { partHead } from '../partials/part-head.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type MovableProps = {
  readonly customer: string
  readonly number: string
  readonly folder: string
  /** Sealed bytes of its packs. */
  readonly storedBytes: number
}

export type MovePageProps = PageContext & {
  readonly viewer: Viewer
  readonly movables: readonly MovableProps[]
  readonly underWay: { readonly customer: string; readonly to: string; readonly canBeGivenUp: boolean } | undefined
  readonly chore: ChoreProps
}

/** Where each customer's backups lie, and how to bring them elsewhere. */
export function movePage(props: MovePageProps): Page {
  const { reader, movables, underWay, chore } = props
  return appPage({
    ...props,
    title: 'Move backups to another disk',
    place: 'storage',
    body: html`
    ${trail('Where this page belongs', [{ path: '/storage', name: 'Storage' }])}
    <header class="page-head"><div>
      <h1 class="title">Move backups to another disk</h1>
      <p class="lead">Backups and restores go on meanwhile. Everything is copied and read back before the box switches; the old files are removed last.</p>
    </div></header>
    ${underWay === undefined ? '' : underWayPart(reader, underWay, chore)}
    ${placesPart(reader, movables)}
    ${underWay === undefined && movables.length > 0 ? planForm(movables) : ''}`,
  })
}

function underWayPart(
  reader: Reader,
  { customer, to, canBeGivenUp }: NonNullable<MovePageProps['underWay']>,
  chore: ChoreProps,
): Html {
  return html`<div class="notice" role="status" data-state="running">${icon('refresh-cw')}<span><b>The backups of ${customer} go to ${to}.</b> The page may be left; it goes on by itself.</span>${
    canBeGivenUp
      ? html`<form action="/storage/move/give-up" method="post"><button class="button small danger">Give it up</button></form>`
      : ''
  }</div>
    ${choresPart(reader, [chore], { title: 'How far it is', path: '/storage/move/progress' })}`
}

function placesPart(reader: Reader, movables: readonly MovableProps[]): Html {
  return html`<section class="part" aria-labelledby="places">
      ${partHead({ id: 'places', title: 'Where backups lie' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Customer</th><th scope="col">Folder</th><th scope="col" class="num">Stored</th></tr></thead>
          <tbody>${movables.map(
            ({ customer, number, folder, storedBytes }) => html`
            <tr>
              <th scope="row"><span class="name">${customer}</span><span class="sub">${number}</span></th>
              <td><code>${folder}</code></td>
              <td class="num">${sizeText(reader, storedBytes)}</td>
            </tr>`,
          )}
          </tbody>
        </table>
      </div>
    </section>`
}

function planForm(movables: readonly MovableProps[]): Html {
  return html`<form class="box part" action="/storage/move" method="post" aria-labelledby="plan">
      <h2 id="plan">Move</h2>
      <div class="field"><label for="customer">Whose backups</label><select id="customer" name="customer">${movables.map(
        ({ customer, number }) => html`<option value="${number}">${customer} (${number})</option>`,
      )}</select></div>
      ${field({ name: 'folder', label: 'To which folder', hint: 'A folder on the other disk, as an absolute path; “repositories” for back to the disk of the box. The folder above it must be there.' })}
      <p class="row"><button class="button primary">${icon('hard-drive')}Move them there</button></p>
    </form>`
}
