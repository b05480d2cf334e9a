/** The pages Storage › Second copy, and one copy. */
import { z } from 'zod'
import { type CopiesPageProps, copiesPage } from '../../views/pages/copies.ts'
import { copyPage } from '../../views/pages/copy.ts'
import { copiesFragment } from '../../views/partials/copies-list.ts'
import type { PageContext } from '../../views/site.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { CopiesService } from './copies-service.ts'
import type { CopySettings } from './copy.ts'
import { type CopyOrderKind, copyChoreName } from './copy-chore.ts'
import { CopyError } from './copy-error.ts'
import { copiesPath, copyMoreProps, copyPath, copyProps, settingsProps } from './copy-props.ts'
import { isCopyInterval } from './copy-schedule.ts'

const settingsSchema = z.object({
  name: z.string(),
  every: z.string(),
  at: z.string(),
  limit: z.string(),
  paused: z.string().optional(),
})
const placeSchema = settingsSchema.extend({
  folder: z.string(),
  'same-disk': z.string().optional(),
  'take-over': z.string().optional(),
})
type SettingsForm = z.infer<typeof settingsSchema>
type PlaceForm = z.infer<typeof placeSchema>

const emptyForm: CopiesPageProps['form'] = {
  ...{ name: 'Second copy', everyHours: '24', atHour: '2', limitMiB: '', isPaused: false },
  ...{ folder: '', isSameDiskAllowed: false, isTakingOver: false, problem: undefined, tested: undefined },
}

export function copiesRoutes(options: {
  readonly copies: CopiesService
  readonly chores: ChoresService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { copies, chores, clientOf, pageContext } = options
  const routes = newRoutes()

  const listProps = async () => (await copies.list()).map(copyProps)
  const showAll = async (c: AppContext, form: CopiesPageProps['form'], status: 200 | 422 = 200) => {
    const page = pageContext(c)
    return c.html(await copiesPage({ ...page, viewer: staffViewer(c, page.site.host), copies: await listProps(), form }), status)
  }
  const showOne = async (c: AppContext, copyId: Id<'cpy'>, typed?: { readonly form: SettingsForm; readonly problem: string }) => {
    const page = pageContext(c)
    const status = await copies.get(copyId)
    const form = typed === undefined ? settingsProps(status.copy) : typedSettings(typed.form)
    return c.html(
      await copyPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        copy: copyProps(status),
        more: copyMoreProps(status),
        form: { ...form, problem: typed?.problem },
      }),
      typed === undefined ? 200 : 422,
    )
  }
  const order = async (copyId: Id<'cpy'>, kind: CopyOrderKind) => {
    await copies.get(copyId)
    await chores.runNow(copyChoreName, { copyId, kind })
  }

  routes.get(copiesPath, (c) => showAll(c, emptyForm))
  routes.get('/storage/copies/list', async (c) => c.html(await copiesFragment(pageContext(c).reader, await listProps())))
  routes.post(copiesPath, async (c) => {
    const form = await readForm(c, placeSchema)
    try {
      await copies.add({ ...placeOf(form), ...settingsOf(form) }, actingAsUser(c, clientOf))
      return c.redirect(copiesPath, 303)
    } catch (error) {
      return showAll(c, { ...typedPlace(form), problem: wordsOf(error) }, 422)
    }
  })
  routes.post('/storage/copies/test', async (c) => {
    const form = await readForm(c, placeSchema)
    try {
      return await showAll(c, { ...typedPlace(form), tested: await copies.test(placeOf(form)) })
    } catch (error) {
      return showAll(c, { ...typedPlace(form), problem: wordsOf(error) }, 422)
    }
  })
  routes.get('/storage/copies/:copyId', (c) => showOne(c, idOf(c)))
  routes.post('/storage/copies/:copyId', async (c) => {
    const form = await readForm(c, settingsSchema)
    const copyId = idOf(c)
    try {
      await copies.change(copyId, settingsOf(form), actingAsUser(c, clientOf))
      return c.redirect(copyPath(copyId), 303)
    } catch (error) {
      return showOne(c, copyId, { form, problem: wordsOf(error) })
    }
  })
  routes.post('/storage/copies/:copyId/run', async (c) => {
    await order(idOf(c), 'run')
    return c.redirect(copiesPath, 303)
  })
  routes.post('/storage/copies/:copyId/verify', async (c) => {
    await order(idOf(c), 'verify-everything')
    return c.redirect(copiesPath, 303)
  })
  routes.post('/storage/copies/:copyId/stop', async (c) => {
    await copies.get(idOf(c))
    chores.cancel(copyChoreName)
    return c.redirect(copiesPath, 303)
  })
  routes.post('/storage/copies/:copyId/remove', async (c) => {
    await copies.remove(idOf(c), actingAsUser(c, clientOf))
    return c.redirect(copiesPath, 303)
  })
  return routes
}

function idOf(c: AppContext): Id<'cpy'> {
  const copyId = c.req.param('copyId') ?? ''
  if (!isId('cpy', copyId)) throw new Problem('HF-NOT-FOUND')
  return copyId
}

function placeOf(form: PlaceForm) {
  return {
    folder: form.folder.trim(),
    isSameDiskAllowed: form['same-disk'] !== undefined,
    isTakingOver: form['take-over'] !== undefined,
  }
}

const MiB = 1024 ** 2

function settingsOf({ name, every, at, limit, paused }: SettingsForm): CopySettings {
  const everyHours = Number(every)
  const atHour = at === '' ? undefined : Number(at)
  if (!isCopyInterval(everyHours)) throw new CopyError('invalid', 'Choose how often the copy runs.')
  if (atHour !== undefined && !(Number.isInteger(atHour) && atHour >= 0 && atHour < 24))
    throw new CopyError('invalid', 'The hour is one from 0 to 23.')
  const limitText = limit.trim()
  if (!/^\d{0,6}$/.test(limitText)) throw new CopyError('invalid', 'The limit is a number of MiB a second, or empty.')
  const limitMiB = Number(limitText)
  return {
    name,
    schedule: { everyHours, atHour },
    limitBytesPerSecond: limitMiB === 0 ? undefined : limitMiB * MiB,
    isPaused: paused !== undefined,
  }
}

function typedSettings({ name, every, at, limit, paused }: SettingsForm) {
  return { name, everyHours: every, atHour: at, limitMiB: limit, isPaused: paused !== undefined }
}

function typedPlace(form: PlaceForm): CopiesPageProps['form'] {
  return { ...emptyForm, ...typedSettings(form), ...placeOf(form) }
}

/** What the person at the form can put right; anything else is not theirs. */
function wordsOf(error: unknown): string {
  if (!(error instanceof CopyError) || error.fault === 'not-found') throw error
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`
}
