/** The history of a file or a folder, and two of its versions beside each other. */
import { nameText } from '../../views/format/name-text.ts'
import { type Comparison, fileHistoryPage } from '../../views/pages/file-history.ts'
import type { PagerProps } from '../../views/partials/pager.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import { basketBeside } from '../baskets/basket-beside.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { type Device, takesFiles } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, changesPath, computerPath, historyPath, newSharePath, restorePath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { encodeVersionPath, findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import { wordsProps } from '../version-notes/keep-props.ts'
import type { VersionNotes } from '../version-notes/version-notes-service.ts'
import { changeProps } from './change-props.ts'
import type { CompareVersions } from './compare-service.ts'
import { changedAt } from './found-props.ts'
import { historyRows, isState, type NamedVersion, type StateRow } from './history-props.ts'
import type { FileHistory, FileHistoryService } from './history-service.ts'
import { maxNameCharacters } from './name-query.ts'
import type { SearchedJob } from './search.ts'
import type { FileSearch } from './search-service.ts'

const rowsPerPage = 50
const changesAround = 6
const maxSkip = 1_000_000
/** Names are given by hand. */
const maxNamedShown = 1000

export function historyRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find' | 'findByIds'>
  readonly baskets: Pick<BasketsService, 'list'>
  readonly retention: Pick<RetentionService, 'listForeseen'>
  readonly versionNotes: Pick<VersionNotes, 'listOfDevice'>
  readonly fileSearch: Pick<FileSearch, 'listJobs'>
  readonly fileHistory: FileHistoryService
  readonly compareVersions: CompareVersions
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, retention, versionNotes, fileSearch, fileHistory, compareVersions, pageContext } =
    options
  const routes = newRoutes()

  routes.get('/restore/history', async (c) => {
    const page = pageContext(c)
    const device = await getDevice(c)
    const { viewer, mayReadFilesByRole } = await openAccountOf(c, customers, device.customerId)
    const path = pathAsked(c)
    const job = await getJob(c, device)
    const type = await fileHistory.findType(job, path)
    if (type === undefined) throw new Problem('HF-NOT-FOUND')
    const isFolder = type === 'directory'
    const skip = skipAsked(c.req.query('skip'))
    const history = await fileHistory[isFolder ? 'readFolder' : 'read'](job, path, { skip, limit: rowsPerPage })
    const here = historyPath({ deviceId: device.deviceId, job: job.job, path })
    const basket = await basketBeside(c, options, device.customerId)
    const foreseen = await retention.listForeseen(device)
    const chosen = chosenOf(c, history)
    const newest = history.rows.find(isState)
    return c.html(
      await fileHistoryPage({
        ...page,
        viewer,
        above: stepsAbove(device, path, newest),
        name: nameText(path.at(-1)!),
        computer: device.name,
        isFolder,
        states: history.states,
        rows: historyRows(page.reader, {
          ...history,
          path,
          isFolder,
          isWhole: history.next === undefined,
          kept: foreseen.filter(({ version }) => version.jobId === job.jobId && version.bin === undefined),
          named: mayReadFilesByRole ? await listNamed(device, job) : [],
          mayRestore: c.var.access.may('restores:write', device.customerId),
          mayRevert: takesFiles(device),
        }),
        isFirstPage: skip === 0,
        pager: pagerOf(here, skip, history),
        named: {
          device: device.deviceId,
          job: job.job,
          path: encodeVersionPath(path),
          ...(skip === 0 ? {} : { skip: String(skip) }),
        },
        chosen,
        ...(newest !== undefined && type !== 'special' && c.var.access.may('shares:write', device.customerId)
          ? { sharePath: newSharePath(newest.last.id, path) }
          : {}),
        basket: basket && {
          aside: basket.aside,
          newest:
            newest === undefined || type === 'special'
              ? undefined
              : { id: 'basket-newest', ...basket.buttonOf({ snapshotId: newest.last.id, path }) },
        },
        comparison: isFolder ? undefined : await compare(chosen, { job, path }),
      }),
    )
  })

  async function getDevice(c: AppContext): Promise<Device> {
    const id = c.req.query('device') ?? ''
    const device = isId('dev', id) ? await devices.find(id) : undefined
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'files:read', device.customerId)
    return device
  }

  async function getJob(c: AppContext, { customerId, deviceId }: Device): Promise<SearchedJob> {
    const name = c.req.query('job') ?? ''
    if (name === '' || name.length > maxNameCharacters) throw new Problem('HF-NOT-FOUND')
    const [job] = await fileSearch.listJobs({ customerId, deviceId, job: name, subscriptionId: undefined })
    if (job === undefined) throw new Problem('HF-NOT-FOUND')
    return job
  }

  /** What people wrote about versions of a backup plan. */
  async function listNamed({ deviceId }: Device, { jobId }: SearchedJob): Promise<readonly NamedVersion[]> {
    const notes = await versionNotes.listOfDevice({ deviceId, beforeSeq: undefined, limit: maxNamedShown })
    const versions = new Map((await snapshots.findByIds(notes.map(({ version }) => version))).map((one) => [one.id, one]))
    return notes.flatMap((note) => {
      const version = versions.get(note.version)
      const words = wordsProps(note)
      return version?.jobId === jobId && words !== undefined ? [{ receivedAt: version.receivedAt, words }] : []
    })
  }

  async function compare(
    chosen: { readonly from: string | undefined; readonly to: string | undefined },
    { job, path }: { readonly job: SearchedJob; readonly path: VersionPath },
  ): Promise<Comparison | 'one-chosen' | undefined> {
    const [one, other] = [await findOfJob(chosen.from, job), await findOfJob(chosen.to, job)]
    if (one === undefined || other === undefined) return undefined
    if (one.id === other.id) return 'one-chosen'
    const [from, to] = one.seq < other.seq ? [one, other] : [other, one]
    const [before, after] = await Promise.all([fileHistory.findState(job, path, from), fileHistory.findState(job, path, to)])
    if (before === undefined || after === undefined) return undefined
    const folder = path.slice(0, -1)
    const [compared, around] = await Promise.all([
      compareVersions.comparePieces({ from, to, path }),
      // One more: the file itself is among them.
      compareVersions.listChanges({ from, to, path: folder, after: undefined, limit: changesAround + 1, isCounted: false }),
    ])
    const others = (around?.changes ?? []).filter((change) => change.path.length > 1 || !change.path[0]!.equals(path.at(-1)!))
    const size = Math.max(1, compared?.pieces.reduce((sum, { bytes }) => sum + bytes, 0) ?? 1)
    return {
      fromMs: from.receivedAt,
      toMs: to.receivedAt,
      sizeBefore: before.sizeBytes,
      sizeAfter: after.sizeBytes,
      savedAtMs: changedAt(after.changedAtNs),
      pieces: compared && {
        all: compared.pieces.map(({ bytes, isNew }) => ({ share: bytes / size, isNew })),
        fresh: compared.pieces.filter(({ isNew }) => isNew).length,
        newBytes: compared.newBytes,
      },
      around: others
        .slice(0, changesAround)
        .map((change) => changeProps(change, { deviceId: job.deviceId, job: job.job, folder })),
      folder: nameText(folder.at(-1) ?? Buffer.from('the top')),
      folderPath: changesPath({ from: from.id, to: to.id, path: folder }),
    }
  }

  /** Another computer's version is no version of this file. */
  async function findOfJob(id: string | undefined, { jobId }: SearchedJob): Promise<Snapshot | undefined> {
    const version = id !== undefined && isId('snap', id) ? await snapshots.find(id) : undefined
    return version?.jobId === jobId ? version : undefined
  }

  return routes
}

function pathAsked(c: AppContext): VersionPath {
  const path = findVersionPath(c.req.query('path') ?? '')
  if (path === undefined || path.length === 0) throw new Problem('HF-NOT-FOUND')
  return path
}

function skipAsked(query: string | undefined): number {
  const skip = Number(query ?? 0)
  return Number.isSafeInteger(skip) && skip >= 0 && skip <= maxSkip ? skip : 0
}

/** The two newest, unless others were chosen. */
function chosenOf(c: AppContext, { rows }: FileHistory) {
  const states = rows.filter(isState)
  return { from: c.req.query('from') ?? states[1]?.last.id, to: c.req.query('to') ?? states[0]?.last.id }
}

function stepsAbove(device: Device, path: VersionPath, newest: StateRow | undefined) {
  const folders = newest === undefined ? [] : path.slice(0, -1)
  return [
    { name: 'Restore', path: restorePath },
    { name: device.name, path: computerPath(device.deviceId) },
    ...folders.map((name, index) => ({ name: nameText(name), path: browsePath(newest!.last.id, path.slice(0, index + 1)) })),
  ]
}

function pagerOf(path: string, skip: number, { rows, next }: FileHistory): PagerProps {
  return {
    words: `${rows.length} on this page`,
    ...(skip === 0 ? {} : { back: path }),
    ...(next === undefined ? {} : { next: `${path}&skip=${next}` }),
    backWord: 'Newest',
    nextWord: 'Older',
  }
}
