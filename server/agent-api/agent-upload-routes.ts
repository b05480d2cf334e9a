/** The part of the agents' protocol that receives backups and gives records back. */
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { Uploads } from '../uploads.ts'
import { agentCommitsRoutes } from './commits-routes.ts'
import { agentPacksRoutes } from './packs-routes.ts'
import { agentSessionsRoutes } from './sessions-routes.ts'

export function agentUploadRoutes(services: { readonly uploads: Uploads; readonly snapshots: SnapshotsService }): App {
  const { uploads, snapshots } = services
  const routes = newRoutes()
  routes.route('/', agentSessionsRoutes(uploads))
  routes.route('/', agentPacksRoutes(uploads))
  routes.route('/', agentCommitsRoutes({ ...uploads, snapshots }))
  return routes
}
