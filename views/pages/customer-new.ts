import { html } from 'hono/html'
import { sizeText } from '../format/size.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type CustomerFieldsProps, customerFields } from '../partials/customer-fields.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'
import { problemNotice } from './customer-form.ts'

export type NewCustomerPageProps = PageContext & {
  readonly viewer: Viewer
  readonly fields: CustomerFieldsProps
  readonly plans: readonly PlanChoiceProps[]
  /** Its id; empty: none for now. */
  readonly plan: string
  readonly owner: OwnerChoiceProps
}

export type PlanChoiceProps = {
  readonly id: string
  readonly name: string
  readonly quotaBytes: number
  readonly computersMax: number
}

export type OwnerChoiceProps = { readonly email: string; readonly problem: string | undefined }

/** A customer in three steps: who they are, what they bought, who looks after it there. */
export function newCustomerPage(props: NewCustomerPageProps): Page {
  const { reader, fields } = props
  return appPage({
    ...props,
    title: 'Add a customer',
    place: 'customers',
    body: html`
    ${trail('Where this is', [{ name: 'Customers', path: '/customers' }])}
    <header class="page-head"><div><h1 class="title">Add a customer</h1><p class="lead">Only the company’s name must be given now. Everything else can be added later.</p></div></header>
    <form class="sheet" action="/customers/new" method="post">
      ${problemNotice(fields)}
      ${customerFields(reader, fields)}
      ${planPart(reader, props)}
      ${ownerPart(props.owner)}
      <p class="row"><button class="button primary">${icon('plus')}Add this customer</button><a class="button" href="/customers">Not now</a></p>
    </form>`,
  })
}

function planPart(reader: Reader, { plans, plan }: NewCustomerPageProps): Html {
  const radio = (value: string, words: Html | string, hint: string) =>
    html`<li><label class="check"><input type="radio" name="plan" value="${value}"${value === plan ? html` checked` : ''}><span>${words}<span class="sub">${hint}</span></span></label></li>
          `
  return html`<fieldset class="part"><legend><h2>Which plan</h2></legend>
        <ul class="list">
          ${plans.map(({ id, name, quotaBytes, computersMax }) =>
            radio(id, html`<b>${name}</b>`, `${sizeText(reader, quotaBytes)}, up to ${computersMax} computers`),
          )}${radio('', 'None for now', 'No computer can be connected until there is one')}</ul>
      </fieldset>`
}

function ownerPart({ email, problem }: OwnerChoiceProps): Html {
  const wrong = problem === undefined ? '' : html` aria-invalid="true" aria-describedby="owner-email-problem"`
  return html`<fieldset class="part fields"><legend><h2>Who looks after it there</h2></legend>
        <p class="hint">The first owner gets a letter with a link, chooses a password, and can then connect computers and invite others. Empty: invite somebody later.</p>
        <div class="field"><label for="owner-email">Mail address of the owner</label><input id="owner-email" name="owner-email" type="email" value="${email}"${wrong}>${problem === undefined ? '' : html`<p class="wrong" id="owner-email-problem">${problem}</p>`}</div>
      </fieldset>`
}
