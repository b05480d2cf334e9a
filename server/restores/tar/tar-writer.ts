/** A tar archive, entry by entry: an entry's bytes pass through, nothing is kept. A file that gives other than it said breaks it off. */
import { endOfTar, type TarFacts, tarHeader, tarPadding } from './tar-records.ts'

export class TarError extends Error {
  override readonly name = 'TarError'
}

export class TarWriter {
  #ready: Buffer[] = []
  #sizeBytes = 0
  #gotBytes = 0

  begin(facts: TarFacts): void {
    this.#finish()
    this.#sizeBytes = facts.sizeBytes
    this.#ready.push(tarHeader(facts))
  }

  /** Of the entry that was begun last. */
  add(bytes: Buffer): void {
    this.#gotBytes += bytes.length
    if (this.#gotBytes > this.#sizeBytes) throw this.#wrongLength()
    if (bytes.length > 0) this.#ready.push(bytes)
  }

  /** What is ready to go out. */
  take(): readonly Buffer[] {
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  *end(): Generator<readonly Buffer[]> {
    this.#finish()
    this.#ready.push(endOfTar)
    yield this.take()
  }

  #finish(): void {
    if (this.#gotBytes !== this.#sizeBytes) throw this.#wrongLength()
    const padding = tarPadding(this.#sizeBytes)
    if (padding.length > 0) this.#ready.push(padding)
    this.#sizeBytes = 0
    this.#gotBytes = 0
  }

  #wrongLength(): TarError {
    return new TarError(`a file of ${this.#sizeBytes} bytes gave ${this.#gotBytes}`)
  }
}
