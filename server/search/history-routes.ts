/** The history of a file or a folder, and two of its versions beside each other. */
import { nameText } from '../../views/format/name-text.ts'
import { type Comparison, fileHistoryPage, type HistoryRowProps } from '../../views/pages/file-history.ts'
import { keptUntilText } from '../../views/partials/kept-until.ts'
import type { PagerProps } from '../../views/partials/pager.ts'
import type { Reader } from '../../views/reader.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import { basketBeside } from '../baskets/basket-beside.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { newRoutes } from '../http/new-routes.ts'
import {
  browsePath,
  changesPath,
  computerPath,
  filePath,
  historyPath,
  newRestorePath,
  newSharePath,
  previewPath,
  restorePath,
  zipPath,
} from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { VersionKept } from '../retention/foresee.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { encodeVersionPath, findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import { changeProps } from './change-props.ts'
import type { CompareVersions } from './compare-service.ts'
import type { HistoryRow } from './file-history.ts'
import { changedAt } from './found-props.ts'
import type { FileHistory, FileHistoryService } from './history-service.ts'
import { longestKept } from './longest-kept.ts'
import { maxNameCharacters } from './name-query.ts'
import type { SearchedJob } from './search.ts'
import type { FileSearch } from './search-service.ts'

const rowsPerPage = 50
/** Of a folder each row may cost a look into a version. */
const versionsPerFolderPage = 30
const changesAround = 6
const maxSkip = 1_000_000

type StateRow = Extract<HistoryRow, { kind: 'state' }>

interface KeptVersion {
  readonly receivedAt: number
  readonly kept: VersionKept
}

export function historyRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find' | 'findByIds'>
  readonly baskets: Pick<BasketsService, 'list'>
  readonly retention: Pick<RetentionService, 'decide' | 'foresee'>
  readonly fileSearch: Pick<FileSearch, 'listJobs'>
  readonly fileHistory: FileHistoryService
  readonly compareVersions: CompareVersions
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, retention, fileSearch, fileHistory, compareVersions, pageContext } = options
  const routes = newRoutes()

  routes.get('/restore/history', async (c) => {
    const page = pageContext(c)
    const device = await getDevice(c)
    const { viewer } = await openAccountOf(c, customers, device.customerId)
    const path = pathAsked(c)
    const job = await getJob(c, device)
    const type = await fileHistory.findType(job, path)
    if (type === undefined) throw new Problem('HF-NOT-FOUND')
    const isFolder = type === 'directory'
    const skip = skipAsked(c.req.query('skip'))
    const history = isFolder
      ? await fileHistory.readFolder(job, path, { skip, limit: versionsPerFolderPage })
      : await fileHistory.read(job, path, { skip, limit: rowsPerPage })
    const here = historyPath({ deviceId: device.deviceId, job: job.job, path })
    const basket = await basketBeside(c, options, device.customerId)
    const kept = await keptVersionsOf(device, job)
    const mayRestore = c.var.access.may('restores:write', device.customerId)
    const chosen = chosenOf(c, history)
    const newest = history.rows.find((row): row is StateRow => row.kind === 'state')
    return c.html(
      await fileHistoryPage({
        ...page,
        viewer,
        above: stepsAbove(device, path, newest),
        name: nameText(path.at(-1)!),
        computer: device.name,
        isFolder,
        states: history.states,
        rows: rowsOf(page.reader, { history, path, kept, isFolder, isWhole: history.next === undefined, mayRestore }),
        isFirstPage: skip === 0,
        pager: pagerOf(here, skip, history),
        named: { device: device.deviceId, job: job.job, path: encodeVersionPath(path) },
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

  /** A computer without a plan has no rules, and its versions stay. */
  async function keptVersionsOf(device: Device, { jobId }: SearchedJob): Promise<readonly KeptVersion[]> {
    if (device.state !== 'active') return []
    const [decisions, foreseen] = await Promise.all([retention.decide(device), retention.foresee(device)])
    return decisions.flatMap(({ version }) => {
      const kept = foreseen.get(version.id)
      const isShown = version.jobId === jobId && version.bin === undefined && kept !== undefined
      return isShown ? [{ receivedAt: version.receivedMs, kept }] : []
    })
  }

  async function compare(
    chosen: { readonly from: string | undefined; readonly to: string | undefined },
    { job, path }: { readonly job: SearchedJob; readonly path: VersionPath },
  ): Promise<Comparison | undefined> {
    const [one, other] = [await findOfJob(chosen.from, job), await findOfJob(chosen.to, job)]
    if (one === undefined || other === undefined || one.id === other.id) return undefined
    const [from, to] = one.seq < other.seq ? [one, other] : [other, one]
    const [before, after] = await Promise.all([fileHistory.findState(job, path, from), fileHistory.findState(job, path, to)])
    if (before === undefined || after === undefined) return undefined
    const folder = path.slice(0, -1)
    const [compared, around] = await Promise.all([
      compareVersions.comparePieces({ from, to, path }),
      compareVersions.listChanges({ from, to, path: folder, after: undefined, limit: changesAround }),
    ])
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
      around: (around?.changes ?? []).map((change) => changeProps(change, { deviceId: job.deviceId, job: job.job, folder })),
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
  const states = rows.filter((row): row is StateRow => row.kind === 'state')
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

function rowsOf(
  reader: Reader,
  of: {
    readonly history: FileHistory
    readonly path: VersionPath
    readonly kept: readonly KeptVersion[]
    readonly isFolder: boolean
    readonly isWhole: boolean
    readonly mayRestore: boolean
  },
): readonly HistoryRowProps[] {
  const { history, path, kept, isFolder, isWhole, mayRestore } = of
  const { rows } = history
  return rows.map((row, index): HistoryRowProps => {
    if (row.kind === 'gap') return { kind: 'gap', firstAtMs: row.firstAt, lastAtMs: row.lastAt, isNow: row.isNow }
    const { id } = row.last
    const older = rows.slice(index + 1).find((one): one is StateRow => one.kind === 'state')
    const isFile = row.type === 'file' || row.type === 'hardlink'
    return {
      kind: 'state',
      version: id,
      firstAtMs: row.first.receivedAt,
      lastAtMs: row.last.receivedAt,
      versions: row.versions,
      sizeBytes: isFile ? row.sizeBytes : undefined,
      moreBytes: row.moreBytes,
      isOldest: isWhole && index === rows.length - 1,
      kept: keptOf(reader, row, kept),
      openPath: browsePath(id, isFolder ? path : path.slice(0, -1)),
      getPath: isFolder ? zipPath(id, path) : isFile ? filePath(id, path) : undefined,
      lookPath: isFile ? previewPath(id, path) : undefined,
      backPath: mayRestore && row.type !== 'special' ? newRestorePath({ version: id, paths: [path] }) : undefined,
      changesPath: isFolder && older !== undefined ? changesPath({ from: older.last.id, to: row.first.id, path }) : undefined,
    }
  })
}

/** As long as any of the versions that hold it. */
function keptOf(
  reader: Reader,
  { first, last }: StateRow,
  kept: readonly KeptVersion[],
): Extract<HistoryRowProps, { kind: 'state' }>['kept'] {
  const own = kept.filter(({ receivedAt }) => receivedAt >= first.receivedAt && receivedAt <= last.receivedAt)
  const longest = longestKept(own.map((one) => one.kept))
  return longest && { words: keptUntilText(reader, longest), isPinned: longest.kind === 'for-good' }
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
