/** A year of hourly backups of three computers, the rules applied every day, against a second, naive reading of the rules. */
import { expect, test } from 'vitest'
import { planRetention } from '../../../engine/retention/plan-retention.ts'
import type { RetentionRules } from '../../../engine/retention/retention-rules.ts'
import { dayMs, hourMs, keptNames, minuteMs, type SampleVersion, sampleVersion } from './histories.ts'

const startMs = Date.UTC(2025, 5, 1, 0, 7)
const hours = 365 * 24
const endMs = startMs + hours * hourMs

/** Silver, Gold, and a plan of somebody's own. */
const computers: readonly { name: string; timeZone: string; rules: RetentionRules; isOn: (atMs: number) => boolean }[] = [
  {
    name: 'server',
    timeZone: 'Europe/Berlin',
    rules: { keepLast: 0, hourly: 48, daily: 60, weekly: 26, monthly: 12, yearly: 1, allWithinDays: 0 },
    isOn: () => true,
  },
  {
    name: 'office',
    timeZone: 'America/New_York',
    rules: { keepLast: 0, hourly: 168, daily: 90, weekly: 52, monthly: 24, yearly: 7, allWithinDays: 0 },
    isOn: (atMs) =>
      new Date(atMs).getUTCHours() >= 13 && new Date(atMs).getUTCHours() < 22 && new Date(atMs).getUTCDay() % 6 !== 0,
  },
  {
    name: 'laptop',
    timeZone: 'Australia/Lord_Howe',
    rules: { keepLast: 12, hourly: 0, daily: 14, weekly: 0, monthly: 6, yearly: 0, allWithinDays: 10 },
    isOn: (atMs) => Math.floor((atMs - startMs) / (9 * dayMs)) % 3 !== 1,
  },
]

test('exactly what the rules say stays, and never more is held than what they ask for', () => {
  for (const { name, timeZone, rules, isOn } of computers) {
    const all: SampleVersion[] = []
    let left: readonly SampleVersion[] = []
    let most = 0
    for (let hour = 0; hour <= hours; hour += 1) {
      const atMs = startMs + hour * hourMs
      if (isOn(atMs)) {
        const version = sampleVersion(atMs - ((hour * 7) % 50) * minuteMs, { device: name, seq: hour, name: `${name} ${hour}` })
        all.push(version)
        left = [...left, version]
      }
      if (hour % 24 !== 3) continue
      most = Math.max(most, left.length)
      const kept = new Set(keptNames(planRetention(left, { rules, timeZone, nowMs: atMs })))
      left = left.filter((version) => kept.has(version.name))
    }
    const kept = keptNames(planRetention(left, { rules, timeZone, nowMs: endMs }))
    expect(kept, name).toEqual(naivelyKept(all, { rules, timeZone, nowMs: endMs }))
    expect(most, `${name}: versions held at most`).toBeLessThan(
      7 * 24 + 24 * 2 + rules.daily + rules.weekly + rules.monthly + rules.hourly + 250,
    )
  }
})

/** By grouping and sorting texts that the locale's calendar makes; it shares no code with the engine. */
function naivelyKept(
  versions: readonly SampleVersion[],
  { rules, timeZone, nowMs }: { rules: RetentionRules; timeZone: string; nowMs: number },
): readonly string[] {
  const kept = new Set<SampleVersion>()
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  })
  const groups = { hourly: new Map(), daily: new Map(), weekly: new Map(), monthly: new Map(), yearly: new Map() } as Record<
    string,
    Map<string, SampleVersion>
  >
  for (const version of versions) {
    const parts = Object.fromEntries(format.formatToParts(version.takenMs).map(({ type, value }) => [type, value]))
    const date = `${parts.year}-${parts.month}-${parts.day}`
    const monday = new Date(`${date}T12:00:00Z`)
    monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7))
    // Later versions take the place of earlier ones.
    groups.hourly!.set(`${date} ${parts.hour} ${parts.timeZoneName}`, version)
    groups.daily!.set(date, version)
    groups.weekly!.set(monday.toISOString().slice(0, 10), version)
    groups.monthly!.set(date.slice(0, 7), version)
    groups.yearly!.set(date.slice(0, 4), version)
  }
  for (const unit of ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const)
    for (const version of [...groups[unit]!.values()].slice(groups[unit]!.size - Math.min(rules[unit], groups[unit]!.size)))
      kept.add(version)
  for (const version of versions.slice(versions.length - Math.min(rules.keepLast, versions.length))) kept.add(version)
  const utcHours = new Map<number, SampleVersion>()
  for (const version of versions) {
    const ageMs = nowMs - version.receivedMs
    if (ageMs < Math.max(dayMs, rules.allWithinDays * dayMs)) kept.add(version)
    if (ageMs < 7 * dayMs) utcHours.set(Math.floor(version.receivedMs / hourMs), version)
  }
  for (const version of utcHours.values()) kept.add(version)
  kept.add(versions.at(-1)!)
  return versions.filter((version) => kept.has(version)).map(({ name }) => name)
}
