// Walks the cache beside the file system: both are in order of name bytes, so one comparison for each entry finds the counterpart.

import { type CacheReader, type CacheToken, nameOfEncoded } from './cache-reader.ts'

export class CacheCursor {
  private readonly reader: CacheReader | undefined
  /** For each open folder, whether the cache knows it; tokens are read only while the innermost one is known. */
  private readonly known: boolean[]
  /** Something the cache knows was passed over since the last call of `takeGone`. */
  private gone = false

  constructor(reader: CacheReader | undefined) {
    this.reader = reader
    this.known = [reader !== undefined]
  }

  /** The cached entry of this name in the open folder, if there is one; it is consumed. */
  takeEntry(name: Buffer): Extract<CacheToken, { kind: 'entry' }> | undefined {
    const token = this.find(name)
    if (token?.kind !== 'entry') return undefined
    this.reader!.next()
    return token
  }

  /** Goes into a folder; true when the cache knows it. */
  enter(name: Buffer): boolean {
    const isKnown = this.find(name)?.kind === 'enter'
    if (isKnown) this.reader!.next()
    this.known.push(isKnown)
    return isKnown
  }

  /** Leaves the open folder; its encoded entry as of then, when the cache knows it. */
  leave(): Buffer | undefined {
    if (!this.known.pop()) return undefined
    const reader = this.reader!
    while (reader.peek().kind !== 'leave') this.pass()
    const token = reader.peek()
    reader.next()
    return token.kind === 'leave' ? token.encoded : undefined
  }

  /** Passes over what the walk did not find any more at the end of everything. */
  finish(): void {
    if (!this.reader) return
    while (this.reader.peek().kind !== 'end') this.pass()
  }

  /** Whether anything cached was found missing since the last call. */
  takeGone(): boolean {
    const { gone } = this
    this.gone = false
    return gone
  }

  /** Where the next unread token begins in the cache, for a second reader. */
  get position(): number {
    return this.reader?.position ?? 0
  }

  private find(name: Buffer): CacheToken | undefined {
    if (!this.known.at(-1)) return undefined
    for (;;) {
      const token = this.reader!.peek()
      if (token.kind === 'leave' || token.kind === 'end') return undefined
      const order = Buffer.compare(token.kind === 'enter' ? token.name : nameOfEncoded(token.encoded), name)
      if (order === 0) return token
      if (order > 0) return undefined
      this.pass()
    }
  }

  private pass(): void {
    this.gone = true
    this.reader!.skip()
  }
}
