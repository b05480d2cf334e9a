import { html, raw } from 'hono/html'
import { timeText } from './format/when.ts'
import type { Html, Page } from './html.ts'
import { icon, spriteFor } from './icons/icon.ts'
import { brand } from './partials/brand.ts'
import { type Place, rail } from './partials/rail.ts'
import type { Reader } from './reader.ts'
import type { PageContext, Viewer } from './site.ts'

/** A page of the account: the rail beside it, the parts in the middle. */
export function appPage(
  page: PageContext & {
    readonly title: string
    readonly viewer: Viewer
    readonly place?: Place
    readonly body: Html
    /** It waits for something, and asks again by itself where no script runs. */
    readonly reloadSeconds?: number
  },
): Page {
  return documentPage({
    ...page,
    bodyClass: page.viewer.standing === 'member' ? 'app' : 'app staff',
    body: html`
  <a class="skip" href="#main">Skip to content</a>
  ${rail({ viewer: page.viewer, ...(page.place === undefined ? {} : { place: page.place }) })}
  <main class="page" id="main">${page.glass === undefined ? '' : glassBanner(page.reader, page.glass)}${page.body}
  </main>`,
  })
}

/** Until it is over nobody forgets that they look at what is not theirs. */
function glassBanner(reader: Reader, glass: NonNullable<PageContext['glass']>): Html {
  return html`<form class="notice glass" data-state="partial" action="/break-glass/end" method="post">${icon('eye')}<span>You read the files of <b>${glass.customer}</b> until ${timeText(reader, glass.untilMs)}. Its owners know, and what you open is written down.</span><button class="button small">End now</button></form>`
}

/** A page for people who are not signed in. `main` brings its own class. */
export function alonePage(page: PageContext & { readonly title: string; readonly main: Html; readonly footer: Html }): Page {
  return documentPage({
    ...page,
    bodyClass: 'alone',
    body: html`
  <a class="brand" href="/">${brand}</a>
  ${page.main}
  <footer>${page.footer}</footer>`,
  })
}

async function documentPage(
  page: PageContext & {
    readonly title: string
    readonly bodyClass: string
    readonly body: Html
    readonly reloadSeconds?: number
  },
): Page {
  const { assets, zoneCookie } = page.site
  const body = String(await page.body)
  return html`<!doctype html>
<html lang="${page.reader.locale}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
  <meta name="color-scheme" content="light dark">
  <meta name="htmx-config" content='{"includeIndicatorCSS":false,"mode":"same-origin","history":"reload","noSwap":[204,304,"4xx","5xx"]}'>
  <title>${page.title} · Holdfast</title>${
    page.reloadSeconds === undefined
      ? ''
      : html`
  <noscript><meta http-equiv="refresh" content="${page.reloadSeconds}"></noscript>`
  }
  <link rel="icon" href="${assets}/mark.svg" type="image/svg+xml">
  <link rel="manifest" href="${assets}/manifest.webmanifest">
  <link rel="preload" href="${assets}/rosario-latin-wght-normal.woff2" as="font" type="font/woff2" crossorigin>
  <link rel="stylesheet" href="${assets}/holdfast.css">
  <script src="${assets}/time-zone.js" data-cookie="${zoneCookie}" defer></script>
  <script src="${assets}/vendor/htmx.min.js" defer></script>
  <script src="${assets}/vendor/hx-sse.min.js" defer></script>
</head>
<body class="${page.bodyClass}">
  ${spriteFor(body)}${raw(body)}
</body>
</html>
`
}
