import { fitText, textWidth } from './text-width.ts'
import type { Words } from './words.ts'

/** How far long work is. What is not known yet is undefined. */
export interface ProgressState {
  /** `Looking`, `Sending`, `Finishing`: what is being done. */
  readonly title: string
  readonly files: number
  readonly filesTotal: number | undefined
  readonly bytes: number
  readonly bytesTotal: number | undefined
  readonly bytesPerSecond: number
}

const barColumnsMax = 24
const barColumnsMin = 8
const narrowest = 20
/** An estimate beyond this is none. */
const longestLeftMs = 99 * 3600 * 1000

/** One line that fits: the bar gives way first, then what is least asked for. Pure. */
export function progressLine(state: ProgressState, columns: number, words: Words): string {
  const room = Math.max(narrowest, columns) - 1 // the last column would wrap on some terminals
  const fraction = fractionOf(state)
  const percent = fraction === undefined ? '' : `${String(Math.floor(fraction * 100)).padStart(3)} %`
  const parts = partsOf(state, fraction, words)
  for (let shown = parts.length; shown > 0; shown -= 1) {
    const text = [percent, ...parts.slice(0, shown)].filter((part) => part !== '').join('  ')
    const head = `${state.title}  `
    const left = room - textWidth(head) - textWidth(text)
    if (left < 0) continue
    const bar = fraction === undefined ? '' : barText(fraction, Math.min(barColumnsMax, left - 2))
    return `${head}${bar}${text}`
  }
  return fitText(`${state.title} ${percent}`, room)
}

/** In the order in which they are worth their place. */
function partsOf(state: ProgressState, fraction: number | undefined, words: Words): readonly string[] {
  const total = state.bytesTotal === undefined || fraction === undefined ? '' : ` of ${words.size(state.bytesTotal)}`
  const leftMs = millisecondsLeft(state, fraction)
  return [
    `${words.size(state.bytes)}${total}`,
    ...(leftMs === undefined ? [] : [`${words.duration(leftMs)} left`]),
    ...(state.bytesPerSecond > 0 ? [words.speed(state.bytesPerSecond)] : []),
    words.count(state.files, 'file'),
  ]
}

/** Never 100 % before the end, and none while the total is a guess that has been passed. */
function fractionOf({ bytes, bytesTotal, files, filesTotal }: ProgressState): number | undefined {
  if (bytesTotal !== undefined && bytesTotal > 0) return bytes > bytesTotal ? undefined : bytes / bytesTotal
  if (filesTotal !== undefined && filesTotal > 0) return files > filesTotal ? undefined : files / filesTotal
  return undefined
}

function millisecondsLeft(state: ProgressState, fraction: number | undefined): number | undefined {
  if (fraction === undefined || state.bytesTotal === undefined || state.bytesPerSecond <= 0) return undefined
  const leftMs = ((state.bytesTotal - state.bytes) / state.bytesPerSecond) * 1000
  return leftMs > longestLeftMs ? undefined : Math.round(leftMs / 1000) * 1000
}

function barText(fraction: number, columns: number): string {
  if (columns < barColumnsMin) return ''
  const inner = columns - 2
  const full = Math.floor(fraction * inner)
  return `[${'#'.repeat(full)}${'.'.repeat(inner - full)}]`.padEnd(columns + 1)
}
