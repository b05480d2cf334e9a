/** The rules of one computer: typed, rehearsed on the versions as they are, and only then used. */
import { z } from 'zod'
import { type Rehearsal, type RuleField, type RulesPageProps, ruleFields, rulesPage } from '../../views/pages/rules.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { keptForText } from '../home/kept-for.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { type Retention, retentionSchema } from '../plans/plan.ts'
import { isId } from '../runtime/ids.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { RetentionPreview } from './preview.ts'
import { keptPath, rulesPath } from './retention-paths.ts'
import type { RetentionService } from './retention-service.ts'

const steps = ['rehearse', 'apply', 'rehearse-plan', 'apply-plan'] as const
const text = z.string().max(20).default('0')
const formSchema = z.object({
  step: z.enum(steps),
  keepLast: text,
  allWithinDays: text,
  hourly: text,
  daily: text,
  weekly: text,
  monthly: text,
  yearly: text,
})

/** A page must not be waited for longer; the list of versions is there at once. */
const countBytesForMs = 15_000
const goingShown = 50

export function rulesPagesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
  readonly retention: RetentionService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, retention, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/computers/:deviceId/rules', async (c) => {
    const device = await getDevice(c)
    const { rules } = await retention.rulesOf(device)
    return c.html(await show(c, device, { values: valuesOf(rules), problems: {}, rehearsal: undefined }))
  })

  routes.post('/computers/:deviceId/rules', async (c) => {
    const device = await getDevice(c)
    const { step, ...values } = await readForm(c, formSchema)
    const isOfPlan = step === 'rehearse-plan' || step === 'apply-plan'
    const { plan } = await retention.rulesOf(device)
    const typed = isOfPlan ? { rules: plan.rules, problems: {} } : readRules(values)
    if (typed.rules === undefined)
      return c.html(await show(c, device, { values, problems: typed.problems, rehearsal: undefined }), 422)
    if (step === 'apply' || step === 'apply-plan') {
      await retention.setRules(device, isOfPlan ? undefined : typed.rules, actingAsUser(c, clientOf))
      return c.redirect(keptPath(device.deviceId), 303)
    }
    const preview = await retention.preview(device, typed.rules, AbortSignal.timeout(countBytesForMs))
    const rehearsal = await rehearsalOf(preview, isOfPlan)
    return c.html(await show(c, device, { values: isOfPlan ? valuesOf(plan.rules) : values, problems: {}, rehearsal }))
  })

  async function show(c: AppContext, device: Device, shown: Pick<RulesPageProps, 'values' | 'problems' | 'rehearsal'>) {
    const { viewer } = await openAccountOf(c, customers, device.customerId)
    const { own, plan } = await retention.rulesOf(device)
    return rulesPage({
      ...pageContext(c),
      ...shown,
      viewer,
      computer: { name: device.name, path: computerPath(device.deviceId) },
      keptPath: keptPath(device.deviceId),
      path: rulesPath(device.deviceId),
      plan: { name: plan.name, words: keptForText(plan.rules) },
      isOwn: own !== undefined,
    })
  }

  async function rehearsalOf({ going, staying, comingBack, freed }: RetentionPreview, isOfPlan: boolean): Promise<Rehearsal> {
    const rows = await snapshots.findByIds(going.slice(0, goingShown).map(({ id }) => id))
    const first = rows
      .toSorted((a, b) => b.receivedAt - a.receivedAt)
      .map(({ receivedAt, counts }) => ({ atMs: receivedAt, newBytes: counts.addedBytes }))
    return { isOfPlan, going: going.length, staying, comingBack, freed, first }
  }

  async function getDevice(c: AppContext): Promise<Device> {
    const id = c.req.param('deviceId') ?? ''
    const device = isId('dev', id) ? await devices.find(id) : undefined
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'retention:write', device.customerId)
    return device
  }

  return routes
}

type Typed = Readonly<Record<RuleField, string>>

function valuesOf(rules: Retention): Typed {
  return Object.fromEntries(ruleFields.map((field) => [field, String(rules[field])])) as Typed
}

function readRules(values: Typed): {
  readonly rules: Retention | undefined
  readonly problems: Readonly<Partial<Record<RuleField, string>>>
} {
  const numbers = Object.fromEntries(ruleFields.map((field) => [field, numberOf(values[field])]))
  const parsed = retentionSchema.safeParse(numbers)
  if (parsed.success) return { rules: parsed.data, problems: {} }
  const wrong = new Set(parsed.error.issues.map(({ path }) => path[0]))
  const problems = ruleFields.filter((field) => wrong.has(field)).map((field) => [field, problemOf(field)])
  return { rules: undefined, problems: Object.fromEntries(problems) }
}

function numberOf(typed: string): number {
  return /^\s*\d+\s*$/.test(typed) ? Number(typed) : Number.NaN
}

function problemOf(field: RuleField): string {
  return `Give a whole number from 0 to ${field === 'allWithinDays' ? '36,500' : '10,000'}.`
}
