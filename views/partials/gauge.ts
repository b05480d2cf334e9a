import { html } from 'hono/html'
import { numberFormat } from '../format/intl.ts'
import { percent } from '../format/percent.ts'
import { sizeText } from '../format/size.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'

/** From here on a plan is nearly full. */
export const nearlyFullShare = 0.8

const minorPerMajor = 5
const units = [
  { name: 'MiB', bytes: 1024 ** 2 },
  { name: 'GiB', bytes: 1024 ** 3 },
  { name: 'TiB', bytes: 1024 ** 4 },
] as const

type GaugeProps = {
  readonly usedBytes: number
  readonly quotaBytes: number
  /** What the whole rule stands for, where two are compared; the quota itself otherwise. */
  readonly scaleBytes?: number
  /** What would come free, hatched behind what is used. */
  readonly goneBytes?: number
}

/** Used of a quota: a graduated rule, as along the edge of a sea chart. The same numbers stand in words above it. */
export function gauge(reader: Reader, { usedBytes, quotaBytes, scaleBytes = quotaBytes, goneBytes = 0 }: GaugeProps): Html {
  const share = usedBytes / quotaBytes
  const unit = units.findLast(({ bytes }) => scaleBytes >= bytes) ?? units[0]
  const whole = scaleBytes / unit.bytes
  const ofScale = (bytes: number) => Math.min(bytes / scaleBytes, 1)
  const major = majorStep(whole)
  const freed = goneBytes === 0 ? '' : `; ${sizeText(reader, goneBytes)} freed`
  const label = `${sizeText(reader, usedBytes)} of ${sizeText(reader, quotaBytes)} used, ${percentText(reader, share)}${freed}`
  return html`<svg class="gauge" data-state="${stateOf(share)}" width="100%" height="52" role="img" aria-label="${label}">
          <rect class="bed" x="0" y="0" width="${percent(ofScale(quotaBytes))}" height="14"/>
          ${scaleBytes > quotaBytes ? '' : bands(whole, major)}
          <rect class="held" x="0" y="0" width="${percent(ofScale(usedBytes))}" height="14"/>
          ${goneBytes === 0 ? '' : goneRect(ofScale(usedBytes), ofScale(usedBytes + goneBytes))}${scaleBytes > quotaBytes ? html`<line class="limit" x1="${percent(ofScale(quotaBytes))}" x2="${percent(ofScale(quotaBytes))}" y1="-3" y2="24"/>` : ''}
          <g>${ticks(whole, major)}</g>
          ${labels(reader, { whole, major, unit: unit.name })}
        </svg>`
}

function goneRect(from: number, to: number): Html {
  return html`<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" x2="0" y1="0" y2="6"/></pattern></defs><rect class="gone" x="${percent(from)}" y="0" width="${percent(to - from)}" height="14"/>`
}

/** `62 percent`; the least that is anything is under one, and full is said only of what is full. */
export function percentText(reader: Reader, share: number): string {
  if (share > 0 && share < 0.01) return 'under 1 percent'
  const rounded = share < 1 ? Math.min(Math.round(share * 100), 99) : Math.round(share * 100)
  return `${numberFormat(reader, { maximumFractionDigits: 0 }).format(rounded)} percent`
}

function stateOf(share: number): 'ok' | 'partial' | 'failed' {
  if (share >= 1) return 'failed'
  return share >= nearlyFullShare ? 'partial' : 'ok'
}

/** The smallest of 1, 2, 5, 10, … that divides the rule into at most five parts. */
function majorStep(whole: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(whole / 5))
  return [1, 2, 5, 10].map((step) => step * magnitude).find((step) => whole / step <= 5) ?? magnitude * 10
}

function bands(whole: number, major: number): readonly Html[] {
  const half = major / 2
  return steps(whole, half)
    .filter((_, index) => index % 2 === 1)
    .map(
      (from) =>
        html`<rect class="band" x="${percent(from / whole)}" y="0" width="${percent(Math.min(half, whole - from) / whole)}" height="14"/>`,
    )
}

function ticks(whole: number, major: number): readonly Html[] {
  return [...steps(whole, major / minorPerMajor), whole].map((at, index) => {
    const isMajor = index % minorPerMajor === 0 || at === whole
    return html`<line x1="${percent(at / whole)}" x2="${percent(at / whole)}" y1="14" y2="${isMajor ? 24 : 19}"/>`
  })
}

function labels(
  reader: Reader,
  { whole, major, unit }: { readonly whole: number; readonly major: number; readonly unit: string },
): Html {
  const words = (value: number) => numberFormat(reader, { maximumFractionDigits: 1 }).format(value)
  // One that stands too near the end would run into the last label, on a telephone sooner than elsewhere.
  const inner = steps(whole, major).filter((at) => at > 0 && at / whole <= 0.76)
  return html`<text x="0%" y="40">0</text>${inner.map(
    (at) => html`<text x="${percent(at / whole)}" y="40" text-anchor="middle">${words(at)}</text>`,
  )}<text x="100%" y="40" text-anchor="end">${words(whole)} ${unit}</text>`
}

/** 0, step, 2 step, … below the whole. */
function steps(whole: number, step: number): readonly number[] {
  return Array.from({ length: Math.ceil(whole / step - 1e-9) }, (_, index) => index * step)
}
