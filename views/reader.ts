/** For whom a page is written: how they write dates and numbers, where their clock stands, and what it says now. */
export type Reader = {
  /** English in the manner of the reader's region (`en-GB`, `en-US`, `en-DE`): our words are English, dates and numbers are theirs. */
  readonly locale: string
  /** IANA name, known to Intl. */
  readonly timeZone: string
  readonly nowMs: number
}
