/*
 * When a job shall run by itself, as people write it. The computer keeps to it, the dashboard checks and shows it: both read the same
 * words here. When it is due says schedule-times.ts.
 */

export type Schedule =
  | { readonly kind: 'daily'; readonly at: TimeOfDay }
  | { readonly kind: 'every'; readonly minutes: number }
  | { readonly kind: 'weekly'; readonly day: WeekDay; readonly at: TimeOfDay }
  | { readonly kind: 'monthly'; readonly day: number; readonly at: TimeOfDay }
  | { readonly kind: 'cron'; readonly fields: readonly string[] }
  | { readonly kind: 'continuous' }

export const weekDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type WeekDay = (typeof weekDays)[number]

export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

/** What this version takes, for help and complaints; `continuous` is read, and refused where it would be set. */
export const scheduleForms = [
  'daily 18:00',
  'every 15 minutes',
  'every 2 hours',
  'weekly mon 20:00',
  'monthly 1 03:00',
  '*/30 8-18 * * 1-5 (cron)',
] as const

/** The floor between two versions of one job that the box keeps to. */
const everyMinutesMin = 5
const everyMinutesMax = 7 * 24 * 60
export const schedulesPerJobMax = 20

/** @throws RangeError with a sentence for people */
export function parseSchedule(text: string): Schedule {
  const words = text.trim().toLowerCase().split(/\s+/)
  switch (words[0]) {
    case 'continuous':
      if (words.length === 1) return { kind: 'continuous' }
      break
    case 'daily':
      if (words.length === 2) return { kind: 'daily', at: timeOfDay(words[1]!) }
      break
    case 'weekly':
      if (words.length === 3) return { kind: 'weekly', day: weekDay(words[1]!), at: timeOfDay(words[2]!) }
      break
    case 'monthly':
      if (words.length === 3) return { kind: 'monthly', day: dayOfMonth(words[1]!), at: timeOfDay(words[2]!) }
      break
    case 'every':
      if (words.length === 2 || words.length === 3) return { kind: 'every', minutes: minutesOf(words.slice(1)) }
      break
    default:
      if (words.length === cronFields.length) return { kind: 'cron', fields: words.map(cronField) }
  }
  throw new RangeError(`"${text}" is no schedule; these are: ${scheduleForms.join(', ')}`)
}

/** The one spelling that is stored. */
export function scheduleText(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'continuous':
      return 'continuous'
    case 'daily':
      return `daily ${timeText(schedule.at)}`
    case 'weekly':
      return `weekly ${schedule.day} ${timeText(schedule.at)}`
    case 'monthly':
      return `monthly ${schedule.day} ${timeText(schedule.at)}`
    case 'every':
      return schedule.minutes % 60 === 0 ? `every ${schedule.minutes / 60} hours` : `every ${schedule.minutes} minutes`
    case 'cron':
      return schedule.fields.join(' ')
    default:
      return schedule satisfies never
  }
}

function timeOfDay(word: string): TimeOfDay {
  const match = /^(\d{1,2}):(\d{2})$/.exec(word)
  const hour = Number(match?.[1])
  const minute = Number(match?.[2])
  if (!match || hour > 23 || minute > 59) throw new RangeError(`"${word}" is no time of day; write it as 18:00`)
  return { hour, minute }
}

function timeText({ hour, minute }: TimeOfDay): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

function weekDay(word: string): WeekDay {
  const day = weekDays.find((known) => word.startsWith(known) && isDayName(word, known))
  if (!day) throw new RangeError(`"${word}" is no day of the week; write one of ${weekDays.join(', ')}`)
  return day
}

const longDayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

function isDayName(word: string, short: WeekDay): boolean {
  return word === short || word === longDayNames[weekDays.indexOf(short)]
}

function dayOfMonth(word: string): number {
  const day = Number(word)
  if (!/^\d{1,2}$/.test(word) || day < 1 || day > 31) throw new RangeError(`"${word}" is no day of a month; write 1 to 31`)
  return day
}

const unitMinutes: Readonly<Record<string, number>> = {
  minute: 1,
  minutes: 1,
  min: 1,
  hour: 60,
  hours: 60,
  h: 60,
  day: 24 * 60,
  days: 24 * 60,
}

/** `15 minutes`, `2 hours`, `hour`. */
function minutesOf(words: readonly string[]): number {
  const [count, unit] = words.length === 1 ? ['1', words[0]!] : (words as [string, string])
  const minutes = Number(count) * (unitMinutes[unit] ?? Number.NaN)
  if (!/^\d{1,5}$/.test(count) || !Number.isInteger(minutes))
    throw new RangeError(`"every ${words.join(' ')}" is no interval; write it as every 15 minutes`)
  if (minutes < everyMinutesMin || minutes > everyMinutesMax)
    throw new RangeError(`an interval is ${everyMinutesMin} minutes at least and ${everyMinutesMax / 24 / 60} days at most`)
  return minutes
}

/** Minute, hour, day of month, month, day of week (0 and 7 are Sunday). */
export const cronFields = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12 },
  { name: 'day of week', min: 0, max: 7 },
] as const

function cronField(word: string, index: number): string {
  const { name, min, max } = cronFields[index]!
  const wrong = () => new RangeError(`"${word}" is no ${name} of a cron line (${min} to ${max}, *, */2, 1-5, 1,2)`)
  for (const part of word.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part)
    if (!match) throw wrong()
    const [first, last, step] = [match[1], match[2], match[3]].map((text) => (text === undefined ? undefined : Number(text)))
    if ([first, last].some((value) => value !== undefined && (value < min || value > max))) throw wrong()
    if (step === 0 || (first !== undefined && last !== undefined && last < first)) throw wrong()
  }
  return word
}
