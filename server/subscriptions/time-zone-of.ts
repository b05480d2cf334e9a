import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

/** Whose midnights end a customer's licence: its own time zone where it names one, else the box's. */
export type TimeZoneOf = (db: Queryable, customerId: Id<'cus'>) => Promise<string>
