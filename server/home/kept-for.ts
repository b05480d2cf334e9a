import type { Retention } from '../plans/plan.ts'

const rules = [
  { name: 'hourly', every: 'one an hour', unit: 'hour', larger: { unit: 'day', holds: 24 } },
  { name: 'daily', every: 'one a day', unit: 'day', larger: undefined },
  { name: 'weekly', every: 'one a week', unit: 'week', larger: { unit: 'year', holds: 52 } },
  { name: 'monthly', every: 'one a month', unit: 'month', larger: { unit: 'year', holds: 12 } },
  { name: 'yearly', every: 'one a year', unit: 'year', larger: undefined },
] as const

/** A plan's rules in words: `At least one a day for 90 days, one a week for 1 year`. */
export function keptForText(retention: Retention): string {
  const said = rules
    .filter(({ name }) => retention[name] > 0)
    .map(({ name, every, unit, larger }) => {
      const count = retention[name]
      const isRound = larger !== undefined && count % larger.holds === 0
      return `${every} for ${isRound ? counted(count / larger.holds, larger.unit) : counted(count, unit)}`
    })
  return said.length === 0 ? 'The newest version' : `At least ${said.join(', ')}`
}

function counted(count: number, unit: string): string {
  return `${count}\u00a0${unit}${count === 1 ? '' : 's'}`
}
