import type { Database } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { DeviceStanding } from './standing.ts'
import { listStandings } from './standings-table.ts'

export interface StandingsService {
  /** Those without a row have never run. */
  readonly list: (deviceIds: readonly Id<'dev'>[]) => Promise<ReadonlyMap<Id<'dev'>, DeviceStanding>>
}

export function createStandingsService({ database }: { readonly database: Database }): StandingsService {
  return { list: (deviceIds) => listStandings(database.kysely, deviceIds) }
}
