import type { TextOutput } from '../command-line/surroundings.ts'

/*
 * One line at the bottom of the terminal that is drawn over and over. Each draw is one write that first goes to the line's start and
 * then clears what is left of the line before, so nothing flickers; text for good goes above it.
 */
export interface TerminalLine {
  /** Draws, unless the last drawing was a moment ago or looks the same. */
  draw(line: () => string, nowMs: number): void
  /** Writes lines that stay; the moving line is cleared first and drawn again by the next `draw`. */
  print(text: string): void
  /** Leaves a clean line. */
  clear(): void
}

const shortestBetweenMs = 100
const clearToEnd = '\u001b[K'

export function terminalLine(output: TextOutput): TerminalLine {
  let shown = ''
  let drawnAtMs = Number.NEGATIVE_INFINITY
  const clear = () => {
    if (shown !== '') output.write(`\r${clearToEnd}`)
    shown = ''
  }
  return {
    draw(line, nowMs) {
      if (nowMs - drawnAtMs < shortestBetweenMs) return
      drawnAtMs = nowMs
      const text = line()
      if (text === shown) return
      output.write(`\r${text}${clearToEnd}`)
      shown = text
    },
    print(text) {
      const start = shown === '' ? '' : `\r${clearToEnd}`
      shown = ''
      drawnAtMs = Number.NEGATIVE_INFINITY
      output.write(`${start}${text}\n`)
    },
    clear,
  }
}
