import type { ZipTime } from './zip-records.ts'

/** What the DOS fields can say: two-second steps from 1980 to 2107. */
const firstYear = 1980
const lastYear = 2107
const first = dosTimeOf(Date.UTC(firstYear, 0, 1))
const last = dosTimeOf(Date.UTC(lastYear, 11, 31, 23, 59, 58))

/** A file's time for an archive that somebody in that zone unpacks. */
export function zipTime(changedAtMs: number, timeZone: string): ZipTime {
  return zipTimes(timeZone)(changedAtMs)
}

/** No clock anywhere is put on or back at another moment than the quarter of an hour. */
const quarterMs = 15 * 60 * 1000
/** Files of a folder are often of few days. */
const keptQuarters = 4096

/** The same for many: asking the calendar anew for each of a million files would take ten seconds. */
export function zipTimes(timeZone: string): (changedAtMs: number) => ZipTime {
  const offsets = new Map<number, number>()
  return (changedAtMs) => {
    const quarter = Math.floor(changedAtMs / quarterMs)
    let offsetMs = offsets.get(quarter)
    if (offsetMs === undefined) {
      offsetMs = offsetAt(quarter * quarterMs, timeZone)
      if (offsets.size >= keptQuarters) offsets.clear()
      offsets.set(quarter, offsetMs)
    }
    return { ...dosTimeWithin(changedAtMs + offsetMs), unixSeconds: Math.floor(changedAtMs / 1000) }
  }
}

function offsetAt(ms: number, timeZone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1e6
}

function dosTimeWithin(localMs: number) {
  const year = new Date(localMs).getUTCFullYear()
  if (year < firstYear) return first
  return year > lastYear ? last : dosTimeOf(localMs)
}

/** `localMs`: what the clock on the wall shows, as if it were UTC. */
function dosTimeOf(localMs: number): Pick<ZipTime, 'dosDate' | 'dosTime'> {
  const local = new Date(localMs)
  return {
    dosDate: ((local.getUTCFullYear() - firstYear) << 9) | ((local.getUTCMonth() + 1) << 5) | local.getUTCDate(),
    dosTime: (local.getUTCHours() << 11) | (local.getUTCMinutes() << 5) | (local.getUTCSeconds() >> 1),
  }
}
