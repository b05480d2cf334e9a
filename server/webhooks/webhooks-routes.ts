/** The page Settings, Programs that are told. */
import { z } from 'zod'
import { webhooksPage } from '../../views/pages/webhooks.ts'
import type { PageContext } from '../../views/site.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { mountWebhookForms, nothingShown, type WebhooksShown, webhooksProps } from './webhook-forms.ts'
import type { WebhooksService } from './webhooks-service.ts'

const path = '/settings/webhooks'
const about =
  'They hear of every run of every customer and of every alert, the box’s own too; never of a name of a file. The manual says how to check the signature.'

export function webhooksRoutes(options: {
  readonly webhooks: WebhooksService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { webhooks, clientOf, pageContext } = options
  const routes = newRoutes()
  const show = async (c: AppContext, shown: WebhooksShown, status: 200 | 422 = 200) => {
    const page = pageContext(c)
    return c.html(
      await webhooksPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        programs: await webhooksProps(webhooks, { customerId: undefined, path, about }, shown),
        mayBePrivate: await webhooks.mayBePrivate(),
      }),
      status,
    )
  }
  routes.get(path, (c) => show(c, nothingShown))
  routes.post(`${path}/house`, async (c) => {
    const { private: isAllowed } = await readForm(c, z.object({ private: z.string().optional() }))
    await webhooks.allowPrivate(isAllowed !== undefined, actingAsUser(c, clientOf))
    return c.redirect(path, 303)
  })
  mountWebhookForms(routes, { path, back: path, webhooks, clientOf, whose: async () => undefined, show })
  return routes
}
