/** Settings, Sharing: what the administrator allows. */
import { z } from 'zod'
import { sharingSettingsPage } from '../../views/pages/sharing-settings.ts'
import type { PageContext } from '../../views/site.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { ShareError } from './share-error.ts'
import type { ShareRulesService } from './share-rules-service.ts'
import { gibText, gibTyped, numberTyped } from './sharing-form.ts'

const path = '/settings/sharing'
const schema = z.object({
  days: z.string().max(100).default(''),
  size: z.string().max(100).default(''),
  password: z.string().optional(),
  upload: z.string().optional(),
})

interface Shown {
  readonly days: string
  readonly size: string
  readonly isPasswordNeeded: boolean
  readonly mayUpload: boolean
  readonly problem?: ShareError
}

export function sharingSettingsRoutes(options: {
  readonly rules: ShareRulesService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { rules, clientOf, pageContext } = options
  const routes = newRoutes()

  const show = async (c: AppContext, { problem, ...shown }: Shown) => {
    const page = pageContext(c)
    const viewer = staffViewer(c, page.site.host)
    const isSaved = problem === undefined && c.req.query('saved') !== undefined
    const said = problem && { field: problem.field, words: problem.message }
    return c.html(
      await sharingSettingsPage({ ...page, viewer, ...shown, problem: said, isSaved }),
      problem === undefined ? 200 : 422,
    )
  }

  routes.get(path, async (c) => {
    const { daysMax, uploadBytesMax, ...found } = await rules.find()
    return show(c, { days: String(daysMax), size: gibText(uploadBytesMax), ...found })
  })
  routes.post(path, async (c) => {
    const { days, size, password, upload } = await readForm(c, schema)
    const wanted = { isPasswordNeeded: password !== undefined, mayUpload: upload !== undefined }
    try {
      const limits = { daysMax: numberTyped(days) ?? 0, uploadBytesMax: gibTyped(size) }
      await rules.save({ ...limits, ...wanted }, actingAsUser(c, clientOf))
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      return show(c, { days, size, ...wanted, problem: error })
    }
    return c.redirect(`${path}?saved`, 303)
  })
  return routes
}
