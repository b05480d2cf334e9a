import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { DeviceStanding } from './standing.ts'
import { listStandings } from './standings-table.ts'

export interface StandingsService {
  /** Of those that there are. */
  readonly list: (deviceIds: readonly Id<'dev'>[]) => Promise<ReadonlyMap<Id<'dev'>, DeviceStanding>>
}

export function createStandingsService({
  database,
  clock,
}: {
  readonly database: Database
  readonly clock: Clock
}): StandingsService {
  return { list: (deviceIds) => listStandings(database.kysely, deviceIds, clock.now()) }
}
