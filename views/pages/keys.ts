import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import type { PageContext, Viewer } from '../site.ts'

export type KeysPageProps = PageContext & {
  readonly viewer: Viewer
  /** A new box key is made and waits for its start. */
  readonly isOrdered: boolean
  /** Whose keys were changed just now. */
  readonly changed: string | undefined
  readonly customers: readonly { readonly id: string; readonly number: string; readonly name: string }[]
}

/** Changes of keys: rare, and safe at any time. */
export function keysPage(props: KeysPageProps): Page {
  return appPage({
    ...props,
    title: 'Keys',
    place: 'storage',
    body: html`
    <header class="page-head"><div>${headOf(props)}</div></header>
    ${boxPart(props.isOrdered)}
    ${customersPart(props.customers)}`,
  })
}

function headOf({ isOrdered, changed }: KeysPageProps): Html {
  if (isOrdered)
    return sentence({
      state: 'running',
      says: 'A new box key is made.',
      small: ['It is used from the next start of the box on; a box that can starts itself again within seconds.'],
    })
  if (changed !== undefined)
    return sentence({
      state: 'ok',
      says: `${changed} has new keys.`,
      small: ['Computers pick them up at their next backup. The printed recovery kit stays valid.'],
    })
  return sentence({
    state: 'ok',
    says: 'Keys can be changed at any time.',
    small: ['Backups go on, what was stored before stays readable, and printed recovery kits stay valid.'],
  })
}

function boxPart(isOrdered: boolean): Html {
  return html`<section class="part" aria-labelledby="box-key">
      ${partHead({ id: 'box-key', title: 'The box key' })}
      <p>It opens all other keys of this box. Change it when somebody may have seen it: when a disk of the box was stolen or sent in for repair, or when somebody who could read its data folder has left.</p>
      <p class="hint">The box starts itself again for it, which takes a few seconds. An older copy of the database cannot be used afterwards.</p>
      ${isOrdered ? '' : html`<form action="/storage/keys/box" method="post"><p class="row"><button class="button">${icon('refresh-cw')}Change the box key</button></p></form>`}
    </section>`
}

function customersPart(customers: KeysPageProps['customers']): Html {
  const row = ({ id, number, name }: KeysPageProps['customers'][number]) => html`
            <tr>
              <th scope="row"><span class="name">${name}</span><span class="sub">${number}</span></th>
              <td class="acts"><form action="/storage/keys/customers/${id}" method="post"><button class="button small">${icon('refresh-cw')}<span class="label">Change</span><span class="vh"> the keys of ${name}</span></button></form></td>
            </tr>`
  return html`<section class="part" aria-labelledby="customers-keys">
      ${partHead({ id: 'customers-keys', title: 'Keys of customers' })}
      <p>New backups of a customer get a key of their own from then on. Change it when a computer was stolen: it is locked out by disconnecting it; a new key keeps it from reading later backups off a stolen disk as well.</p>
      ${
        customers.length === 0
          ? html`<p class="hint">There is no customer yet.</p>`
          : html`<div class="ledger-wrap"><table class="ledger">
          <thead><tr><th scope="col">Customer</th><th scope="col"><span class="vh">What you can do</span></th></tr></thead>
          <tbody>${customers.map(row)}
          </tbody>
        </table></div>`
      }
    </section>`
}
