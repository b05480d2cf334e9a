/** The buttons beside a version: pin, unpin, delete, take back. Each leads to where one was, or to the page that shows what came of it. */
import type { ActingAs } from '../audit/audit.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireFound } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { Permission } from '../http/permissions.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { PersonDecisions } from './person-decisions.ts'
import { backPath, binPath, type VersionBack, versionBacks } from './retention-paths.ts'

export function versionButtonsRoutes(options: {
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly retention: PersonDecisions
  readonly clientOf: ClientOf
}): App {
  const { snapshots, retention, clientOf } = options
  const routes = newRoutes()

  /** `work` does it and says where to look. */
  const act = async (
    c: AppContext,
    permission: Permission,
    work: (version: Snapshot, actingAs: ActingAs) => Promise<string>,
  ): Promise<Response> => {
    const id = c.req.param('snapshotId') ?? ''
    const version = requireFound(c, permission, isId('snap', id) ? await snapshots.find(id) : undefined)
    return c.redirect(await work(version, actingAsUser(c, clientOf)), 303)
  }

  routes.post('/versions/:snapshotId/pin', (c) =>
    act(c, 'versions:keep', async (version, actingAs) => {
      await retention.pin(version, actingAs)
      return backPath(version, backAsked(c))
    }),
  )
  routes.post('/versions/:snapshotId/unpin', (c) =>
    act(c, 'versions:keep', async (version, actingAs) => {
      await retention.unpin(version, actingAs)
      return backPath(version, backAsked(c))
    }),
  )
  routes.post('/versions/:snapshotId/delete', (c) =>
    act(c, 'versions:delete', async (version, actingAs) => {
      await retention.remove(version, actingAs)
      return `${binPath(version.deviceId)}?deleted=${version.id}`
    }),
  )
  routes.post('/versions/:snapshotId/take-back', (c) =>
    act(c, 'versions:keep', async (version, actingAs) => {
      const { isPinned } = await retention.takeBack(version, actingAs)
      return `${binPath(version.deviceId)}?back=${version.id}${isPinned ? '&pinned=1' : ''}`
    }),
  )
  return routes
}

function backAsked(c: AppContext): VersionBack {
  return versionBacks.find((back) => back === c.req.query('back')) ?? 'kept'
}
