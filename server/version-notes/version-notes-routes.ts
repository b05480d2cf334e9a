/** The form in which people name a version and write about it. */
import { z } from 'zod'
import { noteMaxCharacters, noteNameMaxCharacters } from '../../engine/index.ts'
import { type VersionNotePageProps, versionNotePage } from '../../views/pages/version-note.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { backPath, noteBacks, notePath } from './note-paths.ts'
import { type NoteField, VersionNoteError } from './version-note.ts'
import type { VersionNotes } from './version-notes-service.ts'

const backSchema = z.enum(noteBacks).catch('version')
/** Longer ones are told of in the form's own words. */
const formMaxCharacters = 16_000
const formSchema = z.object({
  name: z.string().max(formMaxCharacters).default(''),
  note: z.string().max(formMaxCharacters).default(''),
  back: backSchema,
})

export function versionNotesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly versionNotes: VersionNotes
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, versionNotes, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/versions/:snapshotId/note', async (c) => {
    const version = await getVersion(c)
    const words = await versionNotes.find(version.id)
    const { name = '', note = '' } = words ?? {}
    return c.html(await show(c, version, { values: { name, note }, problems: {}, back: backSchema.parse(c.req.query('back')) }))
  })

  routes.post('/versions/:snapshotId/note', async (c) => {
    const version = await getVersion(c)
    const { back, ...values } = await readForm(c, formSchema)
    try {
      await versionNotes.write(version, values, actingAsUser(c, clientOf))
    } catch (error) {
      const field = fieldOf(error)
      if (field === undefined) throw error
      return c.html(await show(c, version, { values, problems: { [field]: (error as Error).message }, back }), 422)
    }
    return c.redirect(backPath(version, back), 303)
  })

  async function show(
    c: AppContext,
    version: Snapshot,
    form: Pick<VersionNotePageProps, 'values' | 'problems'> & { readonly back: z.output<typeof backSchema> },
  ) {
    const [{ viewer }, device, words] = await Promise.all([
      openAccountOf(c, customers, version.customerId),
      devices.find(version.deviceId),
      versionNotes.find(version.id),
    ])
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    return versionNotePage({
      ...pageContext(c),
      viewer,
      trail: [
        { name: 'Computers', path: '/computers' },
        { name: device.name, path: computerPath(device.deviceId) },
      ],
      computer: device.name,
      takenAtMs: version.receivedAt,
      path: notePath(version.id),
      backPath: backPath(version, form.back),
      back: form.back,
      values: form.values,
      problems: form.problems,
      isNamed: words !== undefined,
      nameMaxCharacters: noteNameMaxCharacters,
      noteMaxCharacters,
    })
  }

  async function getVersion(c: AppContext): Promise<Snapshot> {
    const id = c.req.param('snapshotId') ?? ''
    const version = isId('snap', id) ? await snapshots.find(id) : undefined
    if (version === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'versions:name', version.customerId)
    return version
  }

  return routes
}

function fieldOf(error: unknown): NoteField | undefined {
  if (!(error instanceof VersionNoteError)) return undefined
  if (error.fault === 'bad-name') return 'name'
  return error.fault === 'bad-note' ? 'note' : undefined
}
