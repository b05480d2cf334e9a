import { html, raw } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { type Letter, type LetterFact, type LetterFrame, type LetterState, type LetterTable, letterLink } from './letter.ts'

/*
 * The paper of the box, as far as mail programs can show it: tables for the frame, a style on each element (many drop a style sheet), a
 * sheet of its own for the dark, no images and nothing fetched. The colours are those of public/holdfast.css in sRGB, which is all that
 * mail programs understand.
 */
const ink = '#15302c'
const inkSecond = '#43534f'
const paper = '#f7faf5'
const line = '#d3dcd4'
const accent = '#0d5273'
const tones: Readonly<Record<LetterState, string>> = { ok: '#2e6429', partial: '#8a5200', failed: '#b3261e' }
/** Drawn by any font: a state is never a colour alone. */
const marks: Readonly<Record<LetterState, string>> = { ok: '✓', partial: '▲', failed: '■' }
const words: Readonly<Record<LetterState, string>> = { ok: 'All well', partial: 'Please look', failed: 'Failed' }

const family = "font-family:Rosario,Candara,'Gill Sans','Segoe UI',Helvetica,Arial,sans-serif"

/** Where a mail program knows the night, these win; `!important`, since the styles on the elements would win otherwise. */
const night = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
body,.paper{background:#12201f!important;color:#e6efe9!important}
.ink{color:#e6efe9!important}.second{color:#b4c2bd!important}
.rule{border-color:#e6efe9!important}.hair{border-color:#33423f!important}
.link{color:#8cc7e4!important}.button{background:#8cc7e4!important;color:#0d1d22!important}
.ok{color:#9fd196!important}.partial{color:#f0bd72!important}.failed{color:#ff9d8c!important}
}`

/** A letter as a page of its own. */
export async function letterHtml(letter: Letter, frame: LetterFrame): Page {
  const { subject, facts = [], table, action, quiet = [] } = letter
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>${raw(night)}</style>
</head>
<body class="paper" style="margin:0;padding:0;background:${paper};color:${ink}">
<table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${paper}"><tr><td align="center" style="padding:24px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">
<tr><td class="second rule" style="padding:0 0 8px;border-bottom:2px solid ${ink};color:${inkSecond};${family};font-size:15px;line-height:22px;text-align:left">${frame.senderName}</td></tr>
<tr><td style="padding:24px 0 0;${family};text-align:left">
${opening(letter)}
${factsPart(facts)}${table === undefined ? '' : tablePart(table)}${action === undefined ? '' : button(action.label, letterLink(frame, action.path))}
</td></tr>
<tr><td class="second hair" style="padding:12px 0 0;border-top:1px solid ${line};color:${inkSecond};${family};font-size:13px;line-height:19px;text-align:left">
${quiet.map((text) => html`<p style="margin:0 0 6px">${text}</p>`)}<p style="margin:0"><a class="link" href="${frame.baseUrl}" style="color:${accent}">${frame.baseUrl}</a></p>
</td></tr>
</table>
</td></tr></table>
</body>
</html>
`
}

function opening({ state, paragraphs }: Letter): Html {
  const [first = '', ...rest] = paragraphs
  const mark =
    state === undefined ? '' : html`<span class="${state}" style="color:${tones[state]}">${marks[state]} ${words[state]}.</span> `
  return html`<h1 class="ink" style="margin:0 0 16px;color:${ink};font-size:26px;line-height:33px;font-weight:500">${mark}${first}</h1>
${rest.map((text) => html`<p class="ink" style="margin:0 0 14px;color:${ink};font-size:17px;line-height:26px">${text}</p>`)}`
}

function factsPart(facts: readonly LetterFact[]): Html {
  if (facts.length === 0) return html``
  const rows = facts.map(
    ({ label, value }) =>
      html`<tr><th scope="row" class="second hair" style="${cell};color:${inkSecond};font-weight:400;width:38%">${label}</th><td class="ink hair" style="${cell};color:${ink}">${value}</td></tr>`,
  )
  return html`<table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 20px;${family}">${rows}</table>`
}

const cell = `padding:7px 12px 7px 0;border-bottom:1px solid ${line};font-size:15px;line-height:21px;text-align:left;vertical-align:top;overflow-wrap:anywhere`

function tablePart({ title, head, rows, more }: LetterTable): Html {
  const headRow = head.map(
    (text) =>
      html`<th scope="col" class="second hair" style="${cell};color:${inkSecond};font-size:13px;font-weight:400">${text}</th>`,
  )
  const bodyRows = rows.map(
    (cells) => html`
<tr>${cells.map((text, index) => html`<td class="ink hair" style="${cell};color:${ink};font-weight:${index === 0 ? 600 : 400}">${text}</td>`)}</tr>`,
  )
  return html`<h2 class="ink rule" style="margin:12px 0 0;padding:0 0 6px;border-bottom:2px solid ${ink};color:${ink};font-size:20px;line-height:26px;font-weight:500">${title}</h2>
<table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px;${family}"><tr>${headRow}</tr>${bodyRows}</table>${more === undefined ? '' : html`<p class="second" style="margin:-8px 0 20px;color:${inkSecond};font-size:15px;line-height:21px">${more}</p>`}`
}

/** The address stands below the button, too: some read letters where nothing can be pressed. */
function button(label: string, link: string): Html {
  return html`<p style="margin:12px 0 10px"><a class="button" href="${link}" style="display:inline-block;padding:11px 20px;border-radius:5px;background:${accent};color:#fdfefc;font-size:16px;line-height:22px;font-weight:600;text-decoration:none">${label}</a></p>
<p class="second" style="margin:0 0 22px;color:${inkSecond};font-size:13px;line-height:19px;overflow-wrap:anywhere;word-break:break-all">${link}</p>`
}
