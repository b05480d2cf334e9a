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
import { requireIn } from '../http/authorisation.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { BinEntry } from '../snapshots/bin-entry.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { binMs, type VersionDecision } from './retention.ts'
import { binPath, deletePath, keptPath, pinPath, rulesPath, takeBackPath, unpinPath } from './retention-paths.ts'
import type { RetentionService } from './retention-service.ts'

const versionsPerPage = 50
const binShown = 200

export function keptPagesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
  readonly retention: RetentionService
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, retention, pageContext } = options
  const routes = newRoutes()

  routes.get('/computers/:deviceId/kept', async (c) => {
    const page = pageContext(c)
    const device = await getDevice(c)
    const { viewer } = await openAccountOf(c, customers, device.customerId)
    const [{ rules, own, plan }, decisions, bin] = await Promise.all([
      retention.rulesOf(device),
      retention.decide(device),
      retention.listBin(device.deviceId),
    ])
    const outside = decisions.filter(({ version }) => version.bin === undefined)
    const { shown, pager } = pageOf(outside, c.req.query('before'), keptPath(device.deviceId))
    const rows = await snapshots.findByIds(shown.map(({ version }) => version.id))
    const may = (permission: Permission) => c.var.access.may(permission, device.customerId)
    return c.html(
      await keptPage({
        ...page,
        viewer,
        computer: { name: device.name, path: computerPath(device.deviceId) },
        versions: shown.flatMap((decision) => {
          const row = rows.find(({ id }) => id === decision.version.id)
          return row === undefined ? [] : [keptVersion(decision, row, may)]
        }),
        total: outside.length,
        going: outside.filter(({ kind }) => kind === 'forget').length,
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
    const { viewer } = await openAccountOf(c, customers, device.customerId)
    const entries = await retention.listBin(device.deviceId)
    const asked = [c.req.query('deleted'), c.req.query('back')].filter(
      (id) => id !== undefined && isId('snap', id),
    ) as Id<'snap'>[]
    const rows = await snapshots.findByIds([...asked, ...entries.slice(0, binShown).map(({ version }) => version)])
    const rowOf = (id: string | undefined) => rows.find((row) => row.id === id && row.deviceId === device.deviceId)
    const mayTakeBack = c.var.access.may('versions:keep', device.customerId)
    const binned = entries.slice(0, binShown).flatMap((entry) => {
      const row = rowOf(entry.version)
      return row === undefined ? [] : [{ id: entry.version, props: binnedVersion(entry, row, mayTakeBack) }]
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

  async function getDevice(c: AppContext): Promise<Device> {
    const id = c.req.param('deviceId') ?? ''
    const device = isId('dev', id) ? await devices.find(id) : undefined
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'versions:read', device.customerId)
    return device
  }

  return routes
}

function pageOf(
  decisions: readonly VersionDecision[],
  before: string | undefined,
  path: string,
): { readonly shown: readonly VersionDecision[]; readonly pager: PagerProps } {
  const beforeSeq = before !== undefined && /^\d{1,15}$/.test(before) ? Number(before) : Number.POSITIVE_INFINITY
  const from = decisions.filter(({ version }) => version.seq < beforeSeq)
  const shown = from.slice(0, versionsPerPage)
  const last = shown.at(-1)
  return {
    shown,
    pager: {
      words: `${shown.length} of ${decisions.length}`,
      ...(Number.isFinite(beforeSeq) ? { back: path } : {}),
      ...(from.length > shown.length && last !== undefined ? { next: `${path}?before=${last.version.seq}` } : {}),
      backWord: 'Newest',
      nextWord: 'Older',
    },
  }
}

function keptVersion(decision: VersionDecision, row: Snapshot, may: (permission: Permission) => boolean): KeptVersion {
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
    pinPath: mayPin && !version.isPinned ? pinPath(version.id) : undefined,
    unpinPath: mayPin && version.isPinned ? unpinPath(version.id) : undefined,
    deletePath: mayDelete ? deletePath(version.id) : undefined,
  }
}

function binnedVersion(entry: BinEntry, row: Snapshot, mayTakeBack: boolean): BinnedVersion {
  return {
    atMs: row.receivedAt,
    binnedAtMs: entry.at,
    goesAtMs: entry.at + binMs,
    by: entry.cause === 'person' ? entry.by : undefined,
    takeBackPath: mayTakeBack ? takeBackPath(row.id) : undefined,
  }
}
