/** Backups that go on, as pages about the whole box show them. */
import type { RunningProps } from '../../views/partials/running.ts'
import { computerPath } from '../http/page-paths.ts'
import { timeLeftMs } from '../progress/progress.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { everyComputer, usualOrder } from './fleet.ts'
import type { FleetService } from './fleet-service.ts'

/** More at once than anybody reads; the tab Running lists them all. */
export const runningShown = 10

export async function listRunning(services: {
  readonly fleet: Pick<FleetService, 'list'>
  readonly progress: Pick<ProgressService, 'find'>
}): Promise<readonly RunningProps[]> {
  const filter = { ...everyComputer, kind: 'running' } as const
  const computers = await services.fleet.list({ filter, order: usualOrder, offset: 0, limit: runningShown })
  return computers.map(({ deviceId, name, customer, standing }) => {
    const told = services.progress.find(deviceId)
    return {
      value: deviceId,
      name,
      path: computerPath(deviceId),
      customer: customer.name,
      sinceMs: standing.runningSince ?? 0,
      told: told && { ...told, leftMs: timeLeftMs(told) },
    }
  })
}
