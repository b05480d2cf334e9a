/** The pages Customers, for staff: all of them, a new one, and everything about one. */

import { z } from 'zod'
import { type CustomerPageProps, customerPage } from '../../views/pages/customer.ts'
import { customerDeletePage } from '../../views/pages/customer-delete.ts'
import { customerFormPage } from '../../views/pages/customer-form.ts'
import { newCustomerPage } from '../../views/pages/customer-new.ts'
import { customersPage } from '../../views/pages/customers.ts'
import type { PageContext } from '../../views/site.ts'
import { byUrgency } from '../alarms/alarm.ts'
import { alarmProps } from '../alarms/alarm-props.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { CopiesService } from '../copies/copies-service.ts'
import { formatDeviceNumber } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath, customerPath } from '../http/page-paths.ts'
import { cursorNumber, readPage } from '../http/paging.ts'
import { userOf } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { type InvitationsService, invitationPath } from '../invitations/invitations-service.ts'
import type { PlansService } from '../plans/plans-service.ts'
import { isId } from '../runtime/ids.ts'
import { requireRecentProof } from '../sessions/recent-proof.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { findEmail } from '../users/user.ts'
import { type Customer, formatCustomerNumber, leavingDays, visibleStates } from './customer.ts'
import { CustomerError } from './customer-error.ts'
import { customerFormSchema, detailsOf, emptyFields, fieldsOf, fieldsProps, problemsOf } from './customer-form.ts'
import { customerRowProps, detailsProps, stateProps } from './customer-props.ts'
import { type CustomersOverviewService, maxSearchCharacters } from './customers-overview-service.ts'
import type { CustomersService } from './customers-service.ts'
import type { RegistrationService } from './registration-service.ts'
import type { StandingService } from './standing-service.ts'

const rowsPerPage = 50
const plansShown = 100
const computersShown = 500
const alarmsShown = 10
const dayMs = 86_400_000

const searchSchema = z.object({
  q: z.string().max(maxSearchCharacters).default(''),
  state: z
    .enum(['', ...visibleStates])
    .catch('')
    .default(''),
  cursor: z.string().optional(),
})
const newSchema = customerFormSchema.extend({
  plan: z.string().default(''),
  'owner-email': z.string().default(''),
})

export function customersPagesRoutes(options: {
  readonly customers: CustomersService
  readonly customersOverview: CustomersOverviewService
  readonly registrations: RegistrationService
  readonly customerStandings: StandingService
  readonly plans: PlansService
  readonly subscriptions: SubscriptionsService
  readonly devices: DevicesService
  readonly alarms: Pick<AlarmsService, 'list'>
  readonly copies: Pick<CopiesService, 'listDue'>
  readonly invitations: Pick<InvitationsService, 'invite'>
  readonly publicUrl: string | undefined
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, customersOverview, registrations, customerStandings, plans, subscriptions, devices, alarms, copies } =
    options
  const { invitations, publicUrl, clientOf, pageContext } = options
  const routes = newRoutes()
  const shared = (c: AppContext) => {
    const page = pageContext(c)
    return { ...page, viewer: staffViewer(c, page.site.host) }
  }
  const getCustomer = async (c: AppContext): Promise<Customer> => {
    const customerId = c.req.param('customerId') ?? ''
    const customer = isId('cus', customerId) ? await customers.find(customerId) : undefined
    if (customer === undefined) throw new Problem('HF-NOT-FOUND')
    return customer
  }

  routes.get('/customers', async (c) => {
    const asked = searchSchema.safeParse(c.req.query())
    if (!asked.success)
      throw new Problem('HF-VALIDATION', { detail: `At most ${maxSearchCharacters} characters are searched for.` })
    const { q, state, cursor } = asked.data
    const search = { text: q, state: state === '' ? undefined : state }
    const found = await readPage(
      { cursor, limit: rowsPerPage },
      ({ after, limit }) => customersOverview.search(search, { afterNumber: cursorNumber(after), limit }),
      ({ customer }) => String(customer.number),
    )
    const query = (more: Readonly<Record<string, string>>) =>
      new URLSearchParams(Object.entries({ q, state, ...more }).filter(([, value]) => value !== '')).toString()
    return c.html(
      await customersPage({
        ...shared(c),
        text: q,
        state,
        counts: await customersOverview.counts(),
        rows: found.items.map(customerRowProps),
        isFirstPage: cursor === undefined,
        firstPath: `/customers?${query({})}`,
        nextPath: found.nextCursor === null ? undefined : `/customers?${query({ cursor: found.nextCursor })}`,
      }),
    )
  })

  const showNew = async (c: AppContext, form: z.output<typeof newSchema>, problems = {}, ownerProblem?: string) =>
    c.html(
      await newCustomerPage({
        ...shared(c),
        fields: fieldsProps(form, { hasNotes: true, problems }),
        plans: (await plans.list({ afterPosition: -1, limit: plansShown })).map((plan) => ({
          id: plan.planId,
          name: plan.name,
          quotaBytes: plan.quotaBytes,
          computersMax: plan.devicesMax,
        })),
        plan: form.plan,
        owner: { email: form['owner-email'], problem: ownerProblem },
      }),
      Object.keys(problems).length > 0 || ownerProblem !== undefined ? 422 : 200,
    )
  routes.get('/customers/new', async (c) => {
    const silver = await plans.findNamed('silver')
    return showNew(c, { ...emptyFields, plan: silver?.planId ?? '', 'owner-email': '' })
  })
  routes.post('/customers/new', async (c) => {
    const form = await readForm(c, newSchema)
    const email = form['owner-email'].trim()
    if (email !== '' && findEmail(email) === undefined)
      return showNew(c, form, {}, 'This is not a mail address such as helen@office.example.')
    try {
      const registration = {
        name: form.name,
        details: detailsOf(form, { hasNotes: true }),
        plan: form.plan === '' ? undefined : form.plan,
      }
      const { customer } = await registrations.register(registration, actingAsUser(c, clientOf))
      const { customerId } = customer
      const user = userOf(c.var.access.principal)
      if (email === '' || user === undefined) return c.redirect(customerPath(customerId), 303)
      const invited = { kind: 'member', customerId, role: 'owner' } as const
      const { secret } = await invitations.invite(user, { email, invited }, clientOf(c).address)
      // The box sends no mail yet: whoever invites gives the link.
      if (secret !== undefined)
        return showOne(c, customer, { invitation: { email, link: new URL(invitationPath(secret), publicUrl ?? c.req.url).href } })
      return c.redirect(customerPath(customerId), 303)
    } catch (error) {
      return showNew(c, form, problemsOf(error))
    }
  })

  const showOne = async (
    c: AppContext,
    customer: Customer,
    { problem, invitation }: { readonly problem?: string; readonly invitation?: CustomerPageProps['invitation'] } = {},
  ) => {
    const { customerId, number, createdAt, kitPrintedAt, details } = customer
    const [overviews, found, licences, waiting, people] = await Promise.all([
      customersOverview.overview([customer]),
      devices.list({ reach: [customerId], afterNumber: 0, limit: computersShown }),
      subscriptions.listOfCustomer(customerId),
      alarms.list({ reach: [customerId], after: 0, limit: alarmsShown }),
      customers.countPeople(customerId),
    ])
    const used = await Promise.all(licences.map(({ subscriptionId }) => devices.usedBytes(subscriptionId)))
    const goodTimes = await customersOverview.goodTimes(customerId)
    return c.html(
      await customerPage({
        ...shared(c),
        customerId,
        number: formatCustomerNumber(number),
        path: customerPath(customerId),
        details: detailsProps(customer),
        notes: details.notes,
        since: { createdAtMs: createdAt, kitPrintedAtMs: kitPrintedAt },
        state: stateProps(overviews[0]!),
        computers: found.map((device) => ({
          name: device.name,
          path: computerPath(device.deviceId),
          number: formatDeviceNumber(device.number),
          lastGoodAtMs: goodTimes.get(device.deviceId),
          isRevoked: device.state === 'revoked',
        })),
        licences: licences.map((licence, index) => ({
          planName: licence.planName,
          licenceKey: licence.licenceKey,
          validUntilMs: licence.validUntil,
          timeZone: licence.timeZone,
          usedBytes: used[index]!,
          quotaBytes: licence.quotaBytes,
          computers: found.filter(({ subscriptionId, state }) => subscriptionId === licence.subscriptionId && state === 'active')
            .length,
          computersMax: licence.devicesMax,
          switchedOff: licence.accepting.kind === 'off' ? licence.accepting.reason : undefined,
        })),
        people,
        alarms: waiting.toSorted(byUrgency).map(alarmProps),
        problem,
        invitation,
      }),
      problem === undefined ? 200 : 422,
    )
  }
  routes.get('/customers/:customerId', async (c) => showOne(c, await getCustomer(c)))

  const showEdit = async (c: AppContext, customer: Customer, values = fieldsOf(customer), problems = {}) => {
    const path = customerPath(customer.customerId)
    return c.html(
      await customerFormPage({
        ...shared(c),
        of: 'customer',
        name: customer.name,
        path,
        action: `${path}/edit`,
        fields: fieldsProps(values, { hasNotes: true, problems }),
      }),
      Object.keys(problems).length > 0 ? 422 : 200,
    )
  }
  routes.get('/customers/:customerId/edit', async (c) => showEdit(c, await getCustomer(c)))
  routes.post('/customers/:customerId/edit', async (c) => {
    const customer = await getCustomer(c)
    const form = await readForm(c, customerFormSchema)
    try {
      const change = { name: form.name, details: detailsOf(form, { hasNotes: true }) }
      await registrations.change(customer.customerId, change, actingAsUser(c, clientOf))
      return c.redirect(customerPath(customer.customerId), 303)
    } catch (error) {
      return showEdit(c, customer, form, problemsOf(error))
    }
  })

  routes.post('/customers/:customerId/suspend', async (c) => {
    const customer = await getCustomer(c)
    const { customerId } = customer
    const { reason } = await readForm(c, z.object({ reason: z.string() }))
    try {
      await customerStandings.suspend(customerId, reason, actingAsUser(c, clientOf))
      return c.redirect(customerPath(customerId), 303)
    } catch (error) {
      if (error instanceof CustomerError && error.fault === 'invalid-reason')
        return showOne(c, customer, { problem: error.message })
      throw error
    }
  })
  routes.post('/customers/:customerId/resume', async (c) => {
    const { customerId } = await getCustomer(c)
    await customerStandings.resume(customerId, actingAsUser(c, clientOf))
    return c.redirect(customerPath(customerId), 303)
  })
  routes.post('/customers/:customerId/keep', async (c) => {
    const { customerId } = await getCustomer(c)
    await customerStandings.stay(customerId, actingAsUser(c, clientOf))
    return c.redirect(customerPath(customerId), 303)
  })

  const showDelete = async (c: AppContext, customer: Customer, problem?: string) => {
    const page = shared(c)
    const [overview] = await customersOverview.overview([customer])
    return c.html(
      await customerDeletePage({
        ...page,
        name: customer.name,
        number: formatCustomerNumber(customer.number),
        path: customerPath(customer.customerId),
        computers: overview!.computers,
        copies: (await copies.listDue()).map(({ copy }) => copy.name),
        days: leavingDays,
        endsAtMs: page.reader.nowMs + leavingDays * dayMs,
        problem,
      }),
      problem === undefined ? 200 : 422,
    )
  }
  routes.get('/customers/:customerId/delete', async (c) => {
    const customer = await getCustomer(c)
    requireRecentProof(c)
    return showDelete(c, customer)
  })
  routes.post('/customers/:customerId/delete', async (c) => {
    const customer = await getCustomer(c)
    requireRecentProof(c)
    const { number } = await readForm(c, z.object({ number: z.string() }))
    try {
      await customerStandings.leave(customer.customerId, number, actingAsUser(c, clientOf))
      return c.redirect(customerPath(customer.customerId), 303)
    } catch (error) {
      if (error instanceof CustomerError && error.fault === 'wrong-number') return showDelete(c, customer, error.message)
      throw error
    }
  })
  return routes
}
