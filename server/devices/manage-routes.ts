/** The page of everything about a computer that is not its backups, and its forms. */
import { z } from 'zod'
import { type ManageComputerPageProps, manageComputerPage } from '../../views/pages/manage-computer.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import type { IdentitiesService } from '../identities/identities-service.ts'
import { doubtAnswers } from '../identities/identity.ts'
import { IdentityError } from '../identities/identity-error.ts'
import { doubtProps, pastPrint } from '../identities/identity-props.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import { isId } from '../runtime/ids.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { type Device, formatDeviceNumber } from './device.ts'
import { DeviceError } from './device-error.ts'
import type { DevicesService } from './devices-service.ts'
import { demandConfirmed, demandMayForget, mayForget } from './may-forget.ts'
import { createMoveProps, type MovePropsOptions } from './move-props.ts'

export const managePath = (deviceId: Device['deviceId']) => `${computerPath(deviceId)}/manage`

const text = z.string().max(400)
const renameSchema = z.object({ name: text })
const moveSchema = z.object({ plan: text })
const forgetSchema = z.object({ confirm: text })
const answerSchema = z.object({ answer: z.enum([...doubtAnswers.changed, ...doubtAnswers.cloned]) })

export interface ManageOptions extends MovePropsOptions {
  readonly customers: CustomersService
  readonly devices: MovePropsOptions['devices'] & Pick<DevicesService, 'find' | 'rename' | 'move' | 'revoke'>
  readonly subscriptions: Pick<SubscriptionsService, 'find' | 'listOfCustomer' | 'stateNow'>
  readonly retention: MovePropsOptions['retention'] & Pick<RetentionService, 'forget'>
  readonly identities: IdentitiesService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}

export function manageRoutes(options: ManageOptions): App {
  const { customers, devices, subscriptions, retention, identities, clientOf, pageContext } = options
  const routes = newRoutes()
  const moves = createMoveProps(options)

  routes.get('/computers/:deviceId/manage', async (c) => {
    const device = await getDevice(c, 'devices:read')
    return c.html(await show(c, device, undefined))
  })

  routes.post('/computers/:deviceId/rename', (c) =>
    act(c, 'devices:write', async (device) => {
      const { name } = await readForm(c, renameSchema)
      await devices.rename(device, name, actingAsUser(c, clientOf))
    }),
  )
  routes.post('/computers/:deviceId/move', (c) =>
    act(c, 'account:write', async (device) => {
      const { plan } = await readForm(c, moveSchema)
      if (!isId('sub', plan)) throw new DeviceError('licence-missing', 'Choose the plan.')
      await devices.move(device, plan, actingAsUser(c, clientOf))
    }),
  )
  routes.post('/computers/:deviceId/revoke', (c) =>
    act(c, 'devices:end', async (device) => {
      if (device.state === 'active') await devices.revoke(device.deviceId, actingAsUser(c, clientOf))
    }),
  )
  routes.post('/computers/:deviceId/forget', (c) =>
    act(c, 'devices:end', async (device) => {
      const { confirm } = await readForm(c, forgetSchema)
      demandConfirmed(device, confirm)
      demandMayForget(c, device)
      await retention.forget(device, actingAsUser(c, clientOf))
    }),
  )
  routes.post('/computers/:deviceId/identity', (c) =>
    act(c, 'devices:add', async (device) => {
      const { answer } = await readForm(c, answerSchema)
      await identities.answerDoubt(device.deviceId, answer, actingAsUser(c, clientOf))
      if (answer === 'withdraw') await devices.revoke(device.deviceId, actingAsUser(c, clientOf))
    }),
  )

  /** Does it and shows the page as it is then; what people can put right is said on it. */
  async function act(c: AppContext, permission: Permission, work: (device: Device) => Promise<void>): Promise<Response> {
    const device = await getDevice(c, permission)
    try {
      await work(device)
    } catch (error) {
      if (!(error instanceof DeviceError || error instanceof IdentityError)) throw error
      return c.html(await show(c, device, error.message), 422)
    }
    return c.redirect(managePath(device.deviceId), 303)
  }

  async function show(c: AppContext, device: Device, problem: string | undefined) {
    const { deviceId, customerId } = device
    const { viewer } = await openAccountOf(c, customers, customerId)
    const may = (permission: Permission) => c.var.access.may(permission, customerId)
    const owned = await subscriptions.listOfCustomer(customerId)
    const others = owned.filter(
      (other) => other.subscriptionId !== device.subscriptionId && ['live', 'grace'].includes(subscriptions.stateNow(other).kind),
    )
    const mayMove = may('account:write') && device.state !== 'forgotten'
    const doubts = await identities.listDoubts(deviceId)
    return manageComputerPage({
      ...pageContext(c),
      viewer,
      name: device.name,
      number: formatDeviceNumber(device.number),
      path: computerPath(deviceId),
      state: device.state,
      plan: owned.find(({ subscriptionId }) => subscriptionId === device.subscriptionId)?.planName ?? 'None',
      plans: others.map(({ subscriptionId, planName, licenceKey }) => ({
        id: subscriptionId,
        name: `${planName}, ${licenceKey}`,
      })),
      move: mayMove ? await moves.rehearse(device, c.req.query('plan')) : undefined,
      moved: await moves.findMoved(device),
      doubts: doubts.map((doubt) => doubtProps(doubt, device, may('devices:add'))),
      past: (await identities.listFingerprints(deviceId)).map(pastPrint),
      versions: device.versionsCount,
      problem,
      may: {
        write: may('devices:write'),
        move: mayMove,
        replace: device.kind === 'agent' && may('devices:take-over'),
        end: may('devices:end'),
        forget: mayForget(c, device),
      },
    } satisfies ManageComputerPageProps)
  }

  async function getDevice(c: AppContext, permission: Permission): Promise<Device> {
    const id = c.req.param('deviceId') ?? ''
    const device = isId('dev', id) ? await devices.find(id) : undefined
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, permission, device.customerId)
    return device
  }

  return routes
}
