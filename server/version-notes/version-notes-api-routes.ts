/** Names and notes of versions in the API. They are contents: read with the scope `files`. */
import { createRoute, z } from '@hono/zod-openapi'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import { formatTime, idSchema, jsonContent, problemResponses, signedInOnly, timeSchema } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireFound } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import type { Permission } from '../http/permissions.ts'
import type { Id } from '../runtime/ids.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { type NamedVersion, noWords } from './version-note.ts'
import type { VersionNotes } from './version-notes-service.ts'

const common = { tags: ['Versions kept'], ...signedInOnly }
const snapshotParams = z.object({ snapshotId: idSchema('snap') })
/** Whoever writes more is told the bound in words. */
const typed = z.string().max(16_000)

const wordsSchema = z
  .object({
    name: z.string().openapi({ description: 'One line; empty: none.' }),
    note: z.string().openapi({ description: 'Lines with `\\n` between them; empty: none.' }),
  })
  .openapi('VersionWords')

const namedSchema = z
  .object({ id: z.string(), seq: z.int(), name: z.string(), note: z.string(), at: timeSchema, by: z.string() })
  .openapi('NamedVersion')

const readRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/snapshots/{snapshotId}/note',
  summary: 'What people wrote about a version',
  request: { params: snapshotParams },
  responses: { 200: { description: 'Its name and note', content: jsonContent(wordsSchema) }, ...problemResponses },
})
const listRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/devices/{deviceId}/notes',
  summary: 'The versions of a computer that have a name or a note, the newest first',
  request: { params: z.object({ deviceId: idSchema('dev') }), query: pageQuerySchema },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(namedSchema)) }, ...problemResponses },
})
const changeRoute = createRoute({
  ...common,
  method: 'patch',
  path: '/api/v1/snapshots/{snapshotId}',
  summary: 'Names a version, or writes a note on it',
  description: 'What is absent stays; empty text removes it. A name alone keeps nothing: pin the version besides.',
  request: {
    params: snapshotParams,
    body: { content: jsonContent(z.object({ name: typed, note: typed }).partial()), required: true },
  },
  responses: { 204: { description: 'Done' }, ...problemResponses },
})

export function versionNotesApiRoutes(services: {
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly versionNotes: VersionNotes
  readonly clientOf: ClientOf
}): App {
  const { devices, snapshots, versionNotes, clientOf } = services
  const routes = newRoutes()

  const getVersion = async (c: AppContext, permission: Permission, id: Id<'snap'>) =>
    requireFound(c, permission, await snapshots.find(id))

  routes.openapi(readRoute, async (c) => {
    const version = await getVersion(c, 'files:read', c.req.valid('param').snapshotId)
    const { name, note } = (await versionNotes.find(version.id)) ?? noWords
    return c.json({ name, note }, 200)
  })
  routes.openapi(listRoute, async (c) => {
    const device = requireFound(c, 'files:read', await devices.find(c.req.valid('param').deviceId))
    const list = ({ after, limit }: { readonly after: string | undefined; readonly limit: number }) => {
      const beforeSeq = after === undefined ? undefined : cursorNumber(after)
      return versionNotes.listOfDevice({ deviceId: device.deviceId, beforeSeq, limit })
    }
    const page = await readPage(c.req.valid('query'), list, ({ seq }) => String(seq))
    return c.json({ ...page, items: page.items.map(namedBody) }, 200)
  })
  routes.openapi(changeRoute, async (c) => {
    const version = await getVersion(c, 'versions:name', c.req.valid('param').snapshotId)
    await versionNotes.write(version, c.req.valid('json'), actingAsUser(c, clientOf))
    return c.body(null, 204)
  })
  return routes
}

function namedBody({ version, seq, name, note, at, by }: NamedVersion): z.input<typeof namedSchema> {
  return { id: version, seq, name, note, at: formatTime(at), by }
}
