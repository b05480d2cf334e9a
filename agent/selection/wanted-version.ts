/*
 * Which version is meant: its id or the beginning of it, `latest`, or a moment. A day means the end of that day and a minute the end of
 * that minute, in this computer's time, so that "what I had on the 14th" holds the work of the 14th.
 */

export type WantedVersion =
  | { readonly kind: 'latest' }
  /** The newest one not later than this. */
  | { readonly kind: 'until'; readonly atMs: number }
  | { readonly kind: 'id'; readonly prefix: string }

export const idPrefixMin = 4
const moment = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}[:.]\d{2}(?:[:.]\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/
const id = /^(?:snap_)?([a-z2-7]{4,20})$/
const hexId = /^[0-9a-f]{64}$/

/** @throws RangeError with a sentence for people */
export function parseWantedVersion(text: string, timeZone: string): WantedVersion {
  if (text === 'latest') return { kind: 'latest' }
  const found = moment.exec(text)
  if (found) return { kind: 'until', atMs: endOf(text, found[1]!, found[2], found[3], timeZone) }
  if (hexId.test(text)) return { kind: 'id', prefix: publicPrefix(text) }
  const prefix = id.exec(text)?.[1]
  if (prefix !== undefined) return { kind: 'id', prefix: `snap_${prefix}` }
  throw new RangeError(
    `"${text}" is no version: give an id of "snapshots" (or its beginning), latest, or a date like 2026-03-14 or "2026-03-14 18:00"`,
  )
}

function endOf(text: string, date: string, time: string | undefined, offset: string | undefined, timeZone: string): number {
  try {
    const day = Temporal.PlainDate.from(date, { overflow: 'reject' })
    if (time === undefined) return day.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds - 1
    const clock = Temporal.PlainTime.from(time.replaceAll('.', ':'), { overflow: 'reject' })
    const hasSeconds = time.length > 'hh:mm'.length
    const zone = offset === undefined ? timeZone : offset === 'Z' ? 'UTC' : offset
    // An hour that comes twice: the later one, so that nothing of that evening is left out.
    const start = day.toPlainDateTime(clock).toZonedDateTime(zone, { disambiguation: 'later' })
    return start.add(hasSeconds ? { seconds: 1 } : { minutes: 1 }).epochMilliseconds - 1
  } catch (cause) {
    throw new RangeError(`"${text}" is no moment of the calendar`, { cause })
  }
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567'
const publicIdCharacters = 20

/** The id that pages and lists show: the first 100 bits of the long one. */
export function publicPrefix(hexSnapshotId: string): string {
  const bits = Array.from(Buffer.from(hexSnapshotId, 'hex'), (byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = Array.from({ length: publicIdCharacters }, (_, index) =>
    Number.parseInt(bits.slice(index * 5, index * 5 + 5), 2),
  )
  return `snap_${digits.map((digit) => base32[digit]!).join('')}`
}
