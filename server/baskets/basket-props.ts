/** The basket as pages show it. Pure. */
import { nameText } from '../../views/format/name-text.ts'
import type { BasketPageThing, BasketPart } from '../../views/pages/basket.ts'
import type { BasketAsideProps, BasketThing } from '../../views/partials/basket.ts'
import { basketDownloadPath, basketPath, browsePath, newRestorePath } from '../http/page-paths.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { type BasketItem, placeText } from './basket.ts'
import { selectionQuery } from './selection-asked.ts'

export const newestShown = 8

export function basketCounts(items: readonly BasketItem[]): Pick<BasketAsideProps, 'files' | 'folders' | 'links' | 'bytes'> {
  const of = (kind: BasketItem['kind']) => items.filter((item) => item.kind === kind).length
  const bytes = items.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0)
  return { files: of('file'), folders: of('folder'), links: of('link'), bytes }
}

/** `versions`: of the newest shown. */
export function basketAsideProps(of: {
  readonly customerId: Id<'cus'>
  readonly items: readonly BasketItem[]
  readonly versions: readonly Snapshot[]
  readonly back: string
}): BasketAsideProps {
  const { customerId, items, versions, back } = of
  const timeOf = new Map(versions.map(({ id, receivedAt }) => [id, receivedAt]))
  const newest = items.slice(0, newestShown).map((item) => ({ ...thingOf(item), versionAtMs: timeOf.get(item.snapshotId) }))
  return {
    ...basketCounts(items),
    newest,
    path: basketPath(customerId),
    downloadPath: basketDownloadPath(customerId, 'zip'),
    of: customerId,
    back,
  }
}

export function basketParts(of: {
  readonly items: readonly BasketItem[]
  readonly versions: readonly Snapshot[]
  /** By device. */
  readonly computers: ReadonlyMap<Id<'dev'>, string>
  readonly mayShare: boolean
  readonly mayRestore: boolean
}): { readonly parts: readonly BasketPart[]; readonly gone: readonly BasketPageThing[] } {
  const { items, versions, computers, mayRestore } = of
  const byVersion = Map.groupBy(items, ({ snapshotId }) => snapshotId)
  const known = new Map(versions.map((version) => [version.id, version]))
  const parts = [...byVersion].flatMap(([id, chosen], index): readonly BasketPart[] => {
    const version = known.get(id)
    if (version === undefined) return []
    return [
      {
        id: `part-${index}`,
        computer: computers.get(version.deviceId) ?? '',
        takenAtMs: version.receivedAt,
        versionPath: browsePath(id),
        zipPath: `/basket/download?${selectionQuery(id, 'basket')}&as=zip`,
        tarPath: `/basket/download?${selectionQuery(id, 'basket')}&as=tar`,
        ...(of.mayShare && !version.isCheckpoint ? { sharePath: `/sharing/new?${selectionQuery(id, 'basket')}` } : {}),
        ...(mayRestore ? { backPath: newRestorePath({ version: id, paths: 'basket' }) } : {}),
        things: chosen.map((item) => ({ ...pageThing(item), path: placePath(item) })),
      },
    ]
  })
  const gone = items.filter(({ snapshotId }) => !known.has(snapshotId)).map((item) => ({ ...pageThing(item), path: undefined }))
  return { parts, gone }
}

function thingOf(item: BasketItem): BasketThing {
  return { item: placeText(item), name: nameText(item.path.at(-1)!), kind: item.kind, sizeBytes: item.sizeBytes }
}

function pageThing(item: BasketItem): Omit<BasketPageThing, 'path'> {
  return { ...thingOf(item), where: item.path.slice(0, -1).map(nameText).join(' / ') }
}

/** A folder is opened; anything else is shown where it lies. */
function placePath({ kind, path, snapshotId }: BasketItem): string {
  return browsePath(snapshotId, kind === 'folder' ? path : path.slice(0, -1))
}
