/** A plan as it is typed: numbers in GiB, minutes and days. Pure. */
import { type PlanField, planFields } from '../../views/pages/plan-form.ts'
import { parseDisplayText } from '../text/display-text.ts'
import { type Plan, type PlanFeature, planFeatures, retentionSchema, termsLimits } from './plan.ts'
import type { PlanWords } from './plans-service.ts'

export type TypedPlan = Readonly<Record<PlanField, string>>

const gib = 1024 ** 3

export function typedPlan(plan: Plan): TypedPlan {
  const { retention } = plan
  const rules = Object.fromEntries(Object.entries(retention).map(([name, count]) => [name, String(count)]))
  return {
    ...(rules as Record<keyof typeof retention, string>),
    name: plan.name,
    quota: String(Number((plan.quotaBytes / gib).toFixed(3))),
    computers: String(plan.devicesMax),
    interval: String(plan.minIntervalMinutes),
    validity: plan.validityDays === undefined ? '' : String(plan.validityDays),
    grace: String(plan.graceDays),
    price: plan.priceText,
  }
}

/** What the form of a new plan begins with. */
export const emptyPlan: TypedPlan = {
  ...{ name: '', quota: '100', computers: '3', interval: '0', validity: '365', grace: '14', price: '' },
  ...{ keepLast: '0', allWithinDays: '0', hourly: '0', daily: '30', weekly: '8', monthly: '6', yearly: '0' },
}

export type ReadPlan =
  | { readonly kind: 'read'; readonly words: PlanWords }
  | { readonly kind: 'wrong'; readonly problems: Readonly<Partial<Record<PlanField, string>>> }

export function readPlan(typed: TypedPlan, features: readonly string[]): ReadPlan {
  const problems: Partial<Record<PlanField, string>> = {}
  const name = parseDisplayText(typed.name, { maxCharacters: termsLimits.nameCharacters })
  if (name === undefined) problems.name = `Give a name of 1 to ${termsLimits.nameCharacters} characters.`
  const priceText = typed.price.trim() === '' ? '' : parseDisplayText(typed.price, { maxCharacters: termsLimits.priceCharacters })
  if (priceText === undefined) problems.price = `Give at most ${termsLimits.priceCharacters} characters, all on one line.`

  const whole = (field: PlanField, { min, max }: { readonly min: number; readonly max: number }): number => {
    const value = /^\s*\d{1,9}\s*$/.test(typed[field]) ? Number(typed[field]) : Number.NaN
    if (!(value >= min && value <= max)) problems[field] = `Give a whole number from ${min} to ${max}.`
    return value
  }
  const quotaBytes = quotaOf(typed.quota)
  if (quotaBytes === undefined) problems.quota = 'Give a number of GiB from 0.001 to 1,048,576.'
  const numbers = {
    devicesMax: whole('computers', termsLimits.devicesMax),
    minIntervalMinutes: whole('interval', termsLimits.minIntervalMinutes),
    graceDays: whole('grace', termsLimits.graceDays),
  }
  const validityDays = typed.validity.trim() === '' ? undefined : whole('validity', termsLimits.validityDays)
  const rules = Object.fromEntries(ruleFields.map((field) => [field, whole(field, ruleLimits(field))]))
  const retention = retentionSchema.safeParse(rules)
  const isWrong = planFields.some((field) => problems[field] !== undefined)
  if (isWrong || name === undefined || priceText === undefined || quotaBytes === undefined || !retention.success)
    return { kind: 'wrong', problems }
  const chosen: readonly PlanFeature[] = planFeatures.filter((feature) => features.includes(feature))
  return {
    kind: 'read',
    words: { name, priceText, quotaBytes, ...numbers, validityDays, retention: retention.data, features: chosen },
  }
}

const ruleFields = ['keepLast', 'allWithinDays', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const

function ruleLimits(field: (typeof ruleFields)[number]) {
  return { min: 0, max: field === 'allWithinDays' ? 36_500 : 10_000 }
}

/** `500`, `0,5`, `1.5`; undefined for anything else, or too much. */
function quotaOf(typed: string): number | undefined {
  const text = typed.trim().replace(',', '.')
  if (!/^\d{1,8}(\.\d{1,3})?$/.test(text)) return undefined
  const bytes = Math.round(Number(text) * gib)
  return bytes >= gib / 1000 && bytes <= termsLimits.quotaBytes.max ? bytes : undefined
}
