import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { choice } from '../partials/copy-settings.ts'
import { type DoubtProps, doubtBox } from '../partials/doubt.ts'
import { facts } from '../partials/facts.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { type MovedProps, type MoveRehearsal, mayGoPart, moveBox, movedNotice } from '../partials/plan-move.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type PastPrint = {
  readonly firstAtMs: number
  readonly lastAtMs: number
  readonly cause: 'connected' | 'seen'
  readonly system: string
  readonly board: string
  readonly disks: string
  readonly network: string
  readonly agentVersion: string
  readonly address: string
}

export type ManageComputerPageProps = PageContext & {
  readonly viewer: Viewer
  readonly name: string
  readonly number: string
  readonly path: string
  readonly state: 'active' | 'revoked' | 'forgotten'
  readonly plan: string
  readonly plans: readonly { readonly id: string; readonly name: string }[]
  readonly move: MoveRehearsal | undefined
  readonly moved: MovedProps | undefined
  readonly doubts: readonly DoubtProps[]
  readonly past: readonly PastPrint[]
  readonly versions: number
  readonly problem: string | undefined
  readonly may: {
    readonly write: boolean
    readonly move: boolean
    readonly replace: boolean
    readonly end: boolean
    readonly forget: boolean
  }
}

/** Everything about a computer that is not its backups: what it is called, what it runs under, who it is, and its end. */
export function manageComputerPage(props: ManageComputerPageProps): Page {
  const { reader, name, path, state, move, moved, doubts, past, problem, may } = props
  return appPage({
    ...props,
    title: `${name}: name, plan, identity`,
    place: 'computers',
    body: html`
    ${trail('Where this is', [
      { name: 'Computers', path: '/computers' },
      { name, path },
    ])}
    <header class="page-head"><div><h1 class="title">Name, plan and identity</h1><p class="lead">${leadOf(props)}</p></div></header>
    ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
    ${moved === undefined ? '' : movedNotice(reader, props, moved, may.move)}
    ${doubts.map((doubt) => doubtBox(reader, doubt))}
    <div class="pair part">
      ${may.write ? namePart(props) : ''}
      ${planPart(props)}
    </div>
    ${mayGoPart(reader, (move ?? moved)?.going)}
    ${state === 'forgotten' ? '' : replacePart(props)}
    ${past.length === 0 ? '' : historyPart(reader, past)}
    ${may.end ? endPart(props) : ''}`,
  })
}

function leadOf({ name, number, state }: ManageComputerPageProps): Html {
  const who = html`${name}, <span class="id">${number}</span>.`
  switch (state) {
    case 'active':
      return who
    case 'revoked':
      return html`${who} Its access was withdrawn. Its versions are kept and can be restored.`
    case 'forgotten':
      return html`${who} It is being forgotten: its versions are in the bin. Taking one back from there stops it.`
    default:
      return state satisfies never
  }
}

function namePart({ name, path }: ManageComputerPageProps): Html {
  return html`<section aria-labelledby="name-title">
        ${partHead({ id: 'name-title', title: 'Name' })}
        <form class="stack" action="${path}/rename" method="post">
          ${field({ name: 'name', label: 'How people know it', value: name, hint: 'The computer itself keeps its own name.' })}
          <p class="row"><button class="button">Rename it</button></p>
        </form>
      </section>`
}

function planPart(props: ManageComputerPageProps): Html {
  const { plan, plans, move, path, may } = props
  return html`<section aria-labelledby="plan-title">
        ${partHead({ id: 'plan-title', title: 'Plan' })}
        ${facts([{ label: 'Runs under', value: plan }])}
        ${move === undefined ? '' : moveBox(props.reader, props, move)}
        ${
          plans.length === 0 || !may.move || move !== undefined
            ? ''
            : html`<form class="stack" action="${path}/manage" method="get">${choice({ name: 'plan', label: 'Another plan of this account', chosen: '', options: plans.map(({ id, name }) => [id, name] as const) })}<p class="row"><button class="button">See what would change</button></p></form>`
        }
      </section>`
}

function replacePart({ path, name, may }: ManageComputerPageProps): Html {
  return html`<section class="part stack" aria-labelledby="replace">
      ${partHead({ id: 'replace', title: 'Replace this computer' })}
      <p class="prose">For a PC that is broken or retired: the new one takes the place of ${name}. Its jobs and all its versions go along and can be restored there; the old one is let in no more. The link is good once.</p>
      ${
        may.replace
          ? html`<form action="${path}/replace" method="post"><input type="hidden" name="days" value="7"><p class="row"><button class="button">${icon('monitor')}Make a link for the new computer</button></p></form>`
          : html`<p class="hint">An owner or a member of the account makes that link: whoever uses it can read all these versions.</p>`
      }
    </section>`
}

function historyPart(reader: Reader, past: readonly PastPrint[]): Html {
  return html`<section class="part" aria-labelledby="history">
      ${partHead({ id: 'history', title: 'What it said of itself' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Since</th><th scope="col">System</th><th scope="col" class="wide">Board</th><th scope="col" class="wide">Disks</th><th scope="col" class="wider">Network</th><th scope="col" class="wider">Agent, address</th></tr></thead>
          <tbody>${past.map(
            (print) => html`
            <tr>
              <th scope="row" class="when">${whenText(reader, print.firstAtMs)}<span class="sub">${print.cause === 'connected' ? 'connected' : 'changed'}, last said ${whenText(reader, print.lastAtMs)}</span></th>
              <td>${print.system}<span class="narrow sub">${print.board}, ${print.disks}</span></td>
              <td class="wide">${print.board}</td>
              <td class="wide">${print.disks}</td>
              <td class="wider">${print.network}</td>
              <td class="wider">${print.agentVersion}<span class="sub">${print.address}</span></td>
            </tr>`,
          )}
          </tbody>
        </table>
      </div>
    </section>`
}

function endPart(props: ManageComputerPageProps): Html {
  const { state, path, number, versions, reader, may } = props
  if (state === 'forgotten') return html`<p class="row part"><a class="button" href="${path}/bin">Look into its bin</a></p>`
  return html`<section class="part stack" aria-labelledby="end">
      ${partHead({ id: 'end', title: 'The end of it' })}
      ${
        state === 'active'
          ? html`<p class="prose"><b>Withdraw its access</b> when it is lost or no longer in use. Its place in the plan is free again, its versions stay, and a link lets it in again.</p>
      <form action="${path}/revoke" method="post"><p class="row"><button class="button danger">Withdraw its access</button></p></form>`
          : ''
      }
      ${
        may.forget
          ? html`<p class="prose"><b>Forget it</b> when nobody will want its files again. ${versions === 0 ? 'It has no versions.' : `${countOf(reader, versions, 'version')}, pinned ones too, go into the bin now, and for good after seven days.`} Until then, taking one back stops it.</p>
      <form class="stack narrow-form" action="${path}/forget" method="post">${field({ name: 'confirm', label: `Type ${number} to forget it`, autocomplete: 'off' })}<p class="row"><button class="button danger">Forget it</button></p></form>`
          : html`<p class="hint">Only the owner of the account can forget a computer that has versions.</p>`
      }
    </section>`
}
