/** How many versions of a job are kept, in numbers. Zero: this rule keeps nothing by itself. */
export interface RetentionRules {
  /** The newest so many. */
  readonly keepLast: number
  /** The newest of each of so many hours, days, …, those without a version not counted. */
  readonly hourly: number
  readonly daily: number
  readonly weekly: number
  readonly monthly: number
  readonly yearly: number
  /** Every one that is younger than so many days of 24 hours. */
  readonly allWithinDays: number
}

/** From the shortest to the longest. */
export const calendarUnits = [
  'hourly',
  'daily',
  'weekly',
  'monthly',
  'yearly',
] as const satisfies readonly (keyof RetentionRules)[]
export type CalendarUnit = (typeof calendarUnits)[number]

export const noRules: RetentionRules = {
  keepLast: 0,
  hourly: 0,
  daily: 0,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  allWithinDays: 0,
}

export const ruleCountMax = 10_000
export const ruleDaysMax = 36_500
