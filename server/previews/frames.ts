/** Messages between the box and a process that draws: a length and so many bytes. Pure. */

export const maxFrameBytes = 48 * 1024 * 1024
const headBytes = 4

export function frameOf(...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(parts.reduce((sum, { length }) => sum + length, 0))
  return Buffer.concat([head, ...parts])
}

export class FrameReader {
  #parts: Buffer[] = []
  #bytes = 0

  /** The messages that are whole now. Throws for one that is too long. */
  push(bytes: Buffer): readonly Buffer[] {
    this.#parts.push(bytes)
    this.#bytes += bytes.length
    const whole: Buffer[] = []
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) whole.push(frame)
    return whole
  }

  #take(): Buffer | undefined {
    if (this.#bytes < headBytes) return undefined
    if (this.#parts[0]!.length < headBytes) this.#parts = [Buffer.concat(this.#parts)]
    const length = this.#parts[0]!.readUInt32LE(0)
    if (length > maxFrameBytes) throw new RangeError(`a message of ${length} bytes`)
    if (this.#bytes < headBytes + length) return undefined
    const all = Buffer.concat(this.#parts)
    const rest = all.subarray(headBytes + length)
    this.#parts = rest.length > 0 ? [rest] : []
    this.#bytes = rest.length
    return all.subarray(headBytes, headBytes + length)
  }
}
