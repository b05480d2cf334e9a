/** Until when a computer's versions are kept: the list with its reasons, and the bin. */
import { type BinnedVersion, binPage } from '../../views/pages/bin.ts'
import { type KeptVersion, keptPage } from '../../views/pages/kept.ts'
import type { PagerProps } from '../../views/partials/pager.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { keptForText } from '../home/kept-for.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireFound } from '../http/authorisation.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, computerPath } from '../http/page-paths.ts'
import type { Permission } from '../http/permissions.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { BinEntry } from '../snapshots/bin-entry.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { notePathFor, wordsProps } from '../version-notes/keep-props.ts'
import type { VersionNote } from '../version-notes/version-note.ts'
import type { VersionNotes } from '../version-notes/version-notes-service.ts'
import { binMs, type VersionDecision } from './retention.ts'
import { binPath, deletePath, keptPath, pinPath, rulesPath, takeBackPath, unpinPath } from './retention-paths.ts'
import type { RetentionService } from './retention-service.ts'

const versionsPerPage = 50
const binShown = 200
const maxNamedShown = 5000
const noNotes: ReadonlyMap<Id<'snap'>, VersionNote> = new Map()

export function keptPagesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
  readonly retention: RetentionService
  readonly versionNotes: Pick<VersionNotes, 'list' | 'listOfDevice'>
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, retention, versionNotes, pageContext } = options
  const routes = newRoutes()

  routes.get('/computers/:deviceId/kept', async (c) => {
    const page = pageContext(c)
    const device = await getDevice(c)
    const { viewer, mayReadFiles, mayReadFilesByRole } = await openAccountOf(c, customers, device.customerId)
    const [{ rules, own, plan }, decisions, bin, foreseen] = await Promise.all([
      retention.rulesOf(device),
      retention.decide(device),
      retention.listBin(device.deviceId),
      retention.foresee(device),
    ])
    const outside = decisions.filter(({ version }) => version.bin === undefined)
    const isOnlyNamed = mayReadFilesByRole && c.req.query('named') === '1'
    const named = isOnlyNamed ? await listNamed(device.deviceId) : undefined
    const listed = named === undefined ? outside : outside.filter(({ version }) => named.has(version.id))
    const { shown, pager } = pageOf(listed, c.req.query('before'), { path: keptPath(device.deviceId), isOnlyNamed })
    const ids = shown.map(({ version }) => version.id)
    const [rows, notes] = await Promise.all([snapshots.findByIds(ids), mayReadFilesByRole ? versionNotes.list(ids) : noNotes])
    const may = (permission: Permission) => c.var.access.may(permission, device.customerId)
    return c.html(
      await keptPage({
        ...page,
        viewer,
        computer: { name: device.name, path: computerPath(device.deviceId) },
        versions: shown.flatMap((decision) => {
          const row = rows.find(({ id }) => id === decision.version.id)
          if (row === undefined) return []
          const more = {
            kept: foreseen.get(row.id),
            words: wordsProps(notes.get(row.id)),
            path: mayReadFiles ? browsePath(row.id) : undefined,
            notePath: notePathFor(c.var.access, row, 'kept'),
          }
          return [{ ...keptVersion(decision, row, may), ...more }]
        }),
        total: outside.length,
        going: outside.filter(({ kind }) => kind === 'forget').length,
        named: mayReadFilesByRole
          ? { isOnly: isOnlyNamed, path: `${keptPath(device.deviceId)}${isOnlyNamed ? '' : '?named=1'}` }
          : undefined,
        rules: { words: keptForText(rules), isOwn: own !== undefined, plan: plan.name },
        rulesPath: may('retention:write') ? rulesPath(device.deviceId) : undefined,
        bin: { path: binPath(device.deviceId), count: bin.length },
        pager,
      }),
    )
  })

  routes.get('/computers/:deviceId/bin', async (c) => {
    const page = pageContext(c)
    const device = await getDevice(c)
    const { viewer, mayReadFilesByRole } = await openAccountOf(c, customers, device.customerId)
    const entries = await retention.listBin(device.deviceId)
    const asked = [c.req.query('deleted'), c.req.query('back')].filter(
      (id) => id !== undefined && isId('snap', id),
    ) as Id<'snap'>[]
    const rows = await snapshots.findByIds([...asked, ...entries.slice(0, binShown).map(({ version }) => version)])
    const rowOf = (id: string | undefined) => rows.find((row) => row.id === id && row.deviceId === device.deviceId)
    const notes = mayReadFilesByRole ? await versionNotes.list(rows.map(({ id }) => id)) : noNotes
    const mayTakeBack = c.var.access.may('versions:keep', device.customerId)
    const binned = entries.slice(0, binShown).flatMap((entry) => {
      const row = rowOf(entry.version)
      return row === undefined
        ? []
        : [{ id: entry.version, props: { ...binnedVersion(entry, row, mayTakeBack), words: wordsProps(notes.get(row.id)) } }]
    })
    const back = rowOf(c.req.query('back'))
    return c.html(
      await binPage({
        ...page,
        viewer,
        computer: { name: device.name, path: computerPath(device.deviceId) },
        keptPath: keptPath(device.deviceId),
        versions: binned.map(({ props }) => props),
        total: entries.length,
        deleted: binned.find(({ id }) => id === c.req.query('deleted'))?.props,
        takenBack: back && { atMs: back.receivedAt, isPinned: c.req.query('pinned') === '1' },
      }),
    )
  })

  /** Those of a computer that people wrote something about: made by hand, and so few. */
  async function listNamed(deviceId: Id<'dev'>): Promise<ReadonlySet<Id<'snap'>>> {
    const found = await versionNotes.listOfDevice({ deviceId, beforeSeq: undefined, limit: maxNamedShown })
    return new Set(found.map(({ version }) => version))
  }

  async function getDevice(c: AppContext): Promise<Device> {
    const id = c.req.param('deviceId') ?? ''
    return requireFound(c, 'versions:read', isId('dev', id) ? await devices.find(id) : undefined)
  }

  return routes
}

function pageOf(
  decisions: readonly VersionDecision[],
  before: string | undefined,
  { path, isOnlyNamed }: { readonly path: string; readonly isOnlyNamed: boolean },
): { readonly shown: readonly VersionDecision[]; readonly pager: PagerProps } {
  const beforeSeq = before !== undefined && /^\d{1,15}$/.test(before) ? Number(before) : Number.POSITIVE_INFINITY
  const from = decisions.filter(({ version }) => version.seq < beforeSeq)
  const shown = from.slice(0, versionsPerPage)
  const last = shown.at(-1)
  const address = (more: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams({ ...(isOnlyNamed ? { named: '1' } : {}), ...more }).toString()
    return query === '' ? path : `${path}?${query}`
  }
  return {
    shown,
    pager: {
      words: `${shown.length} of ${decisions.length}`,
      ...(Number.isFinite(beforeSeq) ? { back: address({}) } : {}),
      ...(from.length > shown.length && last !== undefined ? { next: address({ before: String(last.version.seq) }) } : {}),
      backWord: 'Newest',
      nextWord: 'Older',
    },
  }
}

type Keeping = 'kept' | 'words' | 'path' | 'notePath'

function keptVersion(
  decision: VersionDecision,
  row: Snapshot,
  may: (permission: Permission) => boolean,
): Omit<KeptVersion, Keeping> {
  const { version } = decision
  const mayPin = may('versions:keep') && !version.isCheckpoint
  const mayDelete = may('versions:delete') && !version.isCheckpoint && !version.isPinned
  return {
    atMs: row.receivedAt,
    verdict: row.verdict,
    isCheckpoint: row.isCheckpoint,
    isPinned: version.isPinned,
    newBytes: row.counts.addedBytes,
    reasons: decision.kind === 'keep' ? decision.reasons : [],
    pinPath: mayPin && !version.isPinned ? pinPath(version.id, 'kept') : undefined,
    unpinPath: mayPin && version.isPinned ? unpinPath(version.id, 'kept') : undefined,
    deletePath: mayDelete ? deletePath(version.id) : undefined,
  }
}

function binnedVersion(entry: BinEntry, row: Snapshot, mayTakeBack: boolean): Omit<BinnedVersion, 'words'> {
  return {
    atMs: row.receivedAt,
    binnedAtMs: entry.at,
    goesAtMs: entry.at + binMs,
    by: entry.cause === 'person' ? entry.by : undefined,
    takeBackPath: mayTakeBack ? takeBackPath(row.id) : undefined,
  }
}
