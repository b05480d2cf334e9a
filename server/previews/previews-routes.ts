/**
 * A file of a version to look at: text as text, pictures as pictures, a PDF by the browser's own viewer, and everything else said plainly to be for
 * downloading. Nothing of a stored file runs: its text is escaped, and its bytes go out only under types from a closed list, in an origin of nobody's.
 */
import { FormatError, MissingChunksError } from '../../engine/index.ts'
import { nameText } from '../../views/format/name-text.ts'
import { whenText } from '../../views/format/when.ts'
import { previewPage, type Shown } from '../../views/pages/preview.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import { basketBeside } from '../baskets/basket-beside.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, computerPath, filePath, picturePath, previewPath, thumbnailPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { Downloads } from '../restores/downloads.ts'
import { sendBytes } from '../restores/send-bytes.ts'
import type { Log } from '../runtime/log.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { getPathAsked, getReadableVersion } from '../snapshots/version-access.ts'
import { encodeVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader, VersionEntry } from '../snapshots/version-reader.ts'
import { decidingBytes, type ShownKind, shownKind } from './shown-kind.ts'
import { textOfBytes } from './text-of-bytes.ts'
import type { ThumbnailsService } from './thumbnails-service.ts'

/** So much of a text is shown. */
export const shownTextBytes = 256 * 1024
/** Larger pictures are for downloading: a browser would hold all of it at once. */
const shownPictureBytes = 64 * 1024 * 1024
/** What is shown where a picture cannot be drawn: nothing, through which the icon beneath is seen. */
const transparent = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')

type VersionFile = Extract<VersionEntry, { type: 'file' }>

export function previewsRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find' | 'findByIds' | 'findNeighbours'>
  readonly baskets: Pick<BasketsService, 'list'>
  readonly openVersionReader: OpenVersionReader
  readonly thumbnails: ThumbnailsService
  readonly downloads: Downloads
  readonly log: Log
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, openVersionReader, thumbnails, downloads, log, pageContext } = options
  const routes = newRoutes()

  routes.get('/versions/:snapshotId/preview/:path{[\\s\\S]+}', async (c) => {
    const version = await getReadableVersion(c, snapshots)
    const path = getPathAsked(c, 'preview')
    const entry = await (await openVersionReader(version)).stat(path)
    if (entry === undefined) throw new Problem('HF-NOT-FOUND')
    if (entry.type === 'directory') return c.redirect(browsePath(version.id, path), 303)
    if (entry.type !== 'file') return c.redirect(browsePath(version.id, path.slice(0, -1)), 303)
    const page = pageContext(c)
    const [{ viewer }, device, neighbours, basket, first] = await Promise.all([
      openAccountOf(c, customers, version.customerId),
      devices.find(version.deviceId),
      neighboursWith(version, path),
      basketBeside(c, options, version.customerId),
      readFirst(entry, shownTextBytes),
    ])
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    const folder = path.slice(0, -1)
    return c.html(
      await previewPage({
        ...page,
        viewer,
        computer: device.name,
        takenAtMs: version.receivedAt,
        name: nameText(entry.name),
        sizeBytes: entry.sizeBytes,
        changedAtMs: entry.changedAtMs,
        above: [
          { name: 'Computers', path: '/computers' },
          { name: device.name, path: computerPath(device.deviceId) },
          { name: whenText(page.reader, version.receivedAt), path: `${browsePath(version.id)}?top` },
          ...folder.map((name, index) => ({ name: nameText(name), path: browsePath(version.id, folder.slice(0, index + 1)) })),
        ],
        folderPath: browsePath(version.id, folder),
        filePath: filePath(version.id, path),
        shown: shownOf({ version, path, entry, first }),
        ...neighbours,
        basket: basket && { aside: basket.aside, ...basket.buttonOf({ snapshotId: version.id, path }) },
      }),
    )
  })

  /** The bytes of a picture, for a page to draw, or of a PDF, for a browser's viewer. */
  routes.get('/versions/:snapshotId/picture/:path{[\\s\\S]+}', async (c) => {
    const { version, path, file } = await getFile(c, 'picture')
    const first = await readFirst(file, decidingBytes)
    const found = shownKind(first, { isText: textOfBytes(first, { isWhole: false }) !== undefined })
    const shownAs = typeOf(found)
    if (shownAs === undefined || (found.kind !== 'pdf' && file.sizeBytes > shownPictureBytes)) throw new Problem('HF-NOT-FOUND')
    return downloads.sendFile(c, { ...file, identity: `shown ${version.id}${encodeVersionPath(path)}`, shownAs })
  })

  routes.get('/versions/:snapshotId/thumbnail/:path{[\\s\\S]+}', async (c) => {
    const { version, file } = await getFile(c, 'thumbnail')
    const size = c.req.query('size') === 'large' ? 'large' : 'small'
    const tag = thumbnails.tagOf(version.repositoryId, file, size)
    const policy = { 'content-security-policy': "default-src 'none'; sandbox" }
    const known = { etag: `"${tag}"`, 'cache-control': 'private, no-cache', ...policy }
    if (c.req.header('if-none-match') === known.etag) return c.body(null, 304, known)
    const drawn = await thumbnails.find(tag, file, size)
    const hasDrawn = drawn !== undefined && drawn.length > 0
    const headers = {
      'content-type': hasDrawn ? 'image/webp' : 'image/svg+xml',
      // Too many at once: the next look asks again.
      ...(drawn === undefined ? { 'cache-control': 'no-store', ...policy } : known),
    }
    async function* body() {
      yield hasDrawn ? drawn : transparent
    }
    return sendBytes(c, { status: 200, headers, body: body(), log })
  })

  async function getFile(c: AppContext, mark: 'picture' | 'thumbnail') {
    const version = await getReadableVersion(c, snapshots)
    const path = getPathAsked(c, mark)
    const file = await (await openVersionReader(version)).stat(path)
    if (file?.type !== 'file') throw new Problem('HF-NOT-FOUND')
    return { version, path, file }
  }

  /** The versions before and after, where they hold a file of that path. */
  async function neighboursWith(version: Snapshot, path: VersionPath) {
    const { earlier, later } = await snapshots.findNeighbours(version)
    const linkTo = async (id: Snapshot['id'] | undefined) => {
      const other = id && (await snapshots.find(id))
      if (other === undefined) return undefined
      const there = await (await openVersionReader(other)).stat(path).catch(unreadable)
      return there?.type === 'file' ? previewPath(other.id, path) : undefined
    }
    return { earlierPath: await linkTo(earlier), laterPath: await linkTo(later) }
  }

  return routes
}

/** Undefined: nothing that goes out to be shown. */
function typeOf(found: ShownKind): string | undefined {
  if (found.kind === 'picture') return found.type
  if (found.kind === 'drawing') return 'image/svg+xml'
  return found.kind === 'pdf' ? 'application/pdf' : undefined
}

/** Another version that is damaged is no reason not to show this one; checks find it. */
function unreadable(error: unknown): undefined {
  if (error instanceof FormatError || error instanceof MissingChunksError) return undefined
  throw error
}

function shownOf(of: {
  readonly version: Snapshot
  readonly path: VersionPath
  readonly entry: VersionFile
  readonly first: Buffer
}): Shown {
  const { version, path, entry, first } = of
  if (entry.sizeBytes === 0) return { kind: 'nothing', words: 'This file is empty.' }
  const isWhole = first.length === entry.sizeBytes
  const text = textOfBytes(first, { isWhole })
  const found = shownKind(first.subarray(0, decidingBytes), { isText: text !== undefined })
  switch (found.kind) {
    case 'picture':
    case 'drawing':
      return entry.sizeBytes > shownPictureBytes
        ? { kind: 'nothing', words: 'This picture is too large to be shown here. Download it to look at it.' }
        : { kind: 'picture', path: picturePath(version.id, path) }
    case 'drawn-copy':
      return { kind: 'picture', path: `${thumbnailPath(version.id, path)}?size=large` }
    case 'pdf':
      return {
        kind: 'opened',
        path: picturePath(version.id, path),
        words: 'A PDF opens in your browser’s own viewer, apart from this box. A browser without one saves it instead.',
      }
    case 'office':
      return { kind: 'nothing', words: 'A file of an office program. Download it, and open it with the program that made it.' }
    case 'text':
      return { kind: 'text', text: text!.text, isCut: !isWhole, encoding: text!.encoding }
    case 'none':
      return {
        kind: 'nothing',
        words: 'What is in this file cannot be shown here. Download it, and open it with the program that made it.',
      }
    default:
      return found satisfies never
  }
}

async function readFirst(file: VersionFile, bytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of file.read({ start: 0, end: Math.min(bytes, file.sizeBytes) })) parts.push(part)
  return Buffer.concat(parts)
}
