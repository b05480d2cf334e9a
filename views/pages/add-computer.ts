import { html } from 'hono/html'
import { dateText, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type ArrivalsProps, arrivalsPart, type QuestionProps, questionBox } from '../partials/arrivals.ts'
import { command, connectCommands } from '../partials/connect-commands.ts'
import { choice } from '../partials/copy-settings.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { stateBadge } from '../partials/state.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export type PlanChoice = { readonly id: string; readonly name: string; readonly computers: number; readonly computersMax: number }

export type LinkRow = {
  readonly path: string
  readonly madeBy: string
  readonly madeAtMs: number
  readonly endsAtMs: number
  readonly uses: number
  readonly usesMax: number
  readonly state: 'open' | 'used' | 'expired' | 'revoked'
  /** The computer whose place it takes. */
  readonly replaces: string | undefined
}

export type AddComputerPageProps = PageContext & {
  readonly viewer: Viewer
  readonly plans: readonly PlanChoice[]
  readonly chosen: { readonly plan: string; readonly uses: string; readonly days: string }
  readonly problem: string | undefined
  readonly links: readonly LinkRow[]
  readonly questions: readonly QuestionProps[]
}

const up = [{ name: 'Computers', path: '/computers' }]
const daysOffered = [
  ['1', 'One day'],
  ['7', 'Seven days'],
  ['30', 'Thirty days'],
  ['90', 'Ninety days'],
] as const

/** A link is made here, and the older ones are looked after. */
export function addComputerPage(props: AddComputerPageProps): Page {
  const { reader, plans, chosen, problem, links, questions } = props
  return appPage({
    ...props,
    title: 'Add a computer',
    place: 'computers',
    body: html`
    ${trail('Where this is', up)}
    <header class="page-head">
      <div>
        <h1 class="title">Add a computer</h1>
        <p class="lead">A link lets it in. Whoever sits there needs no password and no login, and you see here when it has appeared.</p>
      </div>
    </header>
    ${questions.map((question) => questionBox(reader, question))}
    ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem })}
    ${plans.length === 0 ? noPlan() : linkForm(plans, chosen)}
    ${links.length === 0 ? '' : linksPart(reader, links)}`,
  })
}

function noPlan(): Html {
  return notice({
    icon: 'triangle-alert',
    state: 'partial',
    words: html`<b>This account has no plan that lets computers in.</b> Whoever set up your backups gives it one.`,
  })
}

function linkForm(plans: readonly PlanChoice[], { plan, uses, days }: AddComputerPageProps['chosen']): Html {
  const plansOffered = plans.map(
    ({ id, name, computers, computersMax }) => [id, `${name}, ${computers} of ${computersMax} computers in use`] as const,
  )
  return html`<form class="box roomy" action="/computers/add" method="post">
      <h2>For whom is the link?</h2>
      <div class="field"><label for="uses">Computers that may come by it</label><input id="uses" name="uses" type="number" min="1" max="100" required value="${uses}" aria-describedby="uses-hint"><p class="hint" id="uses-hint">One, unless you set up a whole room.</p></div>
      ${choice({ name: 'days', label: 'Good for', chosen: days, options: daysOffered, hint: 'It can be withdrawn at any time.' })}
      ${choice({ name: 'plan', label: 'Under the plan', chosen: plan, options: plansOffered })}
      <p class="row"><button class="button primary">${icon('plus')}Make the link</button><a class="button" href="/computers">Back to the computers</a></p>
    </form>`
}

function linksPart(reader: Reader, links: readonly LinkRow[]): Html {
  return html`<section class="part" aria-labelledby="links">
      ${partHead({ id: 'links', title: 'Links' })}
      <div class="ledger-wrap">
        <table class="ledger">
          <thead><tr><th scope="col">Made</th><th scope="col">State</th><th scope="col" class="num wide">Computers</th><th scope="col" class="wider">By</th><th scope="col" class="acts"><span class="vh">Withdraw</span></th></tr></thead>
          <tbody>${links.map((row) => linkRow(reader, row))}
          </tbody>
        </table>
      </div>
    </section>`
}

function linkRow(reader: Reader, row: LinkRow): Html {
  const { path, madeBy, madeAtMs, uses, usesMax, state, replaces } = row
  const withdraw = html`<form action="${path}/revoke" method="post"><button class="button small quiet" aria-label="Withdraw the link made ${whenText(reader, madeAtMs)}">Withdraw</button></form>`
  return html`
            <tr>
              <th scope="row" class="when"><a href="${path}">${whenText(reader, madeAtMs)}</a>${replaces === undefined ? '' : html`<span class="sub">in the place of ${replaces}</span>`}<span class="narrow sub">${uses} of ${usesMax} came</span></th>
              <td>${linkState(reader, row)}</td>
              <td class="num wide">${uses} of ${usesMax}</td>
              <td class="wider">${madeBy}</td>
              <td class="acts">${state === 'open' ? withdraw : ''}</td>
            </tr>`
}

function linkState(reader: Reader, { state, endsAtMs }: LinkRow): Html {
  switch (state) {
    case 'open':
      return html`${stateBadge('none', 'Open')} <span class="why">until ${whenText(reader, endsAtMs)}</span>`
    case 'used':
      return stateBadge('ok', 'Used')
    case 'expired':
      return stateBadge('paused', 'Run out')
    case 'revoked':
      return stateBadge('paused', 'Withdrawn')
    default:
      return state satisfies never
  }
}

export type LinkPageProps = PageContext & {
  readonly viewer: Viewer
  readonly row: LinkRow
  /** Told once, on the page that made it. */
  readonly made:
    | { readonly link: string; readonly code: string; readonly address: string; readonly pin: string | undefined }
    | undefined
  readonly isThisComputerOnly: boolean
  readonly arrived: ArrivalsProps
}

/** One link: what to type, and what has come of it. Reloads itself where no script runs. */
export function linkPage(props: LinkPageProps): Page {
  const { reader, row, made, arrived } = props
  const title = row.replaces === undefined ? 'A link for a computer' : `A link in the place of ${row.replaces}`
  return appPage({
    ...props,
    title,
    place: 'computers',
    ...(made === undefined && arrived.isOpen ? { reloadSeconds: 10 } : {}),
    body: html`
    ${trail('Where this is', [...up, { name: 'Add a computer', path: '/computers/add' }])}
    <header class="page-head">
      <div>
        <h1 class="title">${title}</h1>
        <p class="lead">${leadOf(reader, row)}</p>
      </div>
    </header>
    ${made === undefined ? '' : madePart(props, made)}
    ${arrivalsPart(reader, arrived)}
    ${row.state === 'open' ? withdrawForm(row, made === undefined) : ''}`,
  })
}

function leadOf(reader: Reader, { state, endsAtMs, usesMax, uses, madeBy }: LinkRow): string {
  const whose = usesMax === 1 ? 'one computer' : `${usesMax} computers`
  switch (state) {
    case 'open':
      return `Good for ${whose} until ${whenText(reader, endsAtMs)}. Made by ${madeBy}.`
    case 'used':
      return `It was good for ${whose}, and ${usesMax === 1 ? 'it has' : 'all have'} come.`
    case 'expired':
      return `It ran out ${dateText(reader, endsAtMs)}, after ${uses} of ${whose} had come.`
    case 'revoked':
      return `It was withdrawn, after ${uses} of ${whose} had come. They stay.`
    default:
      return state satisfies never
  }
}

function madePart(props: LinkPageProps, made: NonNullable<LinkPageProps['made']>): Html {
  const { link, code, address, pin } = made
  const byCode = `bin/holdfast-agent connect ${address} --code ${code}${pin === undefined ? '' : ` \\\n  --fingerprint ${pin}`}`
  return html`<section class="part" aria-labelledby="how">
      ${partHead({ id: 'how', title: 'On the new computer' })}
      ${notice({ icon: 'key-round', words: html`<b>Copy the link now.</b> It is a secret, and it is shown this once. It names the box and its fingerprint, so that the computer asks nothing.` })}
      <ol class="steps">
        <li>
          <h3>Send the link to whoever sits there</h3>
          ${command('The link', link)}
          <p class="hint">Opened in a browser, it says what to do.</p>
        </li>
        <li>
          <h3>Or type this there, in the folder of Holdfast</h3>
          ${connectCommands(link)}
          ${props.isThisComputerOnly ? html`<p class="hint">This address is good on the box itself only. To reach it from other computers, start it with HOLDFAST_HOST.</p>` : ''}
        </li>
        <li>
          <h3>Nothing to copy with? Type the code</h3>
          <p class="code">${code}</p>
          ${command('Command with the code', byCode)}
        </li>
      </ol>
    </section>`
}

function withdrawForm({ path }: LinkRow, isKept: boolean): Html {
  const another = isKept
    ? html`<p class="hint">The link itself is not shown again. When it is lost, withdraw it and make another.</p>`
    : ''
  return html`<form class="part" action="${path}/revoke" method="post"><p class="row"><button class="button">Withdraw the link</button><a class="button quiet" href="/computers">Back to the computers</a></p>${another}</form>`
}
