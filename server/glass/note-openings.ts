/**
 * Writes down, before it is answered, every request that only a broken glass allows. It goes by the route's permission, so that a route
 * that is added later is written down as well.
 */
import type { MiddlewareHandler } from 'hono'
import type { AppContext, AppEnvironment } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { permissionRow } from '../http/permissions.ts'
import { isId } from '../runtime/ids.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { GlassService } from './glass-service.ts'

const maxKindCharacters = 32
const maxPlaceBytes = 4096

export function noteGlassOpenings(options: {
  readonly glass: Pick<GlassService, 'noteOpening'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly clientOf: ClientOf
}): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const { session, routeRule } = c.var
    const { permission } = routeRule
    if (session?.glass !== undefined && permission !== 'public' && permission !== 'anyone') {
      const isMember = session.user.memberships.some(({ customerId }) => customerId === session.glass?.customerId)
      if (!isMember && permissionRow(permission).isGivenByBreakGlass === true) {
        const opening = await openingOf(c, options.snapshots, session.glass.customerId)
        if (opening !== undefined) await options.glass.noteOpening(session, session.glass, opening, options.clientOf(c).address)
      }
    }
    await next()
  }
}

/** Undefined where the glass opens nothing: another customer's version is not there for this session. */
async function openingOf(c: AppContext, snapshots: Pick<SnapshotsService, 'find'>, customerId: string) {
  const { pathname, search } = new URL(c.req.url)
  const [, id = '', kind = '', place = ''] = /^\/versions\/([^/]*)\/([^/]*)\/?(.*)$/s.exec(pathname) ?? []
  if (!isId('snap', id))
    return { snapshot: '', kind: pathname.slice(1, maxKindCharacters + 1), place: Buffer.from(search).subarray(0, maxPlaceBytes) }
  const version = await snapshots.find(id)
  if (version === undefined || version.customerId !== customerId) return undefined
  return { snapshot: id, kind: kind.slice(0, maxKindCharacters), place: decodePlace(place).subarray(0, maxPlaceBytes) }
}

/** Bytes, as names are: what is no escape stays as it is. */
function decodePlace(place: string): Buffer {
  return Buffer.from(
    place.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}
