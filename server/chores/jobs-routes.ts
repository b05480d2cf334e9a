/** The page of the box's scheduled work: what runs when by itself, and what ran. */
import { jobsPage } from '../../views/pages/jobs.ts'
import { type ChoresAbout, choresFragment } from '../../views/partials/chores.ts'
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { choreProps } from './chore-props.ts'
import type { ChoresService } from './chores-service.ts'

const jobsPath = '/jobs'
const pastShown = 50
const about: ChoresAbout = { title: 'What runs by itself', path: `${jobsPath}/chores`, acts: jobsPath }

export function jobsRoutes(options: {
  readonly chores: ChoresService
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { chores, pageContext } = options
  const routes = newRoutes()

  routes.get('/jobs', async (c) => {
    const page = pageContext(c)
    const views = await chores.list()
    const asked = views.find(({ chore }) => chore.name === c.req.query('job'))?.chore
    const past = await chores.listPast({ name: asked?.name, limit: pastShown })
    const titles = new Map(views.map(({ chore }) => [chore.name, chore.title]))
    return c.html(
      await jobsPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        chores: views.map(choreProps),
        about,
        shown: asked?.name,
        past: past.map(({ name, startedAt, endedAt, outcome, summary }) => {
          return { title: titles.get(name) ?? name, startedAtMs: startedAt, tookMs: endedAt - startedAt, outcome, summary }
        }),
      }),
    )
  })
  routes.get('/jobs/chores', async (c) => {
    return c.html(await choresFragment(pageContext(c).reader, (await chores.list()).map(choreProps), about))
  })
  routes.post('/jobs/:chore/run', async (c) => {
    await chores.runNow(c.req.param('chore'))
    return c.redirect(jobsPath, 303)
  })
  routes.post('/jobs/:chore/cancel', async (c) => {
    await chores.find(c.req.param('chore'))
    chores.cancel(c.req.param('chore'))
    return c.redirect(jobsPath, 303)
  })
  return routes
}
