import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

/** A file of lines that is put aside when it has grown; so many are kept: `log`, `log.1` (the last before), `log.2` … */
export type RotatingFile = { readonly write: (line: string) => void; readonly close: () => void }

export function openRotatingFile(options: {
  readonly path: string
  readonly maxBytes: number
  readonly keptFiles: number
}): RotatingFile {
  let file = openSync(options.path, 'a', 0o600)
  let sizeBytes = fstatSync(file).size
  let isClosed = false
  const rotate = () => {
    closeSync(file)
    for (let number = options.keptFiles; number >= 1; number -= 1) {
      const from = number === 1 ? options.path : `${options.path}.${number - 1}`
      renameIfThere(from, `${options.path}.${number}`)
    }
    file = openSync(options.path, 'a', 0o600)
    sizeBytes = 0
  }
  return {
    write: (line) => {
      // The number of a closed file may be another file's by now.
      if (isClosed) return
      const bytes = Buffer.from(line)
      if (sizeBytes > 0 && sizeBytes + bytes.length > options.maxBytes) rotate()
      writeSync(file, bytes)
      sizeBytes += bytes.length
    },
    close: () => {
      isClosed = true
      closeSync(file)
    },
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
