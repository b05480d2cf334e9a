/** The accepts-backups switch of a computer, and of a plan: pages and API. */
import { createRoute, z } from '@hono/zod-openapi'
import { type BackupSwitchPageProps, backupSwitchPage } from '../../views/pages/backup-switch.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes, validationProblem } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import { planPath, planSwitchPath } from '../subscriptions/plan-paths.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { type Accepting, isOff } from './backup-switch.ts'
import { type BackupSwitches, SwitchError, type WantedSwitch } from './backup-switches-service.ts'
import { switchBody, switchFormSchema, switchSchema, wantedOfBody, wantedOfForm, wantedSwitchSchema } from './switch-bodies.ts'

const common = { tags: ['Plans'], ...signedInOnly }
const answers = { 200: { description: 'The switch', content: jsonContent(switchSchema) }, ...problemResponses }
const body = { content: jsonContent(wantedSwitchSchema) }

const deviceSwitchRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/devices/{deviceId}/accepts-backups',
  summary: 'Whether backups of a computer are taken',
  request: { params: z.object({ deviceId: idSchema('dev') }) },
  responses: answers,
})
const switchDeviceRoute = createRoute({
  ...common,
  method: 'put',
  path: '/api/v1/devices/{deviceId}/accepts-backups',
  summary: 'Pauses backups of a computer, with a reason, or takes them again',
  request: { params: z.object({ deviceId: idSchema('dev') }), body },
  responses: answers,
})
const switchPlanRoute = createRoute({
  ...common,
  method: 'put',
  path: '/api/v1/subscriptions/{subscriptionId}/accepts-backups',
  summary: 'Pauses backups of a whole plan, with a reason, or takes them again',
  request: { params: z.object({ subscriptionId: idSchema('sub') }), body },
  responses: answers,
})

export interface SwitchRoutesOptions {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly switches: BackupSwitches
  readonly clientOf: ClientOf
}

/** Where the path leads when all is done, and what the page says. */
interface Switched {
  readonly what: string
  readonly accepting: Accepting | undefined
  readonly apply: (wanted: WantedSwitch) => Promise<void>
  readonly frame: Pick<BackupSwitchPageProps, 'viewer' | 'place' | 'trail' | 'path' | 'backPath'>
}

export function switchPagesRoutes(options: SwitchRoutesOptions & { readonly pageContext: (c: AppContext) => PageContext }): App {
  const { customers, devices, subscriptions, switches, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/computers/:deviceId/switch', async (c) => c.html(await show(c, await ofDevice(c))))
  routes.post('/computers/:deviceId/switch', async (c) => act(c, await ofDevice(c)))
  routes.get('/account/plan/:subscriptionId/switch', async (c) => c.html(await show(c, await ofPlan(c))))
  routes.post('/account/plan/:subscriptionId/switch', async (c) => act(c, await ofPlan(c)))

  async function show(c: AppContext, switched: Switched, wrong?: Pick<BackupSwitchPageProps, 'values' | 'problems' | 'refused'>) {
    const page = pageContext(c)
    const { what, accepting, frame } = switched
    const off = accepting !== undefined && isOff(accepting, page.reader.nowMs) ? accepting : undefined
    const nothingWrong = { values: { reason: '', until: '' }, problems: {}, refused: undefined }
    return backupSwitchPage({ ...page, ...frame, what, off, ...nothingWrong, ...wrong })
  }

  async function act(c: AppContext, switched: Switched) {
    const form = await readForm(c, switchFormSchema)
    try {
      await switched.apply(wantedOfForm(form, pageContext(c).reader.timeZone))
    } catch (error) {
      if (!(error instanceof SwitchError)) throw error
      const { fault, message } = error
      const problems = fault === 'invalid-reason' ? { reason: message } : fault === 'invalid-time' ? { until: message } : {}
      const refused = fault === 'no-place' ? message : undefined
      return c.html(await show(c, switched, { values: form, problems, refused }), 422)
    }
    return c.redirect(switched.frame.backPath, 303)
  }

  async function ofDevice(c: AppContext): Promise<Switched> {
    const id = c.req.param('deviceId') ?? ''
    const device = isId('dev', id) ? await devices.find(id) : undefined
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'backups:switch', device.customerId)
    const { viewer } = await openAccountOf(c, customers, device.customerId)
    const path = computerPath(device.deviceId)
    return {
      what: device.name,
      accepting: await switches.findOff(device.deviceId),
      apply: (wanted) => switches.switchDevice(device, wanted, actingAsUser(c, clientOf)),
      frame: {
        viewer,
        place: 'computers',
        trail: [
          { name: 'Computers', path: '/computers' },
          { name: device.name, path },
        ],
        path: `${path}/switch`,
        backPath: path,
      },
    }
  }

  async function ofPlan(c: AppContext): Promise<Switched> {
    const id = c.req.param('subscriptionId') ?? ''
    const subscription = isId('sub', id) ? await subscriptions.find(id) : undefined
    if (subscription === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'account:write', subscription.customerId)
    const { viewer } = await openAccountOf(c, customers, subscription.customerId)
    return {
      what: `the plan ${subscription.planName}`,
      accepting: subscription.accepting,
      apply: (wanted) => switches.switchPlan(subscription, wanted, actingAsUser(c, clientOf)),
      frame: {
        viewer,
        place: 'account',
        trail: [{ name: 'Plan', path: planPath }],
        path: planSwitchPath(subscription.subscriptionId),
        backPath: planPath,
      },
    }
  }

  return routes
}

export function switchApiRoutes({ devices, subscriptions, switches, clientOf }: SwitchRoutesOptions): App {
  const routes = newRoutes()

  const getDevice = async (c: AppContext, permission: 'devices:read' | 'backups:switch', deviceId: Device['deviceId']) => {
    const device = await devices.find(deviceId)
    if (device === undefined || !c.var.access.may(permission, device.customerId)) throw new Problem('HF-NOT-FOUND')
    return device
  }
  const demand = (given: unknown): WantedSwitch => {
    const parsed = wantedSwitchSchema.safeParse(given)
    if (!parsed.success) throw validationProblem('json', parsed.error)
    return wantedOfBody(parsed.data)
  }

  routes.openapi(deviceSwitchRoute, async (c) => {
    const { deviceId } = await getDevice(c, 'devices:read', c.req.valid('param').deviceId)
    return c.json(switchBody(await switches.findOff(deviceId)), 200)
  })
  routes.openapi(switchDeviceRoute, async (c) => {
    const device = await getDevice(c, 'backups:switch', c.req.valid('param').deviceId)
    await switches.switchDevice(device, demand(c.req.valid('json')), actingAsUser(c, clientOf))
    return c.json(switchBody(await switches.findOff(device.deviceId)), 200)
  })
  routes.openapi(switchPlanRoute, async (c) => {
    const subscription = await subscriptions.find(c.req.valid('param').subscriptionId)
    if (subscription === undefined || !c.var.access.may('account:write', subscription.customerId))
      throw new Problem('HF-NOT-FOUND')
    await switches.switchPlan(subscription, demand(c.req.valid('json')), actingAsUser(c, clientOf))
    const after: Subscription = (await subscriptions.find(subscription.subscriptionId)) ?? subscription
    return c.json(switchBody(after.accepting), 200)
  })
  return routes
}
