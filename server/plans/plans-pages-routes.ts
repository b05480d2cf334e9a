/** The plans that this office sells: staff look, administrators change them. */
import { z } from 'zod'
import { type PlanField, planFields, planFormPage } from '../../views/pages/plan-form.ts'
import { planPage, plansPage } from '../../views/pages/plans.ts'
import type { PageContext } from '../../views/site.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { beginPlanEdits } from '../plan-edits/begin-plan-edits.ts'
import type { PlanEdits } from '../plan-edits/plan-edits-service.ts'
import { termsProps } from '../rehearsals/rehearsal-props.ts'
import { isId } from '../runtime/ids.ts'
import { planEditPath, planPagePath, plansPath } from '../subscriptions/plan-paths.ts'
import type { Plan } from './plan.ts'
import { PlanError } from './plan-error.ts'
import { emptyPlan, readPlan, type TypedPlan, typedPlan } from './plan-form.ts'
import type { HeldPlan, PlansService } from './plans-service.ts'

const text = z.string().max(400).default('')
const formSchema = z.object({
  step: z.enum(['save', 'rehearse']),
  seen: z.coerce.number().int().default(0),
  'features[]': z
    .union([z.string().max(64), z.array(z.string().max(64)).max(20)])
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .default([]),
  ...(Object.fromEntries(planFields.map((field) => [field, text])) as Record<PlanField, typeof text>),
})

const editsShown = 20
const doneWords: Readonly<Record<string, string>> = {
  created: 'The plan can be sold now.',
  changed: 'The plan was changed for new sales. Whoever has it keeps what was sold.',
  settings: 'Saved.',
}

export function plansPagesRoutes(options: {
  readonly plans: PlansService
  readonly planEdits: PlanEdits
  readonly chores: Pick<ChoresService, 'runNow'>
  readonly mayOwnersChange: () => Promise<boolean>
  readonly setOwnersChange: (may: boolean) => Promise<void>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { plans, planEdits, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/plans', async (c) => {
    const page = pageContext(c)
    const held = await plans.listHeld()
    return c.html(
      await plansPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        plans: held.map((one, index) => rowOf(one, index, held.length)),
        mayWrite: mayWrite(c),
        mayOwnersChange: await options.mayOwnersChange(),
        done: doneWords[c.req.query('done') ?? ''],
      }),
    )
  })

  routes.post('/plans/settings', async (c) => {
    const { owners } = await readForm(c, z.object({ owners: z.enum(['yes', 'no']) }))
    await options.setOwnersChange(owners === 'yes')
    return c.redirect(`${plansPath}?done=settings`, 303)
  })

  routes.get('/plans/new', async (c) => {
    const copied = c.req.query('copy')
    const from = copied !== undefined && isId('pln', copied) ? await plans.find(copied) : undefined
    const values = from === undefined ? emptyPlan : { ...typedPlan(from), name: '' }
    return c.html(await showForm(c, { plan: undefined, values, features: from?.features ?? ['sharing'] }))
  })

  routes.post('/plans/new', async (c) => {
    const { step: _step, seen: _seen, 'features[]': features, ...values } = await readForm(c, formSchema)
    const read = readPlan(values, features)
    if (read.kind === 'wrong')
      return c.html(await showForm(c, { plan: undefined, values, features, problems: read.problems }), 422)
    return tried(c, { plan: undefined, values, features }, async () => {
      await plans.create(read.words, actingAsUser(c, clientOf))
      return c.redirect(`${plansPath}?done=created`, 303)
    })
  })

  routes.get('/plans/:planId', async (c) => {
    const page = pageContext(c)
    const { plan, holders } = await getHeld(c)
    const edits = await planEdits.list(plan.planId, editsShown)
    return c.html(
      await planPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        path: planPagePath(plan.planId),
        terms: termsProps({ ...plan, planName: plan.name }),
        validityDays: plan.validityDays,
        holders,
        isRetired: plan.retiredAt !== undefined,
        mayWrite: mayWrite(c),
        edits: edits.map(({ editId, state, at, by }) => ({
          path: planEditPath(plan.planId, editId),
          words: `${editWords[state]} ${new Intl.DateTimeFormat(page.reader.locale, { dateStyle: 'long', timeZone: page.reader.timeZone }).format(at)}, ${by}`,
        })),
      }),
    )
  })

  routes.get('/plans/:planId/edit', async (c) => {
    const { plan } = await getHeld(c)
    return c.html(await showForm(c, { plan, values: typedPlan(plan), features: plan.features }))
  })

  routes.post('/plans/:planId/edit', async (c) => {
    const { plan } = await getHeld(c)
    const { step, seen, 'features[]': features, ...values } = await readForm(c, formSchema)
    const read = readPlan(values, features)
    if (read.kind === 'wrong') return c.html(await showForm(c, { plan, values, features, problems: read.problems }), 422)
    const actingAs = actingAsUser(c, clientOf)
    return tried(c, { plan, values, features }, async () => {
      if (step === 'save') {
        await planEdits.forNewSales({ planId: plan.planId, seenRevision: seen, words: read.words }, actingAs)
        return c.redirect(`${plansPath}?done=changed`, 303)
      }
      const editId = await planEdits.start(plan, seen, read.words, actingAs)
      await beginPlanEdits(options.chores)
      return c.redirect(planEditPath(plan.planId, editId), 303)
    })
  })

  routes.post('/plans/:planId/retire', async (c) => {
    const { plan } = await getHeld(c)
    const { retired } = await readForm(c, z.object({ retired: z.enum(['yes', 'no']) }))
    await plans.retire(plan.planId, retired === 'yes', actingAsUser(c, clientOf))
    return c.redirect(planPagePath(plan.planId), 303)
  })

  routes.post('/plans/:planId/move', async (c) => {
    const { plan } = await getHeld(c)
    const { direction } = await readForm(c, z.object({ direction: z.enum(['up', 'down']) }))
    await plans.move(plan.planId, direction, actingAsUser(c, clientOf))
    return c.redirect(plansPath, 303)
  })

  interface Shown {
    readonly plan: Plan | undefined
    readonly values: TypedPlan
    readonly features: readonly string[]
    readonly problems?: Readonly<Partial<Record<PlanField, string>>>
    readonly problem?: string
  }

  async function showForm(c: AppContext, { plan, values, features, problems = {}, problem }: Shown) {
    const page = pageContext(c)
    const held = plan && (await plans.listHeld()).find((one) => one.plan.planId === plan.planId)
    return planFormPage({
      ...page,
      viewer: staffViewer(c, page.site.host),
      planName: plan?.name,
      path: plan === undefined ? `${plansPath}/new` : `${planPagePath(plan.planId)}/edit`,
      backPath: plan === undefined ? plansPath : planPagePath(plan.planId),
      seenRevision: plan?.revision ?? 0,
      holders: held?.holders ?? 0,
      values,
      features: features as readonly ('sharing' | 'continuous' | 'ftp' | 'integrations')[],
      problems,
      problem,
    })
  }

  /** What the service refuses stands beside the fields, with what was typed. */
  async function tried(c: AppContext, shown: Shown, act: () => Promise<Response>): Promise<Response> {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof PlanError) || error.fault === 'not-found') throw error
      const { fault, message } = error
      const wrong = fault === 'name-taken' || fault === 'invalid-name' ? { problems: { name: message } } : { problem: message }
      return c.html(await showForm(c, { ...shown, ...wrong }), 422)
    }
  }

  async function getHeld(c: AppContext): Promise<HeldPlan> {
    const id = c.req.param('planId') ?? ''
    const held = (await plans.listHeld()).find(({ plan }) => plan.planId === id)
    if (held === undefined) throw new Problem('HF-NOT-FOUND')
    return held
  }

  return routes
}

const editWords = {
  rehearsing: 'Being rehearsed:',
  rehearsed: 'Rehearsed, not applied:',
  applying: 'Being applied:',
  applied: 'Changed for everybody:',
  undone: 'Undone:',
} as const

export function mayWrite(c: AppContext): boolean {
  return c.var.access.mayAnywhere('plans:write')
}

function rowOf({ plan, holders }: HeldPlan, index: number, count: number) {
  return {
    path: planPagePath(plan.planId),
    terms: termsProps({ ...plan, planName: plan.name }),
    validityDays: plan.validityDays,
    holders,
    isRetired: plan.retiredAt !== undefined,
    isFirst: index === 0,
    isLast: index === count - 1,
  }
}
