import { html } from 'hono/html'
import { percent } from '../format/percent.ts'
import type { Html } from '../html.ts'

export type BarcodeVersion = { readonly atMs: number; readonly isGoing: boolean }

const dayMs = 24 * 60 * 60 * 1000
/** Finer than this no eye tells two lines apart, and a page of fifty computers stays small. */
const stepsAcross = 250

const marks = [
  { days: 3650, words: '10 years' },
  { days: 1825, words: '5 years' },
  { days: 1095, words: '3 years' },
  { days: 365, words: '1 year' },
  { days: 91, words: '3 months' },
  { days: 30, words: '30 days' },
  { days: 7, words: '7 days' },
] as const

/** Versions in time, newest on the right; the last weeks have most of the room. Tall lines stay, short ones go. */
export function barcode(versions: readonly BarcodeVersion[], scale: BarcodeScale): Html {
  const lines = new Map<number, boolean>()
  for (const { atMs, isGoing } of versions) {
    const step = Math.round(shareOf(atMs, scale) * stepsAcross)
    lines.set(step, isGoing && (lines.get(step) ?? true))
  }
  const draw = (wanted: boolean, from: number) =>
    [...lines].filter(([, isGoing]) => isGoing === wanted).map(([step]) => line(step / stepsAcross, from))
  return html`<svg class="barcode" width="100%" height="24" aria-hidden="true"><line x1="0" x2="100%" y1="22.5" y2="22.5"/><g class="go">${draw(true, 14)}</g><g class="stay">${draw(false, 4)}</g></svg>`
}

export type BarcodeScale = { readonly oldestMs: number; readonly nowMs: number }

/** The marks of time above a column of barcodes. */
export function barcodeScale(scale: BarcodeScale): Html {
  const spanDays = (scale.nowMs - scale.oldestMs) / dayMs
  // One that stands too near an end would run into the last word, or out of the column.
  const inside = marks.filter(({ days }) => days < spanDays * 0.8 && Math.sqrt(days / spanDays) > 0.18)
  const at = (days: number) => percent(shareOf(scale.nowMs - days * dayMs, scale))
  return html`<svg class="bars scale" width="100%" height="20" aria-hidden="true">${inside.map(
    ({ days, words }) =>
      html`<line class="base" x1="${at(days)}" x2="${at(days)}" y1="14" y2="20"/><text x="${at(days)}" y="11" text-anchor="middle">${words}</text>`,
  )}<line class="base" x1="100%" x2="100%" y1="14" y2="20"/><text x="100%" y="11" text-anchor="end">Today</text></svg>`
}

/** The square root of age: a year takes less than half of three years. */
function shareOf(atMs: number, { oldestMs, nowMs }: BarcodeScale): number {
  const span = Math.max(1, nowMs - oldestMs)
  return 1 - Math.sqrt(Math.min(1, Math.max(0, nowMs - atMs) / span))
}

function line(share: number, from: number): Html {
  const x = percent(share)
  return html`<line x1="${x}" x2="${x}" y1="${from}" y2="22"/>`
}
