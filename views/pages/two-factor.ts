import { html } from 'hono/html'
import { whenInSentence } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { field } from '../partials/field.ts'
import { sentence } from '../partials/sentence.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type TwoFactorPageProps = PageContext & {
  readonly viewer: Viewer
  readonly state:
    | { readonly kind: 'off' }
    | { readonly kind: 'pending'; readonly qr: { readonly size: number; readonly path: string }; readonly secret: string }
    | { readonly kind: 'on'; readonly sinceMs: number; readonly codesLeft: number }
  readonly problem?: string | undefined
}

/** Turning the second factor on and off, and new recovery codes. */
export function twoFactorPage(props: TwoFactorPageProps): Page {
  return appPage({
    ...props,
    title: 'Two-factor sign-in',
    body: html`
    ${trail('Where this is', [{ name: 'My sign-in', path: '/me' }])}
    ${bodyOf(props)}`,
  })
}

function bodyOf({ state, reader, problem }: TwoFactorPageProps): Html {
  switch (state.kind) {
    case 'off':
      return offBody
    case 'pending':
      return pendingBody(state, problem)
    case 'on':
      return html`<header class="page-head"><div>${sentence({
        state: state.codesLeft === 0 ? 'partial' : 'ok',
        says: 'Two-factor sign-in is on.',
        small: [`Since ${whenInSentence(reader, state.sinceMs).replace(/^on /, '')}.`, codesWords(state.codesLeft)],
      })}</div></header>
    <section class="part" aria-labelledby="codes">
      <header class="part-head"><h2 id="codes">Recovery codes</h2></header>
      <p>Each signs you in once when the telephone is lost. New ones make the old ones worthless.</p>
      <form action="/me/two-factor/codes" method="post"><p class="row"><button class="button">${icon('refresh-cw')}Make new codes</button></p></form>
    </section>
    <section class="part" aria-labelledby="off">
      <header class="part-head"><h2 id="off">Turn it off</h2></header>
      <p>For a new telephone: turn it off, then on again with the new one.</p>
      <form action="/me/two-factor/off" method="post"><p class="row"><button class="button danger">Turn it off</button></p></form>
    </section>`
    default:
      return state satisfies never
  }
}

function codesWords(codesLeft: number): string {
  if (codesLeft === 0) return 'No recovery code is left: make new ones.'
  return codesLeft === 1 ? '1 recovery code is left.' : `${codesLeft} recovery codes are left.`
}

const offBody = html`<header class="page-head"><div>${sentence({
  says: 'Two-factor sign-in is off.',
  small: ['It takes two minutes, and a telephone.'],
})}</div></header>
    <section class="part flow" aria-labelledby="steps">
      <h2 class="vh" id="steps">How it goes</h2>
      <ol class="steps">
        <li><h3>Have an authenticator</h3><p>Any app for one-time codes will do: Aegis, 2FAS, Google or Microsoft Authenticator, a password manager.</p></li>
        <li><h3>Let it read a picture</h3><p>This page shows a square code. The app keeps it and shows six digits, others every half minute.</p></li>
        <li><h3>Type the digits</h3><p>From then on the box asks for them after your password. Ten recovery codes come with it, for the day the telephone is lost.</p></li>
      </ol>
      <form action="/me/two-factor/begin" method="post"><p class="row"><button class="button primary">${icon('key-round')}Begin</button></p></form>
    </section>`

type Pending = Extract<TwoFactorPageProps['state'], { kind: 'pending' }>

function pendingBody({ qr, secret }: Pending, problem: string | undefined): Html {
  return html`<header class="page-head"><div><h1 class="title">Let your authenticator read this</h1></div></header>
    <section class="part flow" aria-labelledby="steps">
      <h2 class="vh" id="steps">Two steps</h2>
      <ol class="steps">
        <li><h3>Scan the picture with the app</h3>
          ${qrDrawing(qr)}
          <details><summary>Without a camera</summary><p>Type this key into the app, as a time-based one:</p><p class="code key-text">${secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</p></details></li>
        <li><h3>Type the six digits that it shows</h3>
          <form class="stack narrow-form" action="/me/two-factor/confirm" method="post">
            ${field({ name: 'otp', label: 'Code', autocomplete: 'one-time-code', problem })}
            <p class="row"><button class="button primary">${icon('check')}Turn it on</button><a class="button" href="/me">Not now</a></p>
          </form></li>
      </ol>
    </section>`
}

const quietSquares = 4

function qrDrawing(qr: Pending['qr']): Html {
  const side = qr.size + 2 * quietSquares
  return html`<svg class="kit-qr" viewBox="${-quietSquares} ${-quietSquares} ${side} ${side}" role="img" aria-label="The key of your authenticator, as a QR code; it stands below as text" shape-rendering="crispEdges"><rect x="${-quietSquares}" y="${-quietSquares}" width="${side}" height="${side}" fill="#fff"/><path d="${qr.path}" fill="#000"/></svg>`
}
