import { html, raw } from 'hono/html'
import type { Page } from '../html.ts'
import { type KitSheetProps, kitSheetParts } from '../partials/kit-sheet.ts'

/**
 * The recovery kit as a file: black on white, one sheet of paper, nothing from elsewhere. It is opened from a disk, where no policy of
 * the box forbids the style that it must therefore carry itself.
 */
export async function recoveryKitDocument(sheet: KitSheetProps): Page {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <title>${sheet.title}: ${sheet.subject}</title>
  <style>${raw(style)}</style>
</head>
<body>
  <main>
    <h1>${sheet.title}</h1>
    ${kitSheetParts(sheet)}
  </main>
</body>
</html>
`
}

const style = `
  @page { size: A4; margin: 14mm; }
  body { margin: 0; background: #fff; color: #000; font: 11pt/1.4 "Rosario", "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
  main { max-width: 44rem; margin: 2rem auto; padding: 0 1.25rem; }
  h1 { font-size: 1.7rem; margin: 0 0 1rem; }
  h2 { font-size: 1.05rem; margin: 1.3rem 0 0.4rem; padding-top: 0.4rem; border-top: 1.5px solid #000; break-after: avoid; }
  p, ol { margin: 0.3rem 0; }
  ol { padding-left: 1.4rem; }
  li { margin: 0.35rem 0; break-inside: avoid; }
  .kit-head { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: flex-start; justify-content: space-between; }
  .kit-head dl { margin: 0; flex: 1 1 20rem; min-width: 0; }
  .kit-head dt { font-size: 0.8rem; font-weight: bold; }
  .kit-head dd { margin: 0 0 0.4rem; overflow-wrap: anywhere; }
  .kit-qr { width: 42mm; height: 42mm; flex: none; }
  .kit-code { display: flex; flex-wrap: wrap; gap: 0.5rem 1.1rem; margin: 0.6rem 0; padding: 0; list-style: none; font: bold 1.25rem/1.3 ui-monospace, Consolas, monospace; }
  .kit-code li { margin: 0; }
  .kit-code small { display: block; font: 0.65rem sans-serif; color: #444; }
  pre { margin: 0.3rem 0; font: 0.82rem/1.4 ui-monospace, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
  .kit-block { font-size: 0.7rem; }
  @media print { body { font-size: 9.5pt; } main { max-width: none; margin: 0; padding: 0; } h2 { margin-top: 0.8rem; } }
`
