/** What changed between two versions of a folder. */
import { nameText } from '../../views/format/name-text.ts'
import { changesPage } from '../../views/pages/changes.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, changesPath, computerPath, restorePath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { encodeVersionPath, findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { VersionNotes } from '../version-notes/version-notes-service.ts'
import { changeProps } from './change-props.ts'
import type { CompareVersions } from './compare-service.ts'
import type { DayVersions } from './day-versions-service.ts'

const changesPerPage = 100
/** Versions to choose from; the two that are compared come besides. */
const versionsOffered = 60

export function changesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly dayVersions: Pick<DayVersions, 'listOfJob'>
  readonly compareVersions: CompareVersions
  readonly versionNotes: Pick<VersionNotes, 'list'>
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, dayVersions, compareVersions, versionNotes, pageContext } = options
  const routes = newRoutes()

  routes.get('/restore/changes', async (c) => {
    const page = pageContext(c)
    const [one, other] = [await getVersion(c, 'from'), await getVersion(c, 'to')]
    // Versions of two backup plans have nothing to do with each other.
    if (one.jobId !== other.jobId) throw new Problem('HF-NOT-FOUND')
    const [from, to] = one.seq <= other.seq ? [one, other] : [other, one]
    const { viewer, mayReadFilesByRole } = await openAccountOf(c, customers, to.customerId)
    const path = pathAsked(c.req.query('path'))
    const after = c.req.query('after') === undefined ? undefined : pathAsked(c.req.query('after'))
    const [found, device, offered] = await Promise.all([
      compareVersions.listChanges({ from, to, path, after, limit: changesPerPage, isCounted: after === undefined }),
      devices.find(to.deviceId),
      dayVersions.listOfJob(to.jobId, versionsOffered),
    ])
    if (found === undefined || device === undefined) throw new Problem('HF-NOT-FOUND')
    const here = changesPath({ from: from.id, to: to.id, path })
    const of = { deviceId: device.deviceId, job: to.job, folder: path }
    const name = path.at(-1)
    const withFolder = found.has.to ? to : from
    const shown = (version: Snapshot, isThere: boolean) => ({
      ...comparable(version),
      openPath: isThere ? browsePath(version.id, path) : undefined,
    })
    return c.html(
      await changesPage({
        ...page,
        viewer,
        above: [
          { name: 'Restore', path: restorePath },
          { name: device.name, path: computerPath(device.deviceId) },
          ...path
            .slice(0, -1)
            .map((one, index) => ({ name: nameText(one), path: browsePath(withFolder.id, path.slice(0, index + 1)) })),
        ],
        folder: name && nameText(name),
        computer: device.name,
        job: to.job,
        from: shown(from, found.has.from),
        to: shown(to, found.has.to),
        versions: await choices([...offered, from, to], mayReadFilesByRole),
        path: encodeVersionPath(path),
        changes: found.changes.map((change) => changeProps(change, of)),
        counts: found.counts,
        pager: {
          words: `${found.changes.length} on this page`,
          ...(after === undefined ? {} : { back: here }),
          ...(found.next === undefined
            ? {}
            : { next: `${here}&${new URLSearchParams({ after: encodeVersionPath(found.next) })}` }),
          backWord: 'First',
        },
      }),
    )
  })

  async function getVersion(c: AppContext, name: 'from' | 'to'): Promise<Snapshot> {
    const id = c.req.query(name) ?? ''
    const version = isId('snap', id) ? await snapshots.find(id) : undefined
    if (version === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'files:read', version.customerId)
    return version
  }

  /** Each once, the newest first, by the names that people gave them. */
  async function choices(versions: readonly Snapshot[], mayReadNames: boolean) {
    const distinct = [...new Map(versions.map((version) => [version.id, version])).values()]
    const notes = mayReadNames ? await versionNotes.list(distinct.map(({ id }) => id)) : undefined
    return distinct
      .toSorted((one, other) => other.seq - one.seq)
      .map((version) => ({ ...comparable(version), name: notes?.get(version.id)?.name ?? '' }))
  }

  return routes
}

function pathAsked(encoded: string | undefined): VersionPath {
  const path = findVersionPath(encoded ?? '')
  if (path === undefined) throw new Problem('HF-NOT-FOUND')
  return path
}

function comparable({ id, receivedAt }: Snapshot) {
  return { id, atMs: receivedAt }
}
