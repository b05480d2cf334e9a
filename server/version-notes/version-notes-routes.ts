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
import { requireFound } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { backPath, versionBacks } from '../retention/retention-paths.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { notePath } from './note-paths.ts'
import { type NoteField, type NoteWords, noWords, seenOf, VersionNoteError } from './version-note.ts'
import type { VersionNotes } from './version-notes-service.ts'

const backSchema = z.enum(versionBacks).catch('version')
/** Longer ones are told of in the form's own words. */
const formMaxCharacters = 16_000
const formSchema = z.object({
  name: z.string().max(formMaxCharacters).default(''),
  note: z.string().max(formMaxCharacters).default(''),
  back: backSchema,
  seen: z.string().max(64).optional(),
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
    return c.html(await show(c, version, { problems: {}, back: backSchema.parse(c.req.query('back')) }))
  })

  routes.post('/versions/:snapshotId/note', async (c) => {
    const version = await getVersion(c)
    const { back, seen, ...values } = await readForm(c, formSchema)
    try {
      await versionNotes.write(version, { ...values, seen }, actingAsUser(c, clientOf))
    } catch (error) {
      if (!(error instanceof VersionNoteError)) throw error
      if (error.fault === 'changed') return c.html(await show(c, version, { values, problems: {}, back, isChanged: true }), 409)
      const field = fieldOf(error)
      if (field === undefined) throw error
      return c.html(await show(c, version, { values, problems: { [field]: error.message }, back, seen }), 422)
    }
    return c.redirect(backPath(version, back), 303)
  })

  async function show(
    c: AppContext,
    version: Snapshot,
    form: Pick<VersionNotePageProps, 'problems'> & {
      readonly back: z.output<typeof backSchema>
      /** As somebody typed them; otherwise as they are. */
      readonly values?: NoteWords
      readonly seen?: string | undefined
      readonly isChanged?: boolean
    },
  ) {
    const [{ viewer }, device, words] = await Promise.all([
      openAccountOf(c, customers, version.customerId),
      devices.find(version.deviceId),
      versionNotes.find(version.id),
    ])
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    const now = words ?? noWords
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
      values: form.values ?? now,
      seen: form.seen ?? seenOf(now),
      meanwhile: form.isChanged === true ? now : undefined,
      problems: form.problems,
      isNamed: words !== undefined,
      nameMaxCharacters: noteNameMaxCharacters,
      noteMaxCharacters,
    })
  }

  async function getVersion(c: AppContext): Promise<Snapshot> {
    const id = c.req.param('snapshotId') ?? ''
    return requireFound(c, 'versions:name', isId('snap', id) ? await snapshots.find(id) : undefined)
  }

  return routes
}

function fieldOf(error: VersionNoteError): NoteField | undefined {
  if (error.fault === 'bad-name') return 'name'
  return error.fault === 'bad-note' ? 'note' : undefined
}
