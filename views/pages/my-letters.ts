import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { appPage } from '../layout.ts'
import { type DigestRhythmProps, digestChoice, type LetterChoicesProps, letterChoices } from '../partials/letter-choices.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type MyAccountLetters = {
  readonly id: string
  readonly name: string
  readonly number: string
  readonly choices: LetterChoicesProps
  /** Chosen by this person; otherwise it is what the account says for everybody. */
  readonly isOwn: boolean
}

export type MyStaffLetters = {
  readonly boxAlarms: boolean
  readonly customerAlarms: 'none' | 'chosen' | 'all'
  readonly digest: DigestRhythmProps
  /** Numbers of those that `chosen` means, as they are typed: `C-000001, C-000007`. */
  readonly chosen: string
  readonly problem: string | undefined
}

export type MyLettersPageProps = PageContext & {
  readonly viewer: Viewer
  readonly email: string
  readonly accounts: readonly MyAccountLetters[]
  readonly staff: MyStaffLetters | undefined
  readonly isSaved: boolean
  readonly isMailSetUp: boolean
}

/** Which letters I get. */
export function myLettersPage(props: MyLettersPageProps): Page {
  const { email, accounts, staff, isSaved, isMailSetUp } = props
  return appPage({
    ...props,
    title: 'My letters',
    body: html`
    ${trail('Where this is', [{ name: 'My sign-in', path: '/me' }])}
    <header class="page-head"><div><h1 class="title">My letters</h1><p class="lead">They go to ${email}. Letters about your sign-in always come.</p></div></header>
    ${isSaved ? notice({ icon: 'circle-check', state: 'ok', words: 'Kept.' }) : ''}
    ${isMailSetUp ? '' : notice({ icon: 'triangle-alert', state: 'partial', words: 'The box cannot send letters yet: its administrator has to name a mail server.' })}
    <div class="pair part">
      ${accounts.map((account, index) => accountPart(account, index))}
      ${staff === undefined ? '' : staffPart(staff)}
    </div>`,
  })
}

function accountPart({ id, name, number, choices, isOwn }: MyAccountLetters, index: number): Html {
  const heading = `account-${index}`
  return html`<section aria-labelledby="${heading}">
        ${partHead({ id: heading, title: name, beside: html`<span class="count">${number}</span>` })}
        <form class="flow" action="/me/letters/${id}" method="post">
          ${letterChoices(choices, `a${index}-`)}
          <input type="hidden" name="prefix" value="a${index}-">
          <p class="row"><button class="button" name="act" value="save">Save</button>${isOwn ? html`<button class="button quiet" name="act" value="usual">As the account says</button>` : ''}</p>
          ${isOwn ? '' : html`<p class="hint">As the account says for everybody; saving makes it your own choice.</p>`}
        </form>
      </section>`
}

const scopes = [
  ['none', 'None'],
  ['chosen', 'Those named below'],
  ['all', 'All'],
] as const

function staffPart({ boxAlarms, customerAlarms, digest, chosen, problem }: MyStaffLetters): Html {
  return html`<section aria-labelledby="staff">
        ${partHead({ id: 'staff', title: 'As staff of the box' })}
        <form class="flow" action="/me/letters" method="post">
          <label class="check"><input type="checkbox" name="box-alarms" value="yes"${boxAlarms ? html` checked` : ''}><span>Alerts of the box itself: disks, its own care, mail</span></label>
          <div class="field"><label for="customer-alarms">Alerts of customers</label><select id="customer-alarms" name="customer-alarms">${scopes.map(([value, text]) => html`<option value="${value}"${value === customerAlarms ? html` selected` : ''}>${text}</option>`)}</select></div>
          <div class="field"><label for="chosen">Which customers</label><input id="chosen" name="chosen" aria-describedby="chosen-hint${problem === undefined ? '' : ' chosen-problem'}"${problem === undefined ? '' : html` aria-invalid="true"`} maxlength="8000" value="${chosen}"><p class="hint" id="chosen-hint">Their numbers, such as C-000001, C-000007.</p>${problem === undefined ? '' : html`<p class="wrong" id="chosen-problem">${problem}</p>`}</div>
          ${digestChoice({ id: 'digest', label: 'All customers that need somebody, in one letter', chosen: digest })}
          <p class="row"><button class="button">Save</button></p>
        </form>
      </section>`
}
