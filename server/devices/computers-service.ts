/** Devices with their newest versions and runs, in as many questions for fifty computers as for one. */
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { nothingEnded } from '../standings/standing.ts'
import type { StandingsService } from '../standings/standings-service.ts'
import type { Computer } from './computer.ts'
import type { Device } from './device.ts'
import type { DevicesService } from './devices-service.ts'

export interface ComputersService {
  /** A customer's computers, in the order they were connected. */
  readonly list: (customerId: Id<'cus'>) => Promise<readonly Computer[]>
  /** Those without access, newest first. */
  readonly listGone: (customerId: Id<'cus'>) => Promise<readonly Device[]>
  /** Whoever it belongs to: the caller compares the customer. */
  readonly find: (deviceId: Id<'dev'>) => Promise<Computer | undefined>
}

/** More than any plan holds. */
const maxComputersListed = 500

export function createComputersService(options: {
  readonly devices: Pick<DevicesService, 'find' | 'list'>
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
  readonly standings: Pick<StandingsService, 'list'>
}): ComputersService {
  const { devices, snapshots, standings } = options

  const withVersions = async (found: readonly Device[]): Promise<readonly Computer[]> => {
    const ids = found
      .flatMap(({ newestVersion, lastGoodVersion }) => [newestVersion, lastGoodVersion])
      .filter((id) => id !== undefined)
    const [versions, stands] = await Promise.all([
      snapshots.findByIds([...new Set(ids)]),
      standings.list(found.map(({ deviceId }) => deviceId)),
    ])
    const byId = new Map<Id<'snap'>, Snapshot>(versions.map((version) => [version.id, version]))
    return found.map((device) => ({
      device,
      newest: device.newestVersion && byId.get(device.newestVersion),
      lastGood: device.lastGoodVersion && byId.get(device.lastGoodVersion),
      standing: stands.get(device.deviceId) ?? nothingEnded,
    }))
  }

  return {
    list: async (customerId) => {
      const found = await devices.list({ reach: [customerId], afterNumber: 0, limit: maxComputersListed })
      return withVersions(found.filter(({ state }) => state === 'active'))
    },
    listGone: async (customerId) => {
      const found = await devices.list({ reach: [customerId], afterNumber: 0, limit: maxComputersListed })
      return found.filter(({ state }) => state !== 'active').toReversed()
    },
    find: async (deviceId) => {
      const device = await devices.find(deviceId)
      if (device === undefined) return undefined
      const [computer] = await withVersions([device])
      return computer
    },
  }
}
