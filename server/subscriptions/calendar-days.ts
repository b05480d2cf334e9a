/** Days of a time zone, with 23, 24 or 25 hours. Pure. */

/** The first moment of the day that comes so many days after the one an instant lies in. Where midnight is left out, the first after it. */
export function startOfDay(atMs: number, timeZone: string, daysLater = 0): number {
  return localDate(atMs, timeZone).add({ days: daysLater }).toZonedDateTime(timeZone).epochMilliseconds
}

/** The same time of day so many days later. */
export function addDays(atMs: number, days: number, timeZone: string): number {
  return zoned(atMs, timeZone).add({ days }).epochMilliseconds
}

/** How many midnights lie between; negative when `toMs` is of an earlier day. */
export function daysBetween(fromMs: number, toMs: number, timeZone: string): number {
  return localDate(fromMs, timeZone).until(localDate(toMs, timeZone), { largestUnit: 'day' }).days
}

function localDate(atMs: number, timeZone: string): Temporal.PlainDate {
  return zoned(atMs, timeZone).toPlainDate()
}

function zoned(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone)
}
