/** Files of a version as they were, and folders as ZIP archives. Nothing is staged: bytes go from the repository to the reader. */
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { Log } from '../runtime/log.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { getPathAsked, getReadableVersion } from '../snapshots/version-access.ts'
import { encodeVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader, VersionReader } from '../snapshots/version-reader.ts'
import { contentDisposition } from './content-disposition.ts'
import { answerFile } from './file-answer.ts'
import { joinedPieces } from './joined-pieces.ts'
import { sendBytes } from './send-bytes.ts'
import { createSlots } from './slots.ts'
import { zipArchive } from './zip/zip-archive.ts'
import { zipEntriesOf } from './zip/zip-of-folder.ts'

/** Each holds a few MiB while it runs. */
export const maxDownloadsAtOnce = 24

export function downloadsRoutes(options: {
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly openVersionReader: OpenVersionReader
  readonly log: Log
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { snapshots, openVersionReader, log, pageContext } = options
  const slots = createSlots(maxDownloadsAtOnce)
  const routes = newRoutes()

  routes.get('/versions/:snapshotId/file/:path{[\\s\\S]+}', async (c) => {
    const version = await getReadableVersion(c, snapshots)
    const path = getPathAsked(c, 'file')
    const reader = await openVersionReader(version)
    const file = await reader.stat(path)
    if (file?.type !== 'file') throw new Problem('HF-NOT-FOUND')
    const { status, headers, bytes } = answerFile(fileRequest(c), { ...file, identity: version.id + encodeVersionPath(path) })
    if (bytes === undefined || bytes.start === bytes.end || c.req.method === 'HEAD') return c.body(null, status, headers)
    using _slot = takeSlot()
    return await sendBytes(c, { status, headers, body: file.read(bytes), log })
  })

  const sendZip = async (c: AppContext) => {
    const version = await getReadableVersion(c, snapshots)
    const folder = getPathAsked(c, 'zip')
    const reader = await openVersionReader(version)
    if ((await reader.stat(folder))?.type !== 'directory') throw new Problem('HF-NOT-FOUND')
    const headers = zipHeaders(version, folder)
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    using _slot = takeSlot()
    return await sendBytes(c, { status: 200, headers, body: zipOf(reader, folder, pageContext(c).reader.timeZone), log })
  }
  routes.get('/versions/:snapshotId/zip', sendZip)
  routes.get('/versions/:snapshotId/zip/:path{[\\s\\S]*}', sendZip)

  function takeSlot(): Disposable {
    const slot = slots.take()
    if (slot === undefined)
      throw new Problem('HF-BUSY', {
        detail: `${maxDownloadsAtOnce} downloads are running already.`,
        headers: { 'retry-after': '10' },
      })
    return slot
  }

  return routes
}

function fileRequest(c: AppContext) {
  return { range: c.req.header('range'), ifRange: c.req.header('if-range'), ifNoneMatch: c.req.header('if-none-match') }
}

function zipOf(reader: VersionReader, folder: VersionPath, timeZone: string): AsyncIterable<Uint8Array> {
  return joinedPieces(zipArchive(zipEntriesOf({ reader, folder, timeZone })))
}

/** The top has no name of its own: its archive is called by the day. */
function zipHeaders(version: Snapshot, folder: VersionPath): Record<string, string> {
  const name = folder.at(-1) ?? Buffer.from(`Backup ${new Date(version.receivedAt).toISOString().slice(0, 10)}`)
  return {
    'content-type': 'application/zip',
    'content-disposition': contentDisposition(name, '.zip'),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; sandbox",
  }
}
