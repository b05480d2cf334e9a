/** The plan of an account: what it holds, what another one would mean, and the change itself. */
import { z } from 'zod'
import { accountPlanPage } from '../../views/pages/account-plan.ts'
import { planChangePage } from '../../views/pages/plan-change.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccount, openAccountOf } from '../accounts/account.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import type { Plan } from '../plans/plan.ts'
import type { PlansService } from '../plans/plans-service.ts'
import { goingCsv } from '../rehearsals/going-list.ts'
import { type Rehearsal, suggestStops } from '../rehearsals/rehearsal.ts'
import { rehearsalProps, termsProps } from '../rehearsals/rehearsal-props.ts'
import type { Rehearse } from '../rehearsals/rehearse.ts'
import { isId } from '../runtime/ids.ts'
import { LicenceError } from './licence-error.ts'
import type { LicenceStandings } from './licence-standing.ts'
import type { Licences } from './licences-service.ts'
import { planChangePath, planGoingPath, planPath } from './plan-paths.ts'
import { subscriptionProps } from './plan-props.ts'
import type { Subscription } from './subscription.ts'
import { undoWindowMs } from './subscription-change.ts'
import type { SubscriptionsService } from './subscriptions-service.ts'

export interface AccountPlanOptions {
  readonly customers: CustomersService
  readonly plans: PlansService
  readonly subscriptions: SubscriptionsService
  readonly licences: Licences
  readonly licenceStandings: LicenceStandings
  readonly rehearse: Rehearse
  readonly mayOwnersChange: () => Promise<boolean>
  readonly listOwners: (customerId: Subscription['customerId']) => Promise<readonly { readonly name: string }[]>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}

const subscriptionsShown = 20
const computersShown = 100
const changesShown = 10
/** A page must not be waited for longer; the versions are told at once. */
const countBytesForMs = 15_000

const changeFormSchema = z.object({
  step: z.enum(['apply', 'ask']),
  plan: z.string().max(64),
  seen: z.coerce.number().int(),
  letter: z.string().max(10).optional(),
  'stop[]': z
    .union([z.string().max(64), z.array(z.string().max(64)).max(10_000)])
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .default([]),
})

/** Told in the address after a change, and nothing else: what it says is a word of this list. */
const doneWords: Readonly<Record<string, string>> = {
  changed: 'The plan was changed. It can be undone for seven days.',
  undone: 'The change was undone.',
  asked: 'Whoever looks after this box has got a letter with your wish.',
}

export function accountPlanRoutes(options: AccountPlanOptions): App {
  const { customers, plans, subscriptions, licences, licenceStandings, rehearse, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/account/plan', async (c) => {
    const page = pageContext(c)
    const { customer, viewer } = await openAccount(c, customers)
    const all = await subscriptions.listOfCustomer(customer.customerId)
    const props = []
    for (const subscription of all.slice(0, subscriptionsShown)) props.push(await propsOf(c, subscription))
    return c.html(await accountPlanPage({ ...page, viewer, subscriptions: props, done: doneWords[c.req.query('done') ?? ''] }))
  })

  /** With one plan there is nothing to choose. */
  routes.get('/account/plan/change', async (c) => {
    const { customer } = await openAccount(c, customers)
    requireIn(c, 'subscriptions:rehearse', customer.customerId)
    const [only, another] = await subscriptions.listOfCustomer(customer.customerId)
    return c.redirect(only === undefined || another !== undefined ? planPath : planChangePath(only.subscriptionId), 303)
  })

  routes.get('/account/plan/:subscriptionId/change', async (c) => {
    const subscription = await getSubscription(c, 'subscriptions:rehearse')
    return c.html(await show(c, subscription, { planId: c.req.query('plan') }))
  })

  routes.post('/account/plan/:subscriptionId/change', async (c) => {
    const subscription = await getSubscription(c, 'subscriptions:rehearse')
    const form = await readForm(c, changeFormSchema)
    const plan = await findSold(form.plan)
    if (plan === undefined) throw new Problem('HF-NOT-FOUND')
    const actingAs = actingAsUser(c, clientOf)
    if (form.step === 'ask' || !(await mayApply(c, subscription))) {
      const customer = await customers.find(subscription.customerId)
      if (customer === undefined) throw new Problem('HF-NOT-FOUND')
      const who = { name: customer.name, number: formatCustomerNumber(customer.number) }
      await licences.ask({ subscription, plan, customer: who }, actingAs)
      return c.redirect(`${planPath}?done=asked`, 303)
    }
    const stop = form['stop[]'].filter((id) => isId('dev', id))
    try {
      const told = await rehearse(subscription, { ...plan, planName: plan.name }, AbortSignal.timeout(countBytesForMs))
      const change = { planId: plan.planId, seenRevision: form.seen, stop, writeToOwners: form.letter === 'yes', told }
      await licences.changePlan(subscription.subscriptionId, change, actingAs)
    } catch (error) {
      if (!(error instanceof LicenceError)) throw error
      return c.html(await show(c, subscription, { planId: plan.planId, problem: error.message, stop }), 422)
    }
    return c.redirect(`${planPath}?done=changed`, 303)
  })

  routes.get('/account/plan/:subscriptionId/going.csv', async (c) => {
    const subscription = await getSubscription(c, 'subscriptions:rehearse')
    const plan = await findSold(c.req.query('plan'))
    if (plan === undefined) throw new Problem('HF-NOT-FOUND')
    const rehearsal = await rehearse(subscription, { ...plan, planName: plan.name }, AbortSignal.abort())
    return c.body(goingCsv(rehearsal), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="versions-that-go.csv"',
    })
  })

  routes.post('/account/plan/:subscriptionId/undo', async (c) => {
    const subscription = await getSubscription(c, 'subscriptions:rehearse')
    if (!(await mayApply(c, subscription)))
      throw new Problem('HF-CONFLICT', { detail: 'On this box the staff undo a change of plan. Ask them to.' })
    const { change: changeId } = await readForm(c, z.object({ change: z.string().max(64) }))
    const change = isId('chg', changeId) ? await licences.findChange(changeId) : undefined
    if (change?.subscriptionId !== subscription.subscriptionId) throw new Problem('HF-NOT-FOUND')
    await licences.undo(change.changeId, actingAsUser(c, clientOf))
    return c.redirect(`${planPath}?done=undone`, 303)
  })

  async function propsOf(c: AppContext, subscription: Subscription) {
    const { nowMs } = pageContext(c).reader
    const { access } = c.var
    const { customerId, subscriptionId } = subscription
    const [standing, { computers, leftOut }, changes, mayUndo] = await Promise.all([
      licenceStandings.of(subscription),
      licenceStandings.listComputers(subscription, computersShown),
      licences.listChanges(subscriptionId, changesShown),
      mayApply(c, subscription),
    ])
    const rights = {
      maySwitch: access.may('account:write', customerId),
      mayRehearse: access.may('subscriptions:rehearse', customerId),
      mayChange: access.may('subscriptions:write', customerId),
      mayUndo,
    }
    return subscriptionProps(subscription, { standing, computers, leftOut, changes, rights, nowMs })
  }

  async function show(
    c: AppContext,
    subscription: Subscription,
    asked: { readonly planId: string | undefined; readonly problem?: string; readonly stop?: readonly string[] },
  ) {
    const page = pageContext(c)
    const { subscriptionId, customerId } = subscription
    const { viewer, customer } = await openAccountOf(c, customers, customerId)
    const plan = await findSold(asked.planId)
    if (asked.planId !== undefined && (plan === undefined || plan.planId === subscription.planId))
      throw new Problem('HF-NOT-FOUND')
    const rehearsal =
      plan && (await rehearse(subscription, { ...plan, planName: plan.name }, AbortSignal.timeout(countBytesForMs)))
    const others = (await plans.listHeld()).map((held) => held.plan)
    const sold = others.filter(({ planId, retiredAt }) => planId !== subscription.planId && retiredAt === undefined)
    return planChangePage({
      ...page,
      viewer,
      customerName: customer.name,
      planName: subscription.planName,
      path: planChangePath(subscriptionId),
      backPath: planPath,
      planId: plan?.planId,
      may: (await mayApply(c, subscription)) ? 'apply' : 'ask',
      plans: sold.map((one) => ({ id: one.planId, terms: termsProps({ ...one, planName: one.name }) })),
      rehearsal: plan && rehearsal && (await rehearsedProps(page, subscription, { plan, rehearsal, stop: asked.stop })),
      problem: asked.problem,
      asked: undefined,
    })
  }

  async function rehearsedProps(
    { reader }: PageContext,
    { subscriptionId, customerId }: Subscription,
    {
      plan,
      rehearsal,
      stop,
    }: { readonly plan: Plan; readonly rehearsal: Rehearsal; readonly stop: readonly string[] | undefined },
  ) {
    return {
      ...rehearsalProps(rehearsal, `${planGoingPath(subscriptionId)}?plan=${plan.planId}`),
      seenRevision: plan.revision,
      stop: stop ?? suggestStops(rehearsal),
      undoUntilMs: reader.nowMs + undoWindowMs,
      owners: (await options.listOwners(customerId)).map(({ name }) => name),
    }
  }

  /** Staff; an owner where the box lets owners. */
  async function mayApply(c: AppContext, { customerId }: Subscription): Promise<boolean> {
    if (c.var.access.may('subscriptions:write', customerId)) return true
    return c.var.access.may('subscriptions:rehearse', customerId) && (await options.mayOwnersChange())
  }

  async function findSold(planId: string | undefined): Promise<Plan | undefined> {
    const plan = planId !== undefined && isId('pln', planId) ? await plans.find(planId) : undefined
    return plan?.retiredAt === undefined ? plan : undefined
  }

  async function getSubscription(c: AppContext, permission: Permission): Promise<Subscription> {
    const id = c.req.param('subscriptionId') ?? ''
    const subscription = isId('sub', id) ? await subscriptions.find(id) : undefined
    if (subscription === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, permission, subscription.customerId)
    return subscription
  }

  return routes
}
