/** The part of the agents' protocol that receives backups, gives records back, hands out orders, and hears how things are. */
import type { DevicesSide } from '../devices-side.ts'
import type { App } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { RestoreOrdersService } from '../restore-orders/restore-orders-service.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { Uploads } from '../uploads.ts'
import { agentCommitsRoutes } from './commits-routes.ts'
import { agentOrdersRoutes } from './orders-routes.ts'
import { agentPacksRoutes } from './packs-routes.ts'
import { agentRestoresRoutes } from './restores-routes.ts'
import { agentSessionsRoutes } from './sessions-routes.ts'
import { agentTellingRoutes } from './telling-routes.ts'

export function agentUploadRoutes(
  services: {
    readonly uploads: Uploads
    readonly snapshots: SnapshotsService
    readonly clientOf: ClientOf
    readonly restoreOrders: RestoreOrdersService
  } & Pick<DevicesSide, 'orders' | 'toldJobs' | 'progress' | 'runReports'>,
): App {
  const { uploads, snapshots, clientOf } = services
  const routes = newRoutes()
  routes.route('/', agentSessionsRoutes({ ...uploads, clientOf }))
  routes.route('/', agentPacksRoutes({ ...uploads, restoreOrders: services.restoreOrders }))
  routes.route('/', agentCommitsRoutes({ ...uploads, snapshots }))
  routes.route('/', agentOrdersRoutes(services))
  routes.route('/', agentRestoresRoutes(services))
  routes.route('/', agentTellingRoutes(services))
  return routes
}
