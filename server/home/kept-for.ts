import type { Retention } from '../plans/plan.ts'

const units = [
  { name: 'hourly', every: 'one an hour', unit: 'hour', larger: { unit: 'day', holds: 24 } },
  { name: 'daily', every: 'one a day', unit: 'day', larger: undefined },
  { name: 'weekly', every: 'one a week', unit: 'week', larger: { unit: 'year', holds: 52 } },
  { name: 'monthly', every: 'one a month', unit: 'month', larger: { unit: 'year', holds: 12 } },
  { name: 'yearly', every: 'one a year', unit: 'year', larger: undefined },
] as const

/** Rules in words: `At least one a day for 90 days, one a week for 1 year`. */
export function keptForText(retention: Retention): string {
  const { keepLast, allWithinDays } = retention
  const said = [
    ...(keepLast > 0 ? [`the newest ${keepLast}`] : []),
    ...(allWithinDays > 0 ? [`all of ${counted(allWithinDays, 'day')}`] : []),
    ...units.filter(({ name }) => retention[name] > 0).map((unit) => unitText(unit, retention[unit.name])),
  ]
  return said.length === 0 ? 'The newest version' : `At least ${said.join(', ')}`
}

function unitText({ every, unit, larger }: (typeof units)[number], count: number): string {
  const isRound = larger !== undefined && count % larger.holds === 0
  return `${every} for ${isRound ? counted(count / larger.holds, larger.unit) : counted(count, unit)}`
}

function counted(count: number, unit: string): string {
  return `${count}\u00a0${unit}${count === 1 ? '' : 's'}`
}
