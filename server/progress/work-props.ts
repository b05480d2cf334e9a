/** What runs and what waits, as the pages of an account show it. */
import type { RunningProps, WaitingProps, WorkProps } from '../../views/partials/work.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { AppContext } from '../http/app-environment.ts'
import { computerPath, ordersPath, restoreOrderPath } from '../http/page-paths.ts'
import { type Order, passingOrderKinds } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { Id } from '../runtime/ids.ts'
import { type RunningBackup, timeLeftMs } from './progress.ts'
import type { ProgressService } from './progress-service.ts'

export interface WorkServices {
  readonly orders: Pick<OrdersService, 'listOpenOfCustomer' | 'isListening'>
  readonly progress: Pick<ProgressService, 'list'>
  readonly devices: Pick<DevicesService, 'find'>
}

/** More waiting orders than a page should list. */
const waitingShown = 10

/** Of a whole account, or of one computer of it. */
export async function workProps(
  c: AppContext,
  { orders, progress, devices }: WorkServices,
  of: { readonly customerId: Id<'cus'>; readonly deviceId?: Id<'dev'>; readonly path: string },
): Promise<WorkProps> {
  const { customerId, deviceId, path } = of
  const isShown = (one: { readonly deviceId: Id<'dev'> }) => deviceId === undefined || one.deviceId === deviceId
  const open = (await orders.listOpenOfCustomer(customerId)).filter(
    (order) => isShown(order) && !passingOrderKinds.includes(order.body.kind),
  )
  const waiting: WaitingProps[] = []
  for (const order of open.slice(0, waitingShown)) {
    const device = await devices.find(order.deviceId)
    if (device !== undefined)
      waiting.push(
        waitingProps(order, device.name, {
          isListening: orders.isListening(order.deviceId),
          sees: c.var.access.may('restores:read', customerId),
        }),
      )
  }
  return {
    running: progress
      .list(customerId)
      .filter(isShown)
      .map((backup) => runningProps(backup, mayStopIn(c, customerId))),
    waiting,
    streamPath: streamPath(path, deviceId),
    path,
  }
}

export type MayStop = { readonly backups: boolean; readonly restores: boolean; readonly sees: boolean }

export function mayStopIn(c: AppContext, customerId: Id<'cus'>): MayStop {
  const { access } = c.var
  return {
    backups: access.may('devices:write', customerId),
    restores: access.may('restores:write', customerId),
    sees: access.may('restores:read', customerId),
  }
}

export function runningProps(backup: RunningBackup, mayStop: MayStop): RunningProps {
  const { computer, deviceId, job, phase, filesDone, filesTotal, bytesDone, bytesTotal, bytesPerSecond, isStopping } = backup
  const numbers = { phase, filesDone, filesTotal, bytesDone, bytesTotal, bytesPerSecond, isStopping }
  const { restore } = backup
  const leftMs = timeLeftMs(backup)
  if (restore !== undefined) {
    const stopPath = mayStop.restores ? `${restoreOrderPath(restore)}/cancel` : undefined
    const path = mayStop.sees ? restoreOrderPath(restore) : computerPath(deviceId)
    return { what: 'restore', computer, path, job, ...numbers, leftMs, stopPath }
  }
  const stopPath = mayStop.backups ? ordersPath(deviceId) : undefined
  return { what: 'backup', computer, path: computerPath(deviceId), job, ...numbers, leftMs, stopPath }
}

function streamPath(path: string, deviceId: Id<'dev'> | undefined): string {
  const query = new URLSearchParams({ page: path, ...(deviceId === undefined ? {} : { computer: deviceId }) })
  return `/activity/running?${query}`
}

function waitingProps(
  order: Order,
  computer: string,
  { isListening, sees }: { readonly isListening: boolean; readonly sees: boolean },
): WaitingProps {
  const words =
    order.body.kind === 'run-now'
      ? `a backup${order.body.job === undefined ? '' : ` of “${order.body.job}”`} was asked for`
      : order.body.kind === 'restore'
        ? 'files shall go back to it'
        : 'its jobs were changed'
  const state = order.state === 'taken' ? 'taken' : isListening ? 'listening' : 'waiting'
  const path = order.body.kind === 'restore' && sees ? { path: restoreOrderPath(order.body.restore) } : {}
  return { computer, words, ...path, givenAtMs: order.givenAt, givenBy: order.givenBy, state }
}
