import type { Retention } from '../plans/plan.ts'

const units = [
  { name: 'hourly', every: 'one an hour', unit: 'hour' },
  { name: 'daily', every: 'one a day', unit: 'day' },
  { name: 'weekly', every: 'one a week', unit: 'week' },
  { name: 'monthly', every: 'one a month', unit: 'month' },
  { name: 'yearly', every: 'one a year', unit: 'year' },
] as const satisfies readonly { readonly name: keyof Retention; readonly every: string; readonly unit: string }[]

/** A plan's rules in words: `At least one a day for 90 days, one a week for 52 weeks`. */
export function keptForText(retention: Retention): string {
  const rules = units
    .filter(({ name }) => retention[name] > 0)
    .map(({ name, every, unit }) => `${every} for ${retention[name]} ${unit}${retention[name] === 1 ? '' : 's'}`)
  return rules.length === 0 ? 'The newest version' : `At least ${rules.join(', ')}`
}
