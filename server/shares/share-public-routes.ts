/**
 * What people from outside see of a link to files: a page, the folders below what is shared, each file, and all of it as one archive.
 * Addresses hold the number of a shared path and what lies below it: nothing above can be named. No file is shown here: share-preview-routes.ts
 * does that.
 */
import { type SharedWhat, sharePage } from '../../views/pages/share.ts'
import type { EntryProps } from '../../views/partials/entry.ts'
import type { PagerProps } from '../../views/partials/pager.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { VersionFile } from '../previews/shown-file.ts'
import { mayHaveThumbnail, type ThumbnailsService } from '../previews/thumbnails-service.ts'
import type { Log } from '../runtime/log.ts'
import { cursorOf, entriesPerPage, parseCursor } from '../snapshots/folder-page.ts'
import type { OpenVersionReader, VersionEntry, VersionReader } from '../snapshots/version-reader.ts'
import type { Traffic } from '../traffic/traffic.ts'
import type { RunningDownloads } from './running-downloads.ts'
import { shareArchive } from './share-archive.ts'
import { ShareError } from './share-error.ts'
import { createFetching } from './share-fetching.ts'
import { createGuests, type Guest, type GuestOptions } from './share-guest.ts'
import { encodeSharePlace, nameOfShared, placeAsked, type SharePlace } from './share-place.ts'
import { isLookedAt, sharePreviewRoutes } from './share-preview-routes.ts'
import { stepsTo } from './share-trail.ts'

type Downloader = Guest<'download'>

export function sharePublicRoutes(
  options: GuestOptions & {
    readonly openVersionReader: OpenVersionReader
    readonly running: RunningDownloads
    readonly thumbnails: ThumbnailsService
    readonly log: Log
    readonly traffic: Traffic
  },
): App {
  const { door, openVersionReader, pageContext } = options
  const guests = createGuests('download', options)
  const fetching = createFetching({ ...options, guests })
  const routes = newRoutes()

  routes.get('/s/:token', async (c) => {
    const guest = await guests.let(c, { isPage: true })
    if (guest instanceof Response) return guest
    const reader = await openReader(guest)
    if (c.req.method === 'GET') await door.noteLook(guest.share, guest.visitor)
    const only = await onlyFolder(guest, reader)
    return only === undefined ? showSelection(c, guest, reader) : showFolder(c, guest, reader, only)
  })
  routes.post('/s/:token', (c) => guests.tryPassword(c))

  routes.get('/s/:token/browse/:path{[\\s\\S]+}', async (c) => {
    const guest = await guests.let(c, { isPage: false })
    if (guest instanceof Response) return guest
    const place = placeAsked(guest.share, new URL(c.req.url).pathname, 'browse')
    const reader = await openReader(guest)
    const entry = place && (await reader.stat(place.path))
    if (place === undefined || entry?.type !== 'directory') return guests.over(c, { kind: 'unknown' })
    if (c.req.method === 'GET') await door.noteLook(guest.share, guest.visitor)
    return showFolder(c, guest, reader, place)
  })

  routes.get('/s/:token/file/:path{[\\s\\S]+}', async (c) => {
    const asked = (guest: Downloader) => {
      const place = placeAsked(guest.share, new URL(c.req.url).pathname, 'file')
      return place && { place, thing: { place: encodeSharePlace(place), name: nameOfShared(place.path) } }
    }
    // Whoever has begun with the last download may finish it, as long as the link would be served at all.
    const mayBeOver = async (guest: Downloader) => {
      const found = asked(guest)
      if (guest.end !== 'used-up' || !guest.isServed || found === undefined || !isTakenUp(c)) return false
      return door.isGoingOn(guest.share, guest.visitor, found.thing)
    }
    const guest = await guests.let(c, { isPage: false, mayBeOver })
    if (guest instanceof Response) return guest
    const found = asked(guest)
    const file = found && (await (await openReader(guest)).stat(found.place.path))
    if (found === undefined || file?.type !== 'file') return guests.over(c, { kind: 'unknown' })
    const identity = guest.share.shareId + found.thing.place
    return fetching(c, guest, found.thing, (downloads) => downloads.sendFile(c, { ...file, identity }))
  })

  const sendArchive = async (c: AppContext, placeOf: (guest: Downloader) => SharePlace | 'all' | undefined) => {
    const guest = await guests.let(c, { isPage: false })
    if (guest instanceof Response) return guest
    const place = placeOf(guest)
    const reader = await openReader(guest)
    const isThere = place === 'all' || (place !== undefined && (await reader.stat(place.path))?.type === 'directory')
    if (place === undefined || !isThere) return guests.over(c, { kind: 'unknown' })
    const paths = place === 'all' ? guest.share.paths : [place.path]
    const thing =
      place === 'all'
        ? { place: 'zip', name: undefined }
        : { place: `zip${encodeSharePlace(place)}`, name: nameOfShared(place.path) }
    const parts = await shareArchive(reader, paths)
    const name = Buffer.from(thing.name ?? guest.share.title)
    const page = pageContext(c)
    return fetching(c, guest, thing, (downloads) => downloads.sendArchive(c, { as: 'zip', parts, name, reader: page.reader }))
  }
  routes.get('/s/:token/zip', (c) => sendArchive(c, () => 'all'))
  routes.get('/s/:token/zip/:path{[\\s\\S]+}', (c) =>
    sendArchive(c, ({ share }) => placeAsked(share, new URL(c.req.url).pathname, 'zip')),
  )

  async function openReader({ version }: Downloader): Promise<VersionReader> {
    if (version === undefined) throw new ShareError('version-gone', 'The version of this link is gone.')
    return openVersionReader(version)
  }

  async function showSelection(c: AppContext, guest: Downloader, reader: VersionReader): Promise<Response> {
    const page = pageContext(c)
    const { share, path } = guest
    const from = positionAsked(c.req.query('from'), share.paths.length)
    const shown = share.paths.slice(from, from + entriesPerPage)
    const stats = await Promise.all(share.paths.map((one) => reader.stat(one)))
    const entries = shown.flatMap((shared, index) => {
      const entry = stats[from + index]
      return entry === undefined ? [] : [entryOf(guest, { number: from + index, path: shared, below: [] }, entry)]
    })
    const what = whatOf(stats.filter((entry) => entry !== undefined))
    const next = from + entriesPerPage
    const pager: PagerProps = {
      words: `${entries.length} on this page`,
      ...(from === 0 ? {} : { back: path }),
      ...(next < share.paths.length ? { next: `${path}?from=${next}` } : {}),
      backWord: 'First',
    }
    const getPath = what.kind === 'file' ? `${path}/file/0` : `${path}/zip`
    return c.html(await sharePage({ ...page, ...factsOf(guest), what, above: [], folder: undefined, entries, pager, getPath }))
  }

  async function showFolder(c: AppContext, guest: Downloader, reader: VersionReader, place: SharePlace): Promise<Response> {
    const page = pageContext(c)
    const { path } = guest
    const after = parseCursor(c.req.query('after'))
    const listed = await reader.listFolder(place.path, { after, limit: entriesPerPage, isWanted: undefined })
    const isTop = place.below.length === 0 && guest.share.paths.length === 1
    const here = isTop ? path : `${path}/browse${encodeSharePlace(place)}`
    const last = listed.entries.at(-1)
    const pager: PagerProps = {
      words: `${listed.entries.length} on this page`,
      ...(after === undefined ? {} : { back: here }),
      ...(listed.hasMore && last !== undefined ? { next: `${here}?after=${cursorOf(last.name)}` } : {}),
      backWord: 'First',
    }
    const entries = listed.entries.map((entry) => entryOf(guest, belowOf(place, entry.name), entry))
    return c.html(
      await sharePage({
        ...page,
        ...factsOf(guest),
        what: guest.share.paths.length === 1 ? { kind: 'folder' } : { kind: 'mixed', count: guest.share.paths.length },
        above: isTop ? [] : stepsTo(guest, place),
        folder: isTop ? undefined : nameOfShared(place.path),
        entries,
        pager,
        getPath: isTop ? `${path}/zip` : `${path}/zip${encodeSharePlace(place)}`,
      }),
    )
  }

  routes.route('/', sharePreviewRoutes({ ...options, guests, openReader, fetching }))
  return routes
}

/** From behind the first byte: the browser has something of it. */
function isTakenUp(c: AppContext): boolean {
  return /^bytes=0*[1-9]\d*-/.test(c.req.header('range') ?? '')
}

/** A link to one folder opens in it. */
async function onlyFolder({ share }: Downloader, reader: VersionReader): Promise<SharePlace | undefined> {
  const [path] = share.paths
  if (path === undefined || share.paths.length > 1) return undefined
  return (await reader.stat(path))?.type === 'directory' ? { number: 0, path, below: [] } : undefined
}

function factsOf({ share, version, customerName }: Downloader) {
  const { title, message, expiresAt, downloads, downloadsMax } = share
  return {
    by: share.createdBy.name,
    customer: customerName,
    title,
    message,
    takenAtMs: version?.receivedAt ?? share.createdAt,
    untilMs: expiresAt,
    downloads: downloadsMax === undefined ? undefined : { used: downloads, max: downloadsMax },
  }
}

function whatOf(entries: readonly VersionEntry[]): SharedWhat {
  const files = entries.filter((entry) => entry.type === 'file')
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (files.length < entries.length) return { kind: 'mixed', count: entries.length }
  return files.length === 1 ? { kind: 'file', bytes } : { kind: 'files', count: files.length, bytes }
}

function entryOf({ share, path }: Downloader, place: SharePlace, entry: VersionEntry): EntryProps {
  const name = nameOfShared(place.path) ?? 'Everything'
  const shared = { name, changedAtMs: entry.changedAtMs }
  const encoded = encodeSharePlace(place)
  switch (entry.type) {
    case 'directory':
      return { ...shared, kind: 'folder', path: `${path}/browse${encoded}`, zipPath: `${path}/zip${encoded}` }
    case 'file':
      return {
        ...shared,
        kind: 'file',
        sizeBytes: entry.sizeBytes,
        filePath: `${path}/file${encoded}`,
        ...(isLookedAt(share) ? looksAt(path, encoded, entry) : {}),
      }
    case 'symlink':
      // Where it leads is a name from outside.
      return { ...shared, kind: 'special', what: 'a link to another place' }
    case 'special':
      return { ...shared, kind: 'special', what: entry.what }
    default:
      return entry satisfies never
  }
}

function looksAt(path: string, encoded: string, { name, sizeBytes }: VersionFile) {
  return {
    previewPath: `${path}/look${encoded}`,
    thumbnailPath: mayHaveThumbnail(name, sizeBytes) ? `${path}/drawn${encoded}` : undefined,
  }
}

function belowOf({ number, path, below }: SharePlace, name: Buffer): SharePlace {
  return { number, path: [...path, name], below: [...below, name] }
}

function positionAsked(query: string | undefined, length: number): number {
  const position = Number(query ?? 0)
  return Number.isSafeInteger(position) && position >= 0 && position < length ? position : 0
}
