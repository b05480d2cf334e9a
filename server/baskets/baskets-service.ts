import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import { BasketError, type BasketItem, type BasketOwner, type BasketPlace, maxBasketItems } from './basket.ts'
import * as table from './baskets-table.ts'

export interface BasketsService {
  /** Of one version, the last that was put in first. Whether they are still there, nobody has looked. */
  readonly listOf: (of: BasketOwner & { readonly snapshotId: Id<'snap'> }) => Promise<readonly VersionPath[]>
  /** Of all versions, the last that was put in first. */
  readonly list: (owner: BasketOwner) => Promise<readonly BasketItem[]>
  /** What is in it already stays. Throws BasketError `full`, and then nothing was added. */
  readonly add: (owner: BasketOwner, items: readonly Omit<BasketItem, 'addedAt'>[]) => Promise<void>
  readonly remove: (owner: BasketOwner, places: readonly BasketPlace[]) => Promise<void>
  /** All of it, or what is of one version. */
  readonly empty: (owner: BasketOwner, snapshotId?: Id<'snap'>) => Promise<void>
}

export function createBasketsService(options: { readonly database: Database; readonly clock: Clock }): BasketsService {
  const { database, clock } = options
  const { kysely } = database
  return {
    listOf: async ({ snapshotId, ...owner }) => (await table.listItems(kysely, owner, snapshotId)).map(({ path }) => path),
    list: (owner) => table.listItems(kysely, owner, undefined),
    add: (owner, items) =>
      database.transaction(async (tx) => {
        await table.lockBasket(tx, owner)
        const addedAt = clock.now()
        const put = items.map((item) => ({ ...item, addedAt }))
        await table.insertItems(tx, owner, put)
        const all = await table.listItems(tx, owner, undefined)
        if (all.length > maxBasketItems)
          throw new BasketError('full', `A basket holds at most ${maxBasketItems} things. A folder counts as one.`)
      }),
    remove: (owner, places) => database.transaction((tx) => table.deleteItems(tx, owner, places)),
    empty: (owner, snapshotId) => table.emptyBasket(kysely, owner, snapshotId),
  }
}
