import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError'
}

/** A file's bytes, or undefined when there is none. Files that should be small are not trusted to be. */
export function readSmallFile(path: string, maxBytes: number): Buffer | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    // A pipe's size is 0, so what counts is what comes.
    const room = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(fstatSync(file).size, 4096)) + 1)
    let length = 0
    for (;;) {
      const read = readSync(file, room, length, room.length - length, null)
      if (read === 0) return room.subarray(0, length)
      length += read
      if (length === room.length) throw new FileTooLargeError(`${path} holds more than ${room.length - 1} bytes`)
    }
  } finally {
    closeSync(file)
  }
}
