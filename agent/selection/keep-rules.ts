/*
 * How long versions are kept, as people write it: `last 5, daily 14, weekly 8, monthly 12, yearly 3`, or `within 90 days`. Stored with
 * the job in this version; retention itself works in the box, by the plan.
 */

export const keepPeriods = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const
export type KeepPeriod = (typeof keepPeriods)[number]

export type KeepRule =
  | { readonly kind: 'count'; readonly period: KeepPeriod; readonly count: number }
  | { readonly kind: 'within'; readonly days: number }

const countMax = 10_000
const daysMax = 36_500

/** @throws RangeError with a sentence for people */
export function parseKeepRules(text: string): readonly KeepRule[] {
  const rules = text
    .toLowerCase()
    .split(',')
    .map((part) => parseRule(part.trim(), text))
  const kinds = rules.map((rule) => (rule.kind === 'count' ? rule.period : rule.kind))
  const repeated = kinds.find((kind, index) => kinds.indexOf(kind) !== index)
  if (repeated) throw new RangeError(`"${text}" says "${repeated}" twice`)
  return rules
}

/** The one spelling that is stored. */
export function keepRulesText(rules: readonly KeepRule[]): string {
  return rules.map((rule) => (rule.kind === 'within' ? `within ${rule.days} days` : `${rule.period} ${rule.count}`)).join(', ')
}

function parseRule(part: string, whole: string): KeepRule {
  const within = /^within[ =](\d{1,5}) ?(?:d|days?)$/.exec(part)
  if (within) return { kind: 'within', days: bounded(Number(within[1]), daysMax, part) }
  const count = /^([a-z]+)[ =](\d{1,5})$/.exec(part)
  const period = keepPeriods.find((known) => known === count?.[1])
  if (count && period) return { kind: 'count', period, count: bounded(Number(count[2]), countMax, part) }
  throw new RangeError(
    `"${part || whole}" is no rule for keeping; write for example "last 5, daily 14, weekly 8, monthly 12, yearly 3" or "within 90 days"`,
  )
}

function bounded(value: number, max: number, part: string): number {
  if (value < 1 || value > max) throw new RangeError(`"${part}": the number must be 1 to ${max}`)
  return value
}
