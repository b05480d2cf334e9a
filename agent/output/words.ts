import { countOf } from '../../views/format/count.ts'
import { durationText } from '../../views/format/duration.ts'
import { nameText } from '../../views/format/name-text.ts'
import { sizeText } from '../../views/format/size.ts'

/*
 * Numbers, times and names as the terminal shows them: the same words as in the box's pages, with plain blanks, which can be copied.
 */
export interface Words {
  count(count: number, one: string, many?: string): string
  size(bytes: number): string
  speed(bytesPerSecond: number): string
  duration(durationMs: number): string
  /** `2026-03-14 18:02`, local: what `restore` takes as a date, too. */
  moment(atMs: number): string
  /** A path as people read it: nothing in it can move the cursor or pass for another name. */
  path(path: Buffer): string
}

export function wordsFor(reader: { readonly locale: string; readonly timeZone: string; readonly now: () => number }): Words {
  const page = { locale: reader.locale, timeZone: reader.timeZone, nowMs: reader.now() }
  const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ')
  return {
    count: (count, one, many) => plain(countOf(page, count, one, many)),
    size: (bytes) => plain(sizeText(page, bytes)),
    speed: (bytesPerSecond) => `${plain(sizeText(page, Math.round(bytesPerSecond)))}/s`,
    duration: (durationMs) => plain(durationText(page, durationMs)),
    moment(atMs) {
      const moment = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(reader.timeZone)
      return `${moment.toPlainDate()} ${moment.toPlainTime().toString({ smallestUnit: 'minute' })}`
    },
    path: (path) => nameText(path),
  }
}
