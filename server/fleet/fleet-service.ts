import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import {
  everyComputer,
  type FleetComputer,
  type FleetCounts,
  type FleetDay,
  type FleetFilter,
  type FleetOrder,
  maxActedOn,
  maxExported,
} from './fleet.ts'
import * as table from './fleet-table.ts'

export interface FleetService {
  readonly list: (page: {
    readonly filter: FleetFilter
    readonly order: FleetOrder
    readonly offset: number
    readonly limit: number
  }) => Promise<readonly FleetComputer[]>
  /** How many stand how, of those that the filter leaves; the state it asks for does not matter. */
  readonly count: (filter?: FleetFilter) => Promise<FleetCounts>
  readonly listDays: (asked: {
    readonly deviceIds: readonly Id<'dev'>[]
    readonly dayStartsMs: readonly number[]
  }) => Promise<readonly FleetDay[]>
  readonly listChoices: () => Promise<table.FleetChoice>
  /** For a file: all that match, as far as one table goes. */
  readonly listAll: (filter: FleetFilter, order: FleetOrder) => Promise<readonly FleetComputer[]>
  /** Those of these that are there; no more than one person may act on at once. */
  readonly find: (deviceIds: readonly Id<'dev'>[]) => Promise<readonly FleetComputer[]>
}

export function createFleetService({ database, clock }: { readonly database: Database; readonly clock: Clock }): FleetService {
  const { kysely } = database
  return {
    list: (page) => table.listFleet(kysely, { ...page, nowMs: clock.now() }),
    count: (filter = everyComputer) => table.countFleet(kysely, filter, clock.now()),
    listDays: (asked) => table.listFleetDays(kysely, asked),
    listChoices: () => table.listFleetChoices(kysely),
    listAll: (filter, order) => table.listFleet(kysely, { filter, order, offset: 0, limit: maxExported, nowMs: clock.now() }),
    find: (deviceIds) => table.findInFleet(kysely, deviceIds.slice(0, maxActedOn), clock.now()),
  }
}
