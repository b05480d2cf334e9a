/** The basket: what is in it, putting in, taking out. Getting it out is server/restores/. */
import { z } from 'zod'
import { basketPage } from '../../views/pages/basket.ts'
import type { PageContext } from '../../views/site.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { readForm } from '../http/form.ts'
import { localPathOr } from '../http/local-path.ts'
import { newRoutes } from '../http/new-routes.ts'
import { basketDownloadPath, basketPath } from '../http/page-paths.ts'
import { userOf } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { getReadableVersionById } from '../snapshots/version-access.ts'
import type { OpenVersionReader, VersionEntry } from '../snapshots/version-reader.ts'
import { accountAsked } from './account-asked.ts'
import { type BasketItem, type BasketOwner, type BasketPlace, findPlace, maxBasketItems } from './basket.ts'
import { basketCounts, basketParts } from './basket-props.ts'
import type { BasketsService } from './baskets-service.ts'

const listed = <Item extends z.ZodType>(item: Item) =>
  z.union([item.transform((one) => [one]), z.array(item).min(1).max(maxBasketItems)])

/** `item`: what `placeText` writes, as often as needed; `of`: whose account; `back`: where one comes back to. */
const itemsSchema = z.object({ item: listed(z.string()), of: z.string().optional(), back: z.string().optional() })
const emptySchema = z.object({ version: z.string().optional(), of: z.string().optional(), back: z.string().optional() })

export function basketsRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find' | 'findByIds'>
  readonly baskets: BasketsService
  readonly openVersionReader: OpenVersionReader
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, baskets, openVersionReader, pageContext } = options
  const routes = newRoutes()

  routes.get('/basket', async (c) => {
    const { customer, viewer, user } = await accountAsked(c, customers, c.req.query('of'))
    const { customerId } = customer
    const owner = { userId: user.userId, customerId }
    const items = await baskets.list(owner)
    const found = await snapshots.findByIds([...new Set(items.map(({ snapshotId }) => snapshotId))])
    const versions = found.filter((version) => version.customerId === customerId)
    const computers = new Map<Id<'dev'>, string>()
    for (const id of new Set(versions.map(({ deviceId }) => deviceId))) computers.set(id, (await devices.find(id))?.name ?? '')
    const kept = new Set(versions.map(({ id }) => id))
    return c.html(
      await basketPage({
        ...pageContext(c),
        viewer,
        ...basketCounts(items.filter(({ snapshotId }) => kept.has(snapshotId))),
        ...basketParts({
          items,
          versions,
          computers,
          mayShare: c.var.access.may('shares:write', customerId),
          mayRestore: c.var.access.may('restores:write', customerId),
        }),
        zipPath: basketDownloadPath(customerId, 'zip'),
        tarPath: basketDownloadPath(customerId, 'tar'),
        of: customerId,
        back: basketPath(customerId),
      }),
    )
  })

  routes.post('/basket/add', async (c) => {
    const { item: texts, back } = await readForm(c, itemsSchema, { hasLists: true })
    const byVersion = Map.groupBy(texts.map(getPlace), ({ snapshotId }) => snapshotId)
    for (const [snapshotId, places] of byVersion) {
      const version = await getReadableVersionById(c, snapshots, snapshotId)
      requireIn(c, 'baskets:use', version.customerId)
      const { userId } = userOf(c.var.access.principal)!
      const reader = await openVersionReader(version)
      const items: Omit<BasketItem, 'addedAt'>[] = []
      for (const place of places) items.push({ ...place, ...factsOf(await reader.stat(place.path)) })
      await baskets.add({ userId, customerId: version.customerId }, items)
    }
    return c.redirect(localPathOr(back, '/basket'), 303)
  })

  routes.post('/basket/remove', async (c) => {
    const { item: texts, of, back } = await readForm(c, itemsSchema, { hasLists: true })
    await baskets.remove(await ownerAsked(c, of), texts.map(getPlace))
    return c.redirect(localPathOr(back, '/basket'), 303)
  })

  routes.post('/basket/empty', async (c) => {
    const { version, of, back } = await readForm(c, emptySchema)
    if (version !== undefined && !isId('snap', version)) throw new Problem('HF-NOT-FOUND')
    await baskets.empty(await ownerAsked(c, of), version)
    return c.redirect(localPathOr(back, '/basket'), 303)
  })

  async function ownerAsked(c: AppContext, of: string | undefined): Promise<BasketOwner> {
    const { user, customer } = await accountAsked(c, customers, of)
    return { userId: user.userId, customerId: customer.customerId }
  }

  return routes
}

function getPlace(text: string): BasketPlace {
  const place = findPlace(text)
  if (place === undefined) throw new Problem('HF-NOT-FOUND')
  return place
}

/** What there is nothing to take out of is not put in. */
function factsOf(entry: VersionEntry | undefined): Pick<BasketItem, 'kind' | 'sizeBytes'> {
  if (entry === undefined || entry.type === 'special') throw new Problem('HF-NOT-FOUND')
  if (entry.type === 'file') return { kind: 'file', sizeBytes: entry.sizeBytes }
  return { kind: entry.type === 'directory' ? 'folder' : 'link', sizeBytes: undefined }
}
