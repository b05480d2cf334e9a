import type { ZipTime } from './zip-records.ts'

/** What the DOS fields can say: two-second steps from 1980 to 2107. */
const first = Temporal.PlainDateTime.from('1980-01-01T00:00:00')
const last = Temporal.PlainDateTime.from('2107-12-31T23:59:58')

/** A file's time for an archive that somebody in that zone unpacks. */
export function zipTime(changedAtMs: number, timeZone: string): ZipTime {
  const local = clamp(Temporal.Instant.fromEpochMilliseconds(changedAtMs).toZonedDateTimeISO(timeZone).toPlainDateTime())
  return {
    dosDate: ((local.year - 1980) << 9) | (local.month << 5) | local.day,
    dosTime: (local.hour << 11) | (local.minute << 5) | (local.second >> 1),
    unixSeconds: Math.floor(changedAtMs / 1000),
  }
}

function clamp(local: Temporal.PlainDateTime): Temporal.PlainDateTime {
  if (Temporal.PlainDateTime.compare(local, first) < 0) return first
  return Temporal.PlainDateTime.compare(local, last) > 0 ? last : local
}
