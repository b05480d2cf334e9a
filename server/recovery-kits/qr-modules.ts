/** A text as the squares of a QR code. Dark squares only; whoever draws it leaves a quiet border of four squares. */
import qrcode from 'qrcode'

export interface QrModules {
  /** Squares in a row, and rows. */
  readonly size: number
  readonly isDark: (row: number, column: number) => boolean
}

/** A quarter of it may be dirty or torn: it will lie in a safe for years. */
const errorCorrectionLevel = 'Q'

export function qrModules(text: string): QrModules {
  const { modules } = qrcode.create(text, { errorCorrectionLevel })
  return { size: modules.size, isDark: (row, column) => modules.get(row, column) === 1 }
}

/** Runs of dark squares as one SVG path in units of a square: a path per square would be a page of its own. */
export function qrPath({ size, isDark }: QrModules): string {
  const runs: string[] = []
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (!isDark(row, column)) continue
      const start = column
      while (column < size && isDark(row, column)) column += 1
      runs.push(`M${start} ${row}h${column - start}v1h-${column - start}z`)
    }
  }
  return runs.join('')
}
