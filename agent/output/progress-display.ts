import type { Surroundings } from '../command-line/surroundings.ts'
import { type ProgressState, progressLine } from './progress-line.ts'
import type { EventObject, Report } from './report.ts'
import { speedMeter } from './speed-meter.ts'
import { terminalLine } from './terminal-line.ts'
import type { Words } from './words.ts'

/*
 * How long work is shown: a moving line on a terminal; for programs and files a line now and then, so that a log of hours stays
 * readable.
 */
export interface ProgressDisplay {
  show(progress: ShownProgress): void
  /** An event for programs, and a line for people that stays above the moving one. */
  tell(json: EventObject, line?: string): void
  /** Leaves a clean line behind. */
  end(): void
}

export interface ShownProgress extends Omit<ProgressState, 'bytesPerSecond'> {
  /** For programs: the same as the engine gave it. */
  readonly json: Readonly<Record<string, unknown>>
}

const jsonBetweenMs = 1_000
const linesBetweenMs = 10_000

export function progressDisplay(options: {
  readonly report: Report
  readonly words: Words
  readonly surroundings: Pick<Surroundings, 'errors' | 'now'>
}): ProgressDisplay {
  const { report, words, surroundings } = options
  const { errors, now } = surroundings
  const meter = speedMeter(now())
  const line = terminalLine(errors)
  const isMoving = errors.isTerminal && !report.isJson
  let toldAtMs = now()
  return {
    show({ json, ...state }) {
      const nowMs = now()
      const bytesPerSecond = meter.note(state.bytes, nowMs)
      if (isMoving) {
        line.draw(() => progressLine({ ...state, bytesPerSecond }, errors.columns(), words), nowMs)
        return
      }
      if (nowMs - toldAtMs < (report.isJson ? jsonBetweenMs : linesBetweenMs)) return
      toldAtMs = nowMs
      const wholeLine = progressLine({ ...state, bytesPerSecond }, Number.MAX_SAFE_INTEGER, words)
      report.event({ event: 'progress', ...json, bytesPerSecond: Math.round(bytesPerSecond) }, wholeLine)
    },
    tell(json, text) {
      if (isMoving) line.clear()
      report.event(json, text)
    },
    end() {
      if (isMoving) line.clear()
    },
  }
}
