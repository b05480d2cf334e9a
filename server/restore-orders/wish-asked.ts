/** What a page or a form asks for: which version, what of it, where to, by which rule. */
import { z } from 'zod'
import { type RestoreMode, type RestoreRule, restoreModes, restoreRules } from '../../selection/restore-order.ts'
import type { BasketsService } from '../baskets/baskets-service.ts'
import { actingUserOf } from '../http/acting-as-user.ts'
import type { AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { readForm } from '../http/form.ts'
import { Problem } from '../http/problem.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import { maxRestorePaths } from './restore-order.ts'
import type { RestoreOrdersService } from './restore-orders-service.ts'

const maxEncodedPath = 24_576
const one = (value: unknown) => (Array.isArray(value) ? value.at(-1) : value)
const text = (max: number) => z.preprocess(one, z.string().max(max).optional())

const wishSchema = z.object({
  version: text(64),
  path: z.union([z.string(), z.array(z.string())]).optional(),
  from: text(16),
  mode: text(16),
  undoes: text(64),
  again: text(64),
  device: text(64),
  place: z.preprocess(one, z.enum(['original', 'folder']).default('original')),
  folder: z.preprocess(one, z.string().max(4096).default('')),
  rule: z.preprocess(one, z.enum(restoreRules).default('keep-both')),
  step: text(16),
})

export interface WishAsked {
  readonly version: Snapshot
  readonly paths: readonly VersionPath[]
  readonly mode: RestoreMode
  readonly undoes: Id<'rst'> | undefined
  /** The order that is given once more: its paths count. */
  readonly again: Id<'rst'> | undefined
  readonly isFromBasket: boolean
  /** As it was sent; not proved to be a computer of this account. */
  readonly device: string | undefined
  readonly place: 'original' | 'folder'
  readonly folder: string
  readonly rule: RestoreRule
  readonly step: string | undefined
}

export async function wishAsked(
  c: AppContext,
  services: {
    readonly snapshots: Pick<SnapshotsService, 'find'>
    readonly restoreOrders: Pick<RestoreOrdersService, 'find'>
    readonly baskets: Pick<BasketsService, 'listOf'>
  },
): Promise<WishAsked> {
  const sent = await readWish(c)
  const id = sent.version ?? ''
  const version = isId('snap', id) ? await services.snapshots.find(id) : undefined
  if (version === undefined) throw new Problem('HF-NOT-FOUND')
  requireIn(c, 'files:read', version.customerId)
  requireIn(c, 'restores:write', version.customerId)
  const orderOf = async (id: string | undefined) => {
    const found = id !== undefined && isId('rst', id) ? await services.restoreOrders.find(id) : undefined
    return found?.customerId === version.customerId ? found : undefined
  }
  const [undone, before] = [await orderOf(sent.undoes), await orderOf(sent.again)]
  const undoes = undone?.before === version.id ? undone : undefined
  const again = before?.snapshot === version.id ? before : undefined
  const isFromBasket = sent.from === 'basket'
  const like = undoes ?? again
  const paths = like
    ? like.paths
    : isFromBasket
      ? await services.baskets.listOf({ userId: actingUserOf(c).userId, customerId: version.customerId, snapshotId: version.id })
      : [sent.path ?? []].flat().map(pathOf)
  if (paths.length === 0 || paths.length > maxRestorePaths) throw new Problem('HF-NOT-FOUND')
  return {
    ...{ version, paths, isFromBasket, device: sent.device, place: sent.place, folder: sent.folder, rule: sent.rule },
    mode: restoreModes.find((mode) => mode === sent.mode) ?? 'restore',
    undoes: undoes?.restoreId,
    again: again?.restoreId,
    step: sent.step,
  }
}

async function readWish(c: AppContext): Promise<z.output<typeof wishSchema>> {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return readForm(c, wishSchema, { hasLists: true })
  const parsed = wishSchema.safeParse(c.req.queries())
  if (!parsed.success) throw new Problem('HF-NOT-FOUND')
  return parsed.data
}

function pathOf(encoded: string): VersionPath {
  const path = encoded.length <= maxEncodedPath ? findVersionPath(encoded) : undefined
  if (path === undefined) throw new Problem('HF-NOT-FOUND')
  return path
}
