/** The page Storage: the box's own care. Each chore's own page is with its noun. */
import { z } from 'zod'
import { storagePage } from '../../views/pages/storage.ts'
import { choresFragment } from '../../views/partials/chores.ts'
import type { PageContext } from '../../views/site.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import type { ObservedTimeService } from '../observed-time/observed-time-service.ts'
import type { RebuildService } from '../rebuild/rebuild-service.ts'
import { diskProps } from '../storage-volumes/disk-props.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import { choreProps } from './chore-props.ts'
import type { ChoresService } from './chores-service.ts'

export const storagePath = '/storage'

const diskSchema = z.object({ folder: z.string().min(1).max(1000) })

export function storageRoutes(options: {
  readonly chores: ChoresService
  readonly observedTime: ObservedTimeService
  readonly rebuild: Pick<RebuildService, 'findHold' | 'confirm'>
  readonly volumes: Pick<StorageVolumesService, 'list' | 'tryAgain' | 'acceptDisk'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { chores, observedTime, rebuild, volumes, clientOf, pageContext } = options
  const routes = newRoutes()
  const listChores = async () => (await chores.list()).map(choreProps)

  routes.get('/storage', async (c) => {
    const page = pageContext(c)
    const jump = await observedTime.findJump()
    return c.html(
      await storagePage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        disks: (await volumes.list()).map(diskProps),
        chores: await listChores(),
        clockJumpedAtMs: jump?.noticedAt,
        rebuiltAtMs: (await rebuild.findHold())?.sinceMs,
      }),
    )
  })
  routes.get('/storage/chores', async (c) => c.html(await choresFragment(pageContext(c).reader, await listChores())))
  routes.post('/storage/chores/:chore/run', async (c) => {
    await chores.runNow(c.req.param('chore'))
    return c.redirect(storagePath, 303)
  })
  routes.post('/storage/chores/:chore/cancel', async (c) => {
    await chores.find(c.req.param('chore'))
    chores.cancel(c.req.param('chore'))
    return c.redirect(storagePath, 303)
  })
  routes.post('/storage/disks/try-again', async (c) => {
    await volumes.tryAgain((await readForm(c, diskSchema)).folder)
    return c.redirect(storagePath, 303)
  })
  routes.post('/storage/disks/accept', async (c) => {
    await volumes.acceptDisk((await readForm(c, diskSchema)).folder)
    return c.redirect(storagePath, 303)
  })
  routes.post('/storage/clock/confirm', async (c) => {
    await observedTime.confirmClock(actingAsUser(c, clientOf))
    return c.redirect(storagePath, 303)
  })
  routes.post('/storage/rebuild/confirm', async (c) => {
    await rebuild.confirm(actingAsUser(c, clientOf))
    return c.redirect(storagePath, 303)
  })
  return routes
}
