/** The folders of a version, and what it left out. */
import { countOf } from '../../views/format/count.ts'
import { nameText } from '../../views/format/name-text.ts'
import { whenText } from '../../views/format/when.ts'
import { skippedPage } from '../../views/pages/skipped.ts'
import { type VersionFacts, versionPage } from '../../views/pages/version.ts'
import type { PagerProps } from '../../views/partials/pager.ts'
import type { TrailStep } from '../../views/partials/trail.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import { basketBeside } from '../baskets/basket-beside.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { type Device, takesFiles } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import {
  browsePath,
  changesPath,
  computerPath,
  newRestorePath,
  newSharePath,
  skippedPath,
  tarPath,
  zipPath,
} from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import { versionKeepProps } from '../version-notes/keep-props.ts'
import type { VersionNotes } from '../version-notes/version-notes-service.ts'
import { cursorOf, entriesPerPage, entryProps, filterAsked, nameFilter, parseCursor } from './folder-page.ts'
import type { Snapshot } from './snapshot.ts'
import type { ReadSnapshotBody } from './snapshot-bodies.ts'
import type { SnapshotsService } from './snapshots-service.ts'
import { getPathAsked, getReadableVersion } from './version-access.ts'
import type { VersionPath } from './version-path.ts'
import type { FolderPage, OpenVersionReader, VersionReader } from './version-reader.ts'

const skippedPerPage = 200
/** Folders that hold nothing but one folder are passed through on the way down from the top, at most so many. */
const maxLonelyFolders = 32

export function versionsRoutes(options: {
  readonly customers: CustomersService
  readonly devices: DevicesService
  readonly snapshots: SnapshotsService
  readonly openVersionReader: OpenVersionReader
  readonly readSnapshotBody: ReadSnapshotBody
  readonly baskets: Pick<BasketsService, 'list'>
  readonly retention: Pick<RetentionService, 'foresee'>
  readonly versionNotes: Pick<VersionNotes, 'find'>
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, openVersionReader, readSnapshotBody, retention, versionNotes, pageContext } = options
  const routes = newRoutes()

  const browse = async (c: AppContext) => {
    const version = await getReadableVersion(c, snapshots)
    const path = getPathAsked(c, 'browse')
    const reader = await openVersionReader(version)
    const found = await reader.stat(path)
    if (found === undefined) throw new Problem('HF-NOT-FOUND')
    if (found.type !== 'directory') return c.redirect(browsePath(version.id, path.slice(0, -1)), 303)
    if (path.length === 0 && new URL(c.req.url).search === '') {
      const inner = await lonelyFolder(reader)
      if (inner.length > 0) return c.redirect(browsePath(version.id, inner), 303)
    }
    return showFolder(c, { version, path, reader })
  }
  routes.get('/versions/:snapshotId/browse', browse)
  // Any characters: `.` does not match a newline, and names may hold one.
  routes.get('/versions/:snapshotId/browse/:path{[\\s\\S]*}', browse)

  async function showFolder(
    c: AppContext,
    of: { readonly version: Snapshot; readonly path: VersionPath; readonly reader: VersionReader },
  ) {
    const { version, path, reader } = of
    const page = pageContext(c)
    const device = await getDevice(version)
    const [{ viewer }, neighbours, basket, kept, note] = await Promise.all([
      openAccountOf(c, customers, version.customerId),
      snapshots.findNeighbours(version),
      basketBeside(c, options, version.customerId),
      retention.foresee(device),
      versionNotes.find(version.id),
    ])
    const filter = filterAsked(c.req.query('name'))
    const after = parseCursor(c.req.query('after'))
    const folder = await reader.listFolder(path, { after, limit: entriesPerPage, isWanted: nameFilter(filter) })
    const here = browsePath(version.id, path)
    const mayRestore = c.var.access.may('restores:write', version.customerId)
    const name = path.at(-1)
    const mayShare = c.var.access.may('shares:write', version.customerId) && !version.isCheckpoint
    return c.html(
      await versionPage({
        ...page,
        viewer,
        version: versionFacts(version, device),
        keep: versionKeepProps(c.var.access, version, { note, kept: kept.get(version.id) }),
        above: stepsAbove({ page, version, device, path }),
        folder: name && nameText(name),
        entries: folder.entries.map((entry) => ({
          ...entryProps(version.id, path, entry, { mayShare, mayRestore, hasThumbnails: page.glass === undefined }),
          ...(entry.type === 'special'
            ? {}
            : { basket: basket?.buttonOf({ snapshotId: version.id, path: [...path, entry.name] }) }),
        })),
        basket: basket?.aside,
        filter,
        path: here,
        zipPath: zipPath(version.id, path),
        tarPath: tarPath(version.id, path),
        ...(mayShare ? { sharePath: newSharePath(version.id, path) } : {}),
        ...(mayRestore ? backPaths(version, path, device) : {}),
        earlierPath: neighbours.earlier && browsePath(neighbours.earlier, path),
        laterPath: neighbours.later && browsePath(neighbours.later, path),
        changesPath: neighbours.earlier && changesPath({ from: neighbours.earlier, to: version.id, path }),
        pager: pagerOf({ page, folder, filter, here, isFirst: after === undefined }),
      }),
    )
  }

  routes.get('/versions/:snapshotId/skipped', async (c) => {
    const version = await getReadableVersion(c, snapshots)
    const page = pageContext(c)
    const [{ viewer }, device, body] = await Promise.all([
      openAccountOf(c, customers, version.customerId),
      getDevice(version),
      readSnapshotBody(version),
    ])
    if (body.skipped.length === 0) throw new Problem('HF-NOT-FOUND')
    const from = positionAsked(c.req.query('from'), body.skipped.length)
    const rows = body.skipped.slice(from, from + skippedPerPage)
    return c.html(
      await skippedPage({
        ...page,
        viewer,
        computer: device.name,
        takenAtMs: version.receivedAt,
        files: version.counts.files,
        skipped: version.counts.skipped,
        rows: rows.map(({ path, reason, detail }) => ({ path: nameText(path), reason, detail })),
        pager: skippedPager({
          page,
          from,
          shown: rows.length,
          listed: body.skipped.length,
          all: version.counts.skipped,
          path: skippedPath(version.id),
        }),
        above: [
          { name: 'Computers', path: '/computers' },
          { name: device.name, path: computerPath(device.deviceId) },
        ],
        browsePath: browsePath(version.id),
      }),
    )
  })

  async function getDevice(version: Snapshot): Promise<Device> {
    const device = await devices.find(version.deviceId)
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    return device
  }

  return routes
}

/** From the top down while there is only one way: what people look for begins where ways part. */
async function lonelyFolder(reader: VersionReader): Promise<VersionPath> {
  const path: Buffer[] = []
  while (path.length < maxLonelyFolders) {
    const { entries, hasMore } = await reader.listFolder(path, { after: undefined, limit: 1, isWanted: undefined })
    const [only] = entries
    if (hasMore || only?.type !== 'directory') break
    path.push(only.name)
  }
  return path
}

/** Only the computer itself can become as it was. */
function backPaths(version: Snapshot, path: VersionPath, device: Device) {
  const of = { version: version.id, paths: [path] }
  return {
    backPath: newRestorePath(of),
    ...(takesFiles(device) ? { revertPath: newRestorePath({ ...of, mode: 'revert' }) } : {}),
  }
}

function versionFacts(version: Snapshot, device: Device): VersionFacts {
  const { counts } = version
  return {
    computer: device.name,
    takenAtMs: version.receivedAt,
    verdict: version.verdict,
    isCheckpoint: version.isCheckpoint,
    job: version.job,
    files: counts.files,
    sourceBytes: counts.bytes,
    newBytes: counts.addedBytes,
    tookMs: version.finishedAt - version.startedAt,
    skipped: counts.skipped,
    skippedPath: skippedPath(version.id),
  }
}

function stepsAbove(of: {
  readonly page: PageContext
  readonly version: Snapshot
  readonly device: Device
  readonly path: VersionPath
}): readonly TrailStep[] {
  const { page, version, device, path } = of
  const computer = [
    { name: 'Computers', path: '/computers' },
    { name: device.name, path: computerPath(device.deviceId) },
  ]
  if (path.length === 0) return computer
  const folders = path
    .slice(0, -1)
    .map((name, index) => ({ name: nameText(name), path: browsePath(version.id, path.slice(0, index + 1)) }))
  // `?top`: the top itself, not the first folder in which ways part.
  const top = { name: whenText(page.reader, version.receivedAt), path: `${browsePath(version.id)}?top` }
  return [...computer, top, ...folders]
}

function pagerOf(of: {
  readonly page: PageContext
  readonly folder: FolderPage
  readonly filter: string
  readonly here: string
  readonly isFirst: boolean
}): PagerProps {
  const { page, folder, filter, here, isFirst } = of
  const last = folder.entries.at(-1)
  const address = (more: Readonly<Record<string, string>>) =>
    `${here}?${new URLSearchParams({ ...(filter === '' ? {} : { name: filter }), ...more })}`
  return {
    words: `${countOf(page.reader, folder.entries.length, 'name')} on this page`,
    ...(isFirst ? {} : { back: filter === '' ? here : address({}) }),
    ...(folder.hasMore && last !== undefined ? { next: address({ after: cursorOf(last.name) }) } : {}),
    backWord: 'First',
  }
}

function skippedPager(of: {
  readonly page: PageContext
  readonly from: number
  readonly shown: number
  readonly listed: number
  readonly all: number
  readonly path: string
}): PagerProps {
  const { page, from, shown, listed, all, path } = of
  const next = from + shown
  return {
    words: `${from + 1} to ${next} of ${countOf(page.reader, all, 'file')}`,
    ...(from === 0 ? {} : { back: from <= skippedPerPage ? path : `${path}?from=${from - skippedPerPage}` }),
    ...(next < listed ? { next: `${path}?from=${next}` } : {}),
  }
}

function positionAsked(query: string | undefined, length: number): number {
  const position = Number(query ?? 0)
  return Number.isSafeInteger(position) && position >= 0 && position < length ? position : 0
}
