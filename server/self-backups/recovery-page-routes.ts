/** The page Storage › Recovery: the box's backups of itself, and the kit that opens them. */

import { recoveryPage } from '../../views/pages/recovery.ts'
import type { PageContext } from '../../views/site.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { serverRecoveryPath } from '../http/page-paths.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { answerKit, kitFormSchema } from '../recovery-kits/kit-answer.ts'
import type { RecoveryKits } from '../recovery-kits/recovery-kits-service.ts'
import { requireRecentProof } from '../sessions/recent-proof.ts'
import type { SelfBackups } from './self-backups-service.ts'

export function recoveryPageRoutes(options: {
  readonly recoveryKits: RecoveryKits
  readonly selfBackups: SelfBackups
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { recoveryKits, selfBackups, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/storage/recovery', async (c) => {
    const page = pageContext(c)
    const files = await selfBackups.list()
    return c.html(
      await recoveryPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        kitPrintedAtMs: await recoveryKits.serverKitPrintedAt(),
        selfBackups: files.map(({ number, writtenAtMs, sizeBytes }) => ({ number, atMs: writtenAtMs, sizeBytes })),
      }),
    )
  })
  routes.post('/storage/recovery/kit', async (c) => {
    const page = pageContext(c)
    const viewer = staffViewer(c, page.site.host)
    requireRecentProof(c)
    const { format } = await readForm(c, kitFormSchema)
    const kit = await recoveryKits.ofServer(actingAsUser(c, clientOf))
    return answerKit(c, kit, { format, page, viewer, backPath: serverRecoveryPath })
  })
  routes.post('/storage/recovery/self-backup', async (c) => {
    await selfBackups.run()
    return c.redirect(serverRecoveryPath, 303)
  })
  return routes
}
