/** The basket beside a page on which things are put into it. */
import type { BasketAsideProps } from '../../views/partials/basket.ts'
import type { AppContext } from '../http/app-environment.ts'
import { userOf } from '../http/principal.ts'
import type { Id } from '../runtime/ids.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { type BasketPlace, placeText } from './basket.ts'
import { basketAsideProps, newestShown } from './basket-props.ts'
import type { BasketsService } from './baskets-service.ts'

export interface BasketBeside {
  readonly aside: BasketAsideProps
  /** What a place's button shows and sends. */
  readonly buttonOf: (place: BasketPlace) => { readonly item: string; readonly isIn: boolean }
}

/** Undefined for whoever has no basket in that account. The page itself is where its buttons lead back to. */
export async function basketBeside(
  c: AppContext,
  services: { readonly baskets: Pick<BasketsService, 'list'>; readonly snapshots: Pick<SnapshotsService, 'findByIds'> },
  customerId: Id<'cus'>,
): Promise<BasketBeside | undefined> {
  const user = userOf(c.var.access.principal)
  if (user === undefined || !c.var.access.may('baskets:use', customerId)) return undefined
  const items = await services.baskets.list({ userId: user.userId, customerId })
  const newest = new Set(items.slice(0, newestShown).map(({ snapshotId }) => snapshotId))
  const versions = await services.snapshots.findByIds([...newest])
  const chosen = new Set(items.map(placeText))
  const { pathname, search } = new URL(c.req.url)
  return {
    aside: basketAsideProps({ customerId, items, versions, back: pathname + search }),
    buttonOf: (place) => {
      const item = placeText(place)
      return { item, isIn: chosen.has(item) }
    },
  }
}
