/** Who has a place in a plan: its connected computers, without those that a smaller plan had no place for. */
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

export async function countPlaces(db: Queryable, subscriptionId: Id<'sub'>): Promise<number> {
  const row = await selectPlaces(db)
    .select(({ fn }) => fn.countAll<number>().as('places'))
    .where('devices.subscription_id', '=', subscriptionId)
    .executeTakeFirstOrThrow()
  return row.places
}

export async function listPlaces(db: Queryable, subscriptionId: Id<'sub'>): Promise<readonly Id<'dev'>[]> {
  const rows = await selectPlaces(db)
    .select('devices.id')
    .where('devices.subscription_id', '=', subscriptionId)
    .orderBy('devices.number')
    .limit(maxPlacesListed)
    .execute()
  return rows.map(({ id }) => id)
}

const maxPlacesListed = 10_000

/** Of many plans at once; those without a computer are not there. */
export async function countPlacesOf(
  db: Queryable,
  subscriptionIds: readonly Id<'sub'>[],
): Promise<ReadonlyMap<Id<'sub'>, number>> {
  if (subscriptionIds.length === 0) return new Map()
  const rows = await selectPlaces(db)
    .select(['devices.subscription_id', ({ fn }) => fn.countAll<number>().as('places')])
    .where('devices.subscription_id', 'in', subscriptionIds)
    .groupBy('devices.subscription_id')
    .execute()
  return new Map(rows.map((row) => [row.subscription_id, row.places]))
}

function selectPlaces(db: Queryable) {
  return (
    db
      .selectFrom('devices')
      .leftJoin('device_switches', (join) =>
        join
          .onRef('device_switches.device_id', '=', 'devices.id')
          .on('device_switches.cause', '=', 'plan-limit')
          // One that ended was of a plan that it has left.
          .on('device_switches.until_at', 'is', null),
      )
      .where('devices.state', '=', 'active')
      // What people send by links is no computer.
      .where('devices.kind', '=', 'agent')
      .where('device_switches.device_id', 'is', null)
  )
}
