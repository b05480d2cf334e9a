import type { TextOutput } from '../../agent/command-line/surroundings.ts'
import { type Words, wordsFor } from '../../agent/output/words.ts'

/** Words of a reader who is always the same. */
export const testWords: Words = wordsFor({ locale: 'en-GB', timeZone: 'Europe/Berlin', now: () => Date.UTC(2026, 2, 14, 12) })

export interface RecordedOutput extends TextOutput {
  readonly writes: readonly string[]
  text(): string
}

/** Keeps what is written, write by write. */
export function recordedOutput(options: { readonly isTerminal: boolean; readonly columns?: number }): RecordedOutput {
  const writes: string[] = []
  return {
    isTerminal: options.isTerminal,
    columns: () => options.columns ?? 80,
    write: (text) => writes.push(text),
    writes,
    text: () => writes.join(''),
  }
}
