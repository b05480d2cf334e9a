/**
 * Where the bytes of arriving files wait: one piece of shared memory, filled from the front, in which each file has its segment. What
 * was cut and sealed leaves it; the rest of a file that goes on moves to the front.
 */
import type { WindowSegment } from './cut-window.ts'

export interface OpenSegment<File> {
  readonly file: File
  readonly start: number
  end: number
  isEnd: boolean
}

export class DepositWindow<File> {
  readonly bytes: Buffer
  private waiting: OpenSegment<File>[] = []
  private filled = 0

  constructor(sizeBytes: number) {
    this.bytes = Buffer.from(new SharedArrayBuffer(sizeBytes))
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0
  }

  get segments(): readonly (WindowSegment & { readonly file: File })[] {
    return this.waiting
  }

  beginFile(file: File): void {
    this.waiting.push({ file, start: this.filled, end: this.filled, isEnd: false })
  }

  /** How many of the bytes it took: fewer than were given when it is full. */
  take(bytes: Uint8Array): number {
    const open = this.open()
    const taken = Math.min(bytes.length, this.bytes.length - this.filled)
    this.bytes.set(bytes.subarray(0, taken), this.filled)
    this.filled += taken
    open.end = this.filled
    return taken
  }

  /** Of the file that is open. It is the whole file while nothing of it was cut. */
  openBytes(): Buffer {
    const { start, end } = this.open()
    return this.bytes.subarray(start, end)
  }

  endFile(): void {
    this.open().isEnd = true
  }

  /** The open file's bytes are not needed here. */
  removeFile(): void {
    this.filled = this.open().start
    this.waiting.pop()
  }

  /** Everything was cut, but for what is left of the open file from `restAt` on. */
  empty(restAt: number | undefined): void {
    const open = this.waiting.at(-1)
    this.waiting = []
    this.filled = 0
    if (open === undefined || open.isEnd) return
    const from = restAt ?? open.end
    this.bytes.copyWithin(0, from, open.end)
    this.filled = open.end - from
    this.waiting.push({ file: open.file, start: 0, end: this.filled, isEnd: false })
  }

  private open(): OpenSegment<File> {
    const open = this.waiting.at(-1)
    if (open === undefined || open.isEnd) throw new Error('no file is open in the window')
    return open
  }
}
