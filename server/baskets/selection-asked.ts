/**
 * What of which version is asked for, as addresses carry it: `version=snap_…` with `path=/home/ann` as often as needed, or with
 * `from=basket`; with neither, all of it. Whoever may not read the version's files is told that there is nothing, and so is whoever
 * asks for a place that the version does not have.
 */
import type { AppContext } from '../http/app-environment.ts'
import { userOf } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { getReadableVersionById } from '../snapshots/version-access.ts'
import { encodeVersionPath, findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader, VersionReader } from '../snapshots/version-reader.ts'
import { maxBasketItems, topmostPaths } from './basket.ts'
import type { BasketsService } from './baskets-service.ts'

export interface SelectionAsked {
  readonly version: Snapshot
  /** In the order of their bytes, none within another; a single one without names is the whole version. Each is there. */
  readonly paths: readonly VersionPath[]
  readonly reader: VersionReader
}

export interface SelectionServices {
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly baskets: Pick<BasketsService, 'listOf'>
  readonly openVersionReader: OpenVersionReader
}

/**
 * `otherwise`: what an address means that names no path and no basket.
 * @throws Problem HF-NOT-FOUND; HF-VALIDATION for more places than a basket holds
 */
export async function selectionAsked(
  c: AppContext,
  services: SelectionServices,
  { otherwise = 'all' }: { readonly otherwise?: 'all' | 'basket' } = {},
): Promise<SelectionAsked> {
  const version = await getReadableVersionById(c, services.snapshots, c.req.query('version') ?? '')
  const texts = c.req.queries('path') ?? []
  const isOfBasket = c.req.query('from') === 'basket' || (texts.length === 0 && otherwise === 'basket')
  const asked = isOfBasket ? await pathsInBasket(c, services, version) : pathsOf(texts.length === 0 ? [''] : texts)
  const paths = topmostPaths(asked)
  if (paths.length === 0) throw new Problem('HF-NOT-FOUND')
  const reader = await services.openVersionReader(version)
  for (const path of paths) if ((await reader.stat(path)) === undefined) throw new Problem('HF-NOT-FOUND')
  return { version, paths, reader }
}

/** What `selectionAsked` reads. */
export function selectionQuery(version: Snapshot['id'], paths: readonly VersionPath[] | 'basket'): string {
  const chosen = paths === 'basket' ? [['from', 'basket']] : paths.map((path) => ['path', encodeVersionPath(path)])
  return new URLSearchParams([['version', version], ...chosen]).toString()
}

async function pathsInBasket(
  c: AppContext,
  { baskets }: SelectionServices,
  { id: snapshotId, customerId }: Snapshot,
): Promise<readonly VersionPath[]> {
  const user = userOf(c.var.access.principal)
  return user === undefined ? [] : baskets.listOf({ userId: user.userId, customerId, snapshotId })
}

function pathsOf(texts: readonly string[]): readonly VersionPath[] {
  if (texts.length > maxBasketItems) throw new Problem('HF-VALIDATION', { detail: `At most ${maxBasketItems} paths at once.` })
  return texts.map((text) => {
    const path = findVersionPath(text)
    if (path === undefined) throw new Problem('HF-NOT-FOUND')
    return path
  })
}
