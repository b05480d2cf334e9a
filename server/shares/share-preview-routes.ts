/**
 * Files of a link looked at, where it may be fetched as often as anybody likes: a look is never a way round a limit. A page shows text as
 * text; pictures go out only as the box has drawn them again; a PDF counts as fetched. Programs are shown nothing.
 */
import { nameText } from '../../views/format/name-text.ts'
import { shareLookPage } from '../../views/pages/share-look.ts'
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { answerDrawn } from '../previews/drawn-answer.ts'
import { readFirst, shownOf, shownTextBytes, type VersionFile } from '../previews/shown-file.ts'
import { decidingBytes, shownKind } from '../previews/shown-kind.ts'
import type { ThumbnailsService } from '../previews/thumbnails-service.ts'
import { createSlots } from '../restores/slots.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { VersionReader } from '../snapshots/version-reader.ts'
import type { DownloadShare } from './share.ts'
import type { FetchedThing, ShareDoor } from './share-door-service.ts'
import type { Fetching } from './share-fetching.ts'
import type { Guest, Guests } from './share-guest.ts'
import { encodeSharePlace, nameOfShared, placeAsked, type ShareMark, type SharePlace } from './share-place.ts'
import { stepsTo } from './share-trail.ts'

/** Pictures that strangers have drawn at once, as many as a browser asks for; the account's own people wait behind no more of them. */
const maxDrawnAtOnce = 12
const maxDrawnOf = { network: 6 } as const

export function isLookedAt({ downloadsMax }: Pick<DownloadShare, 'downloadsMax'>): boolean {
  return downloadsMax === undefined
}

interface FoundFile {
  readonly guest: Guest<'download'>
  readonly version: Snapshot
  readonly place: SharePlace
  readonly thing: FetchedThing
  readonly file: VersionFile
}

export function sharePreviewRoutes(options: {
  readonly door: Pick<ShareDoor, 'noteLook'>
  readonly guests: Guests<'download'>
  readonly openReader: (guest: Guest<'download'>) => Promise<VersionReader>
  readonly fetching: Fetching
  readonly thumbnails: ThumbnailsService
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { door, guests, fetching, thumbnails, pageContext } = options
  const slots = createSlots(maxDrawnAtOnce, { perKey: maxDrawnOf })
  const routes = newRoutes()

  routes.get('/s/:token/look/:path{[\\s\\S]+}', async (c) => {
    const found = await findFile(c, 'look')
    if (found instanceof Response) return found
    const { guest, place, thing, file } = found
    const encoded = encodeSharePlace(place)
    if (c.req.method === 'GET') await door.noteLook(guest.share, guest.visitor, thing)
    const first = await readFirst(file, shownTextBytes)
    return c.html(
      await shareLookPage({
        ...pageContext(c),
        by: guest.share.createdBy.name,
        customer: guest.customerName,
        name: nameText(file.name),
        takenAtMs: found.version.receivedAt,
        sizeBytes: file.sizeBytes,
        changedAtMs: file.changedAtMs,
        above: stepsTo(guest, place),
        filePath: `${guest.path}/file${encoded}`,
        shown: shownOf({
          entry: file,
          first,
          paths: { stored: undefined, drawn: `${guest.path}/drawn${encoded}`, pdf: `${guest.path}/pdf${encoded}` },
        }),
      }),
    )
  })

  routes.get('/s/:token/drawn/:path{[\\s\\S]+}', async (c) => {
    const found = await findFile(c, 'drawn')
    if (found instanceof Response) return found
    const { guest, version, file } = found
    const size = c.req.query('size') === 'large' ? 'large' : 'small'
    using slot = slots.take({ network: guest.visitor.network })
    const drawn =
      slot === undefined ? undefined : await thumbnails.find(thumbnails.tagOf(version.repositoryId, file, size), file, size)
    return answerDrawn(c, drawn, { 'cache-control': 'no-store' })
  })

  routes.get('/s/:token/pdf/:path{[\\s\\S]+}', async (c) => {
    const found = await findFile(c, 'pdf')
    if (found instanceof Response) return found
    const { guest, thing, file } = found
    const first = await readFirst(file, decidingBytes)
    if (shownKind(first, { isText: false }).kind !== 'pdf') return guests.over(c, { kind: 'unknown' })
    const identity = `shown ${guest.share.shareId}${thing.place}`
    return fetching(c, guest, thing, (downloads) => downloads.sendFile(c, { ...file, identity, shownAs: 'application/pdf' }))
  })

  async function findFile(c: AppContext, mark: ShareMark): Promise<FoundFile | Response> {
    const guest = await guests.let(c, { isPage: false })
    if (guest instanceof Response) return guest
    const place = placeAsked(guest.share, new URL(c.req.url).pathname, mark)
    const { version } = guest
    if (place === undefined || version === undefined || !isLookedAt(guest.share)) return guests.over(c, { kind: 'unknown' })
    if (guest.visitor.isBot) return guests.over(c, { kind: 'no-preview' })
    const file = await (await options.openReader(guest)).stat(place.path)
    if (file?.type !== 'file') return guests.over(c, { kind: 'unknown' })
    return { guest, version, place, thing: { place: encodeSharePlace(place), name: nameOfShared(place.path) }, file }
  }

  return routes
}
