import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { alonePage } from '../layout.ts'
import type { PageContext } from '../site.ts'

export type ApiField = {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
}

export type ApiOperation = {
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  /** Names of the security schemes; none: anybody. */
  readonly callers: readonly string[]
  readonly inputs: readonly ApiField[]
  readonly answers: readonly { readonly status: string; readonly description: string; readonly type: string }[]
}

export type ApiSection = { readonly title: string; readonly operations: readonly ApiOperation[] }
export type ApiSchema = { readonly name: string; readonly fields: readonly ApiField[] }

export type ApiDocsPageProps = PageContext & {
  readonly sections: readonly ApiSection[]
  readonly schemas: readonly ApiSchema[]
}

/** The API, for people: the same document that `/api/v1/openapi.json` gives to programs. */
export function apiDocsPage({ sections, schemas, ...page }: ApiDocsPageProps): Page {
  return alonePage({
    ...page,
    title: 'The API of this box',
    main: html`<main class="share" id="main">
    <h1 class="title">The API of this box.</h1>
    <p class="lead">Programs read the same as <a href="/api/v1/openapi.json">OpenAPI 3.1</a>. Errors come as problem details; <a href="/docs/errors">each code has a page</a>.</p>
    ${sections.map(section)}
    <section class="part" aria-labelledby="schemas">
      <header class="part-head"><h2 id="schemas">Objects</h2></header>
      <div class="flow">${schemas.map(schema)}</div>
    </section>
  </main>`,
    footer: html`<p><a href="/">Go to Home</a></p>`,
  })
}

function section({ title, operations }: ApiSection): Html {
  const id = anchor(title)
  return html`<section class="part" aria-labelledby="${id}">
      <header class="part-head"><h2 id="${id}">${title}</h2></header>
      <div class="flow">${operations.map(operation)}</div>
    </section>`
}

function operation(props: ApiOperation): Html {
  const { method, path, summary, description, callers, inputs, answers } = props
  return html`<div class="stack">
      <h3><code>${method} ${path}</code></h3>
      <p><b>${summary}.</b> ${description} ${callers.length === 0 ? 'Anybody may call it.' : `Needs: ${callers.join(' or ')}.`}</p>
      ${inputs.length === 0 ? '' : fields('Input', inputs)}
      <ul class="list">${answers.map(({ status, description, type }) => html`<li><span><b>${status}</b> ${description}${type === '' ? '' : html` <code>${type}</code>`}</span></li>`)}</ul>
      </div>`
}

function schema({ name, fields: rows }: ApiSchema): Html {
  return html`<div class="stack"><h3 id="${anchor(name)}">${name}</h3>${fields('Field', rows)}</div>`
}

function fields(head: string, rows: readonly ApiField[]): Html {
  return html`<div class="ledger-wrap"><table class="ledger">
        <thead><tr><th scope="col">${head}</th><th scope="col">Kind</th><th scope="col" class="wide">About</th></tr></thead>
        <tbody>${rows.map(
          ({ name, type, isRequired, description }) =>
            html`<tr><th scope="row"><code>${name}</code></th><td>${type}${isRequired ? '' : ', optional'}</td><td class="wide">${description}</td></tr>`,
        )}</tbody>
      </table></div>`
}

function anchor(title: string): string {
  return `about-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
}
