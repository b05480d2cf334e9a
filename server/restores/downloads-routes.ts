/** Files of a version as they were, and folders as archives. Nothing is staged: bytes go from the repository to the reader. */
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { getPathAsked, getReadableVersion } from '../snapshots/version-access.ts'
import { encodeVersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader } from '../snapshots/version-reader.ts'
import { folderPart } from './archive-entries.ts'
import { archiveName } from './archive-name.ts'
import { archiveKinds, type Downloads } from './downloads.ts'

export function downloadsRoutes(options: {
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly openVersionReader: OpenVersionReader
  readonly downloads: Downloads
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { snapshots, openVersionReader, downloads, pageContext } = options
  const routes = newRoutes()

  routes.get('/versions/:snapshotId/file/:path{[\\s\\S]+}', async (c) => {
    const version = await getReadableVersion(c, snapshots)
    const path = getPathAsked(c, 'file')
    const reader = await openVersionReader(version)
    const file = await reader.stat(path)
    if (file?.type !== 'file') throw new Problem('HF-NOT-FOUND')
    return downloads.sendFile(c, { ...file, identity: version.id + encodeVersionPath(path) })
  })

  for (const as of archiveKinds) {
    const sendArchive = async (c: AppContext) => {
      const version = await getReadableVersion(c, snapshots)
      const folder = getPathAsked(c, as)
      const reader = await openVersionReader(version)
      if ((await reader.stat(folder))?.type !== 'directory') throw new Problem('HF-NOT-FOUND')
      const page = pageContext(c)
      const name = archiveName([folder], version.receivedAt, page.reader.timeZone)
      return downloads.sendArchive(c, { as, parts: [folderPart(reader, folder)], name, reader: page.reader })
    }
    routes.get(`/versions/:snapshotId/${as}`, sendArchive)
    routes.get(`/versions/:snapshotId/${as}/:path{[\\s\\S]*}`, sendArchive)
  }

  return routes
}
