import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { icon } from '../icons/icon.ts'

/** Looks for customers by what server/customers/customers-search-table.ts searches; `hidden` goes along with it. */
export function customerSearch(search: {
  readonly action: string
  readonly label: string
  readonly text: string
  readonly hidden: Html | string
}): Html {
  const { action, label, text, hidden } = search
  return html`<form class="tools filters" action="${action}" role="search">
        <div class="search">${icon('search')}<label class="vh" for="q">${label}</label><input id="q" name="q" type="search" maxlength="200" value="${text}" placeholder="Number, company, contact, mail address or city"></div>
        ${hidden}
        <button class="button">Search</button>
      </form>`
}
