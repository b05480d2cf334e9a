/** A found file as the page shows it. Pure. */
import { nameText } from '../../views/format/name-text.ts'
import type { FoundFileProps } from '../../views/partials/found-file.ts'
import type { BasketBeside } from '../baskets/basket-beside.ts'
import { browsePath, filePath, historyPath, newRestorePath, previewPath, zipPath } from '../http/page-paths.ts'
import type { Id } from '../runtime/ids.ts'
import { markName } from './marked-name.ts'
import type { FoundFile } from './search.ts'

const nsPerMs = 1_000_000n

export function foundProps(
  found: FoundFile,
  {
    terms,
    id,
    basket,
    mayRestore,
  }: {
    readonly terms: readonly string[]
    readonly id: string
    readonly basket: BasketBeside | undefined
    readonly mayRestore: boolean
  },
): FoundFileProps {
  const { path, shown, deviceId, job } = found
  const kind = kindOf(found.type)
  const name = path.at(-1) ?? Buffer.alloc(0)
  const mark = (one: Buffer) => markName(nameText(one), terms)
  const getPath = (id: Id<'snap'>) => (kind === 'folder' ? zipPath(id, path) : kind === 'file' ? filePath(id, path) : undefined)
  const inBasket = (version: Id<'snap'>, place: string) =>
    basket === undefined || kind === 'special'
      ? undefined
      : { id: `${id}-${place}`, ...basket.buttonOf({ snapshotId: version, path }) }
  return {
    kind,
    name: mark(name),
    computer: found.computer,
    folders: path.slice(0, -1).map(mark),
    sizeBytes: found.sizeBytes,
    changedAtMs: changedAt(found.changedAtNs),
    deleted: found.isPresent ? undefined : { atMs: found.deletedAt, lastSeenMs: found.lastAt },
    firstAtMs: found.firstAt,
    lastAtMs: found.lastAt,
    states: found.states,
    historyPath: historyPath({ deviceId, job, path }),
    openPath: browsePath(shown.id, kind === 'folder' ? path : path.slice(0, -1)),
    getPath: getPath(shown.id),
    lookPath: kind === 'file' ? previewPath(shown.id, path) : undefined,
    backPath: mayRestore && kind !== 'special' ? newRestorePath({ version: shown.id, paths: [path] }) : undefined,
    basket: inBasket(shown.id, 'shown'),
    versions: found.newest.map(({ version, firstAt, sizeBytes, moreBytes }, index) => ({
      firstAtMs: firstAt,
      lastAtMs: version.receivedAt,
      sizeBytes,
      moreBytes,
      getPath: getPath(version.id),
      basket: inBasket(version.id, String(index)),
    })),
  }
}

function kindOf(type: FoundFile['type']): FoundFileProps['kind'] {
  switch (type) {
    case 'directory':
      return 'folder'
    case 'file':
    case 'hardlink':
      return 'file'
    case 'symlink':
      return 'link'
    case 'special':
      return 'special'
    default:
      return type satisfies never
  }
}

/** Undefined for times that no calendar here shows. */
export function changedAt(ns: bigint): number | undefined {
  const ms = Number(ns / nsPerMs)
  return Math.abs(ms) <= 8.64e15 ? ms : undefined
}
