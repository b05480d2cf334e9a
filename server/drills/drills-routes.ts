/** The proofs of a computer, and the certificate of each. Names of files only for those who may read them. */
import { drillPage } from '../../views/pages/drill.ts'
import { drillsPage } from '../../views/pages/drills.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import { ChoreError } from '../chores/chore.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { type Device, formatDeviceNumber } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireFound } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath } from '../http/page-paths.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import { type Drill, type DrillCursor, DrillError, isOver } from './drill.ts'
import { cancelDrillPath, drillPath, drillsPath } from './drill-paths.ts'
import { drilledVersion, drillRow, waitWords } from './drill-props.ts'
import type { DrillsService } from './drills-service.ts'

const drillsPerPage = 25

export function drillsRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly drills: DrillsService
  readonly chores: Pick<ChoresService, 'runNow' | 'heavyNow'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, drills, chores, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/computers/:deviceId/drills', async (c) => {
    const page = pageContext(c)
    const device = await getDevice(c, 'drills:read')
    const { deviceId, customerId } = device
    const before = cursorAsked(c.req.query('before'))
    const [{ viewer }, found, open, standings] = await Promise.all([
      openAccountOf(c, customers, customerId),
      drills.list({ deviceId, before, limit: drillsPerPage + 1 }),
      drills.findOpen(deviceId),
      drills.standings([deviceId]),
    ])
    const shown = found.slice(0, drillsPerPage)
    const last = shown.at(-1)
    const mayOrder = c.var.access.may('drills:order', customerId)
    const hasVersions = device.lastGoodVersion !== undefined
    return c.html(
      await drillsPage({
        ...page,
        viewer,
        computer: { name: device.name, path: computerPath(deviceId) },
        path: drillsPath(deviceId),
        lastProvedAtMs: standings.get(deviceId)?.provedAt,
        damagedAtMs: standings.get(deviceId)?.damage?.atMs,
        nextAtMs: await drills.dueAtOf(device),
        open: open && {
          row: drillRow(open),
          progress: drills.progressOf(open.drillId),
          waitsFor: waitsFor(open),
          cancelPath: mayOrder ? cancelDrillPath(open.drillId) : undefined,
        },
        drills: shown.filter(({ state }) => isOver(state)).map(drillRow),
        orderPath: mayOrder && hasVersions && device.state !== 'forgotten' ? drillsPath(deviceId) : undefined,
        hasVersions,
        pager: {
          words: '',
          ...(before === undefined ? {} : { back: drillsPath(deviceId) }),
          ...(found.length > drillsPerPage && last !== undefined
            ? { next: `${drillsPath(deviceId)}?before=${cursorOf(last)}` }
            : {}),
          backWord: 'Newest',
          nextWord: 'Older',
        },
      }),
    )
  })

  routes.post('/computers/:deviceId/drills', async (c) => {
    const device = await getDevice(c, 'drills:order')
    const { drillId } = await drills.order(device, actingAsUser(c, clientOf))
    await begin(chores)
    return c.redirect(drillPath(drillId), 303)
  })

  routes.get('/drills/:drillId', async (c) => {
    const page = pageContext(c)
    const drill = await getDrill(c, 'drills:read')
    const { drillId, customerId } = drill
    const [{ viewer, customer, mayReadFilesByRole }, device] = await Promise.all([
      openAccountOf(c, customers, customerId),
      devices.find(drill.deviceId),
    ])
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    const evidence = mayReadFilesByRole ? await drills.findEvidence(drillId) : undefined
    const mayCancel = c.var.access.may('drills:order', customerId) && !isOver(drill.state)
    return c.html(
      await drillPage({
        ...page,
        viewer,
        path: drillPath(drillId),
        customer: { name: customer.name, number: formatCustomerNumber(customer.number) },
        computer: { name: device.name, number: formatDeviceNumber(device.number), path: computerPath(device.deviceId) },
        drillsPath: drillsPath(device.deviceId),
        row: drillRow(drill),
        startedAtMs: drill.startedAt,
        endedAtMs: drill.endedAt,
        isInbox: device.kind === 'inbox',
        plans: drill.counts.plans,
        versionsRead: drill.counts.versions,
        entries: drill.counts.entries,
        filesTotal: drill.counts.filesTotal,
        untimed: drill.counts.untimed,
        program: drill.program,
        number: drillId,
        progress: drills.progressOf(drillId),
        waitsFor: waitsFor(drill),
        cancelPath: mayCancel ? cancelDrillPath(drillId) : undefined,
        versions: mayReadFilesByRole ? (evidence?.versions.map(drilledVersion) ?? []) : undefined,
      }),
    )
  })

  routes.post('/drills/:drillId/cancel', async (c) => {
    const drill = await getDrill(c, 'drills:order')
    // It may have come to its end while somebody thought about it: then the page says how.
    await drills.cancel(drill, actingAsUser(c, clientOf)).catch((error: unknown) => {
      if (!(error instanceof DrillError) || error.fault !== 'ended') throw error
    })
    return c.redirect(drillPath(drill.drillId), 303)
  })

  function waitsFor(drill: Drill): string | undefined {
    if (drill.state !== 'waiting') return undefined
    return waitWords({ isForQuiet: drills.waitsForQuiet(drill), running: chores.heavyNow() })
  }

  async function getDevice(c: AppContext, permission: Permission): Promise<Device> {
    const id = c.req.param('deviceId') ?? ''
    return requireFound(c, permission, isId('dev', id) ? await devices.find(id) : undefined)
  }

  async function getDrill(c: AppContext, permission: Permission): Promise<Drill> {
    const id = c.req.param('drillId') ?? ''
    return requireFound(c, permission, isId('drl', id) ? await drills.find(id) : undefined)
  }

  return routes
}

/** Wakes the chore: one that runs already takes what waits by itself, in this turn or in a minute. */
export async function begin(chores: Pick<ChoresService, 'runNow'>): Promise<void> {
  await chores.runNow('drills').catch((error: unknown) => {
    if (!(error instanceof ChoreError)) throw error
  })
}

export function cursorOf({ askedAt, drillId }: Pick<Drill, 'askedAt' | 'drillId'>): string {
  return `${askedAt}-${drillId}`
}

export function cursorAsked(text: string | undefined): DrillCursor | undefined {
  const [, askedAt, drillId = ''] = /^(\d{1,15})-(drl_[a-z2-7]{20})$/.exec(text ?? '') ?? []
  return askedAt === undefined ? undefined : { askedAt: Number(askedAt), drillId }
}
