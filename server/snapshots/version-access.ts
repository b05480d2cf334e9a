/** What pages and downloads of a version ask first: is there such a version, may its files be read, and which place is meant. */
import type { AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from './snapshot.ts'
import type { SnapshotsService } from './snapshots-service.ts'
import { encodedPathAfter, findVersionPath, type VersionPath } from './version-path.ts'

/** Another customer's version is answered exactly as one that never was. */
export async function getReadableVersion(c: AppContext, snapshots: Pick<SnapshotsService, 'find'>): Promise<Snapshot> {
  return getReadableVersionById(c, snapshots, c.req.param('snapshotId') ?? '')
}

/** Where the id stands in a field or a query. */
export async function getReadableVersionById(
  c: AppContext,
  snapshots: Pick<SnapshotsService, 'find'>,
  id: string,
): Promise<Snapshot> {
  const version = isId('snap', id) ? await snapshots.find(id) : undefined
  if (version === undefined) throw new Problem('HF-NOT-FOUND')
  requireIn(c, 'files:read', version.customerId)
  return version
}

type PathMark = 'browse' | 'file' | 'zip' | 'tar' | 'preview' | 'picture' | 'thumbnail'

/** The place behind `mark` in the address, as bytes. */
export function getPathAsked(c: AppContext, mark: PathMark): VersionPath {
  const path = findVersionPath(encodedPathAfter(new URL(c.req.url).pathname, mark))
  if (path === undefined) throw new Problem('HF-NOT-FOUND')
  return path
}
