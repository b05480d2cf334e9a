/**
 * A file of a version to look at: text as text, pictures as pictures, a PDF by the browser's own viewer, and everything else said plainly to be for
 * downloading. Nothing of a stored file runs: its text is escaped, and its bytes go out only under types from a closed list, in an origin of nobody's.
 */
import { FormatError, MissingChunksError } from '../../engine/index.ts'
import { nameText } from '../../views/format/name-text.ts'
import { whenText } from '../../views/format/when.ts'
import { previewPage } from '../../views/pages/preview.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import { basketBeside } from '../baskets/basket-beside.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { takesFiles } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import {
  browsePath,
  computerPath,
  filePath,
  newRestorePath,
  picturePath,
  previewPath,
  thumbnailPath,
} from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { Downloads } from '../restores/downloads.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { getPathAsked, getReadableVersion } from '../snapshots/version-access.ts'
import { encodeVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader } from '../snapshots/version-reader.ts'
import { answerDrawn, drawnPolicy } from './drawn-answer.ts'
import { readFirst, shownOf, shownPictureBytes, shownTextBytes } from './shown-file.ts'
import { decidingBytes, type ShownKind, shownKind } from './shown-kind.ts'
import { textOfBytes } from './text-of-bytes.ts'
import type { ThumbnailsService } from './thumbnails-service.ts'

export function previewsRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find' | 'findByIds' | 'findNeighbours'>
  readonly baskets: Pick<BasketsService, 'list'>
  readonly openVersionReader: OpenVersionReader
  readonly thumbnails: ThumbnailsService
  readonly downloads: Downloads
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, openVersionReader, thumbnails, downloads, pageContext } = options
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
    const mayRevert = c.var.access.may('restores:write', version.customerId) && takesFiles(device)
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
        revertPath: mayRevert ? newRestorePath({ version: version.id, paths: [path], mode: 'revert' }) : undefined,
        shown: shownOf({
          entry,
          first,
          paths: {
            stored: picturePath(version.id, path),
            drawn: thumbnailPath(version.id, path),
            pdf: picturePath(version.id, path),
          },
        }),
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
    const known = { etag: `"${tag}"`, 'cache-control': 'private, no-cache' }
    if (c.req.header('if-none-match') === known.etag) return c.body(null, 304, { ...known, ...drawnPolicy })
    return answerDrawn(c, await thumbnails.find(tag, file, size), known)
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
