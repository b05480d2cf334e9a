/** Licences of a customer, for staff: sold, renewed, ended. */
import { z } from 'zod'
import { type SubscriptionRow, subscriptionPage, subscriptionsPage } from '../../views/pages/subscriptions.ts'
import type { PageContext } from '../../views/site.ts'
import { type Account, openAccountOf } from '../accounts/account.ts'
import { isOff } from '../backup-switches/backup-switch.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { PlansService } from '../plans/plans-service.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { LicenceError } from './licence-error.ts'
import type { LicenceStanding, LicenceStandings } from './licence-standing.ts'
import type { Licences, RenewalWish } from './licences-service.ts'
import { subscriptionPath, subscriptionsPath } from './plan-paths.ts'
import { subscriptionProps } from './plan-props.ts'
import { type Subscription, stateAt } from './subscription.ts'
import type { SubscriptionsService } from './subscriptions-service.ts'

const subscriptionsShown = 100
const computersShown = 200
const changesShown = 50

const wishSchema = z.object({ wish: z.enum(['extend', 'through', 'without-end']), day: z.string().max(20).default('') })

const doneWords: Readonly<Record<string, string>> = {
  sold: 'The plan was given.',
  renewed: 'The licence was renewed. Its owners get a letter.',
  ended: 'The licence was ended. Nothing was removed.',
}

export function subscriptionPagesRoutes(options: {
  readonly customers: CustomersService
  readonly plans: PlansService
  readonly subscriptions: SubscriptionsService
  readonly licences: Licences
  readonly licenceStandings: LicenceStandings
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, plans, subscriptions, licences, licenceStandings, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/customers/:customerId/subscriptions', async (c) => c.html(await showAll(c, await getAccount(c))))

  routes.post('/customers/:customerId/subscriptions', async (c) => {
    const account = await getAccount(c)
    const { customerId } = account.customer
    const form = await readForm(c, wishSchema.extend({ plan: z.string().max(64) }))
    if (!isId('pln', form.plan)) throw new Problem('HF-NOT-FOUND')
    const planId = form.plan
    return refusing(
      async () => {
        const sold = await licences.sell({ customerId, planId, validity: wishOf(form) }, actingAsUser(c, clientOf))
        return c.redirect(`${subscriptionPath(customerId, sold.subscriptionId)}?done=sold`, 303)
      },
      async (problem) => c.html(await showAll(c, account, problem), 422),
    )
  })

  routes.get('/customers/:customerId/subscriptions/:subscriptionId', async (c) => c.html(await showOne(c, await getOne(c))))

  routes.post('/customers/:customerId/subscriptions/:subscriptionId/renew', async (c) => {
    const found = await getOne(c)
    const { subscriptionId, customerId } = found.subscription
    const form = await readForm(c, wishSchema)
    return refusing(
      async () => {
        await licences.renew(subscriptionId, wishOf(form), actingAsUser(c, clientOf))
        return c.redirect(`${subscriptionPath(customerId, subscriptionId)}?done=renewed`, 303)
      },
      async (problem) => c.html(await showOne(c, found, problem), 422),
    )
  })

  routes.post('/customers/:customerId/subscriptions/:subscriptionId/end', async (c) => {
    const { subscription } = await getOne(c)
    const { subscriptionId, customerId } = subscription
    const { when } = await readForm(c, z.object({ when: z.enum(['today', 'now']) }))
    await licences.end(subscriptionId, when, actingAsUser(c, clientOf))
    return c.redirect(`${subscriptionPath(customerId, subscriptionId)}?done=ended`, 303)
  })

  async function showAll(c: AppContext, { customer, viewer }: Account, problem?: string) {
    const page = pageContext(c)
    const { customerId, name } = customer
    const rows: SubscriptionRow[] = []
    for (const subscription of (await subscriptions.listOfCustomer(customerId)).slice(0, subscriptionsShown))
      rows.push(rowOf(subscription, await licenceStandings.of(subscription), page.reader.nowMs))
    const sold = (await plans.listHeld()).filter(({ plan }) => plan.retiredAt === undefined)
    return subscriptionsPage({
      ...page,
      viewer,
      customerName: name,
      path: subscriptionsPath(customerId),
      subscriptions: rows,
      plans: sold.map(({ plan }) => ({ id: plan.planId, name: plan.name })),
      problem,
      done: doneWords[c.req.query('done') ?? ''],
    })
  }

  async function showOne(c: AppContext, { account, subscription }: Found, problem?: string) {
    const page = pageContext(c)
    const { nowMs } = page.reader
    const { subscriptionId, customerId, planId } = subscription
    const [standing, { computers, leftOut }, changes, plan] = await Promise.all([
      licenceStandings.of(subscription),
      licenceStandings.listComputers(subscription, computersShown),
      licences.listChanges(subscriptionId, changesShown),
      plans.find(planId),
    ])
    const rights = { maySwitch: true, mayRehearse: true, mayChange: true, mayUndo: true }
    const days = plan?.validityDays
    return subscriptionPage({
      ...page,
      viewer: account.viewer,
      customerName: account.customer.name,
      listPath: subscriptionsPath(customerId),
      path: subscriptionPath(customerId, subscriptionId),
      subscription: subscriptionProps(subscription, { standing, computers, leftOut, changes, rights, nowMs }),
      renewWords: days === undefined ? 'For a year more' : `For ${days} days more`,
      isEnded: stateAt(subscription, nowMs).kind === 'expired',
      problem,
      done: doneWords[c.req.query('done') ?? ''],
    })
  }

  interface Found {
    readonly account: Account
    readonly subscription: Subscription
  }

  async function getAccount(c: AppContext): Promise<Account> {
    const id = c.req.param('customerId') ?? ''
    if (!isId('cus', id)) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'subscriptions:write', id)
    return openAccountOf(c, customers, id)
  }

  async function getOne(c: AppContext): Promise<Found> {
    const account = await getAccount(c)
    const id = c.req.param('subscriptionId') ?? ''
    const subscription = isId('sub', id) ? await subscriptions.find(id as Id<'sub'>) : undefined
    if (subscription?.customerId !== account.customer.customerId) throw new Problem('HF-NOT-FOUND')
    return { account, subscription }
  }

  return routes
}

async function refusing(act: () => Promise<Response>, show: (problem: string) => Promise<Response>): Promise<Response> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof LicenceError)) throw error
    return show(error.message)
  }
}

function wishOf({ wish, day }: z.output<typeof wishSchema>): RenewalWish {
  return wish === 'through' ? { kind: 'through', day } : { kind: wish }
}

function rowOf(subscription: Subscription, { quota, places }: LicenceStanding, nowMs: number): SubscriptionRow {
  const { subscriptionId, customerId, planName, licenceKey, validUntil, timeZone, devicesMax } = subscription
  return {
    path: subscriptionPath(customerId, subscriptionId),
    planName,
    licenceKey,
    state: stateOf(subscription, nowMs),
    validUntilMs: validUntil,
    timeZone,
    usedBytes: quota.usedBytes,
    quotaBytes: quota.quotaBytes,
    places,
    devicesMax,
  }
}

function stateOf(subscription: Subscription, nowMs: number): SubscriptionRow['state'] {
  const { kind } = stateAt(subscription, nowMs)
  if (kind === 'expired') return { state: 'failed', words: 'Ended' }
  if (isOff(subscription.accepting, nowMs)) return { state: 'paused', words: 'Paused' }
  if (kind === 'grace') return { state: 'partial', words: 'In its days of grace' }
  return kind === 'not-started' ? { state: 'none', words: 'Not begun' } : { state: 'ok', words: 'Valid' }
}
