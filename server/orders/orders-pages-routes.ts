/** The buttons that ask something of computers: back up now, stop. Forms of several pages; each leads back to where it was. */
import { z } from 'zod'
import { openAccount } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { localPathOr } from '../http/local-path.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import { OrderError } from './order.ts'
import type { OrdersService } from './orders-service.ts'

const formSchema = z.object({ kind: z.enum(['run-now', 'cancel']), job: z.string().max(100).optional() })
const maxComputers = 500

export function ordersPagesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: DevicesService
  readonly orders: OrdersService
  readonly clientOf: ClientOf
}): App {
  const { customers, devices, orders, clientOf } = options
  const routes = newRoutes()

  routes.post('/computers/:deviceId/orders', async (c) => {
    const id = c.req.param('deviceId')
    const device = isId('dev', id) ? await devices.find(id) : undefined
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'devices:write', device.customerId)
    const { kind, job } = await readForm(c, formSchema)
    const order = kind === 'run-now' && job !== undefined ? { kind, job } : { kind }
    await orders.giveNow({ deviceId: device.deviceId, order }, actingAsUser(c, clientOf))
    return c.redirect(pageBefore(c, computerPath(device.deviceId)), 303)
  })

  /** All of the account's computers; one that has too many orders already has this one, too. */
  routes.post('/backup-now', async (c) => {
    const { customer } = await openAccount(c, customers)
    requireIn(c, 'devices:write', customer.customerId)
    const found = await devices.list({ reach: [customer.customerId], afterNumber: 0, limit: maxComputers })
    for (const { deviceId } of found.filter(({ state, kind }) => state === 'active' && kind === 'agent'))
      await orders.giveNow({ deviceId, order: { kind: 'run-now' } }, actingAsUser(c, clientOf)).catch((error: unknown) => {
        if (!(error instanceof OrderError)) throw error
      })
    return c.redirect('/', 303)
  })

  return routes
}

/** Where the form stood, as the browser says; only on this box. */
function pageBefore(c: AppContext, otherwise: string): string {
  const referer = c.req.header('referer') ?? ''
  if (!URL.canParse(referer)) return otherwise
  const { host, pathname, search } = new URL(referer)
  return host === new URL(c.req.url).host || host === c.req.header('host') ? localPathOr(pathname + search, otherwise) : otherwise
}
