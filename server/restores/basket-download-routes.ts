/** What lies in the basket as one archive: of one version, or of all, each version then in a folder of its own. */
import type { PageContext } from '../../views/site.ts'
import { accountAsked } from '../baskets/account-asked.ts'
import { topmostPaths } from '../baskets/basket.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import { selectionAsked } from '../baskets/selection-asked.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { OpenVersionReader } from '../snapshots/version-reader.ts'
import { type ArchivePart, selectionPart } from './archive-entries.ts'
import { archiveName, versionFolders } from './archive-name.ts'
import { archiveKinds, type Downloads } from './downloads.ts'

export function basketDownloadRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find' | 'findByIds'>
  readonly baskets: Pick<BasketsService, 'list' | 'listOf'>
  readonly openVersionReader: OpenVersionReader
  readonly downloads: Downloads
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, snapshots, baskets, openVersionReader, downloads, pageContext } = options
  const routes = newRoutes()

  routes.get('/basket/download', async (c) => {
    const { reader } = pageContext(c)
    const as = archiveKinds.find((kind) => kind === (c.req.query('as') ?? 'zip'))
    if (as === undefined) throw new Problem('HF-NOT-FOUND')
    const asked = c.req.query('version') === undefined ? await allOfIt(c) : await ofVersion(c)
    return downloads.sendArchive(c, { ...asked, as, reader })
  })

  /** What is asked for of one version; without a path what the basket holds of it. */
  async function ofVersion(c: AppContext) {
    const { version, paths, reader } = await selectionAsked(c, options, { otherwise: 'basket' })
    const name = archiveName(paths, version.receivedAt, pageContext(c).reader.timeZone)
    return { parts: [selectionPart(reader, paths)], name }
  }

  /** A version may have gone since: what is left is given. Nothing left is nothing there. */
  async function allOfIt(c: AppContext) {
    const { customer, user } = await accountAsked(c, customers, c.req.query('of'))
    const { customerId } = customer
    requireIn(c, 'files:read', customerId)
    const items = await baskets.list({ userId: user.userId, customerId })
    const byVersion = Map.groupBy(items, ({ snapshotId }) => snapshotId)
    const versions = (await snapshots.findByIds([...byVersion.keys()]))
      .filter((version) => version.customerId === customerId)
      .toSorted((a, b) => a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1))
      .map((version) => ({ version, paths: topmostPaths(byVersion.get(version.id)!.map(({ path }) => path)) }))
    const [first] = versions
    if (first === undefined) throw new Problem('HF-NOT-FOUND')
    const { timeZone } = pageContext(c).reader
    const name = versions.length === 1 ? archiveName(first.paths, first.version.receivedAt, timeZone) : Buffer.from('Basket')
    return { parts: await partsOf(versions, timeZone), name }
  }

  async function partsOf(
    versions: readonly { readonly version: Snapshot; readonly paths: ArchivePart['paths'] }[],
    timeZone: string,
  ): Promise<readonly ArchivePart[]> {
    const [only] = versions
    if (versions.length === 1 && only !== undefined) return [selectionPart(await openVersionReader(only.version), only.paths)]
    const named = await Promise.all(
      versions.map(async ({ version }) => ({
        computer: (await devices.find(version.deviceId))?.name ?? 'Computer',
        takenAtMs: version.receivedAt,
      })),
    )
    const folders = versionFolders(named, timeZone)
    return Promise.all(
      versions.map(async ({ version, paths }, index) => selectionPart(await openVersionReader(version), paths, folders[index]!)),
    )
  }

  return routes
}
