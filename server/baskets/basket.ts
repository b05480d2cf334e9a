/**
 * What a person has put aside, to get it back together: files, folders and links of versions, in one account. The basket says where
 * they are and nothing more: whoever gets something out of it asks for its rights again. Pure.
 */
import type { Id } from '../runtime/ids.ts'
import { isId } from '../runtime/ids.ts'
import { encodeVersionPath, findVersionPath, type VersionPath } from '../snapshots/version-path.ts'

/** Of one person in one account. */
export const maxBasketItems = 500

export const basketKinds = ['file', 'folder', 'link'] as const
export type BasketKind = (typeof basketKinds)[number]

export interface BasketOwner {
  readonly userId: Id<'usr'>
  readonly customerId: Id<'cus'>
}

/** A place in a version. */
export interface BasketPlace {
  readonly snapshotId: Id<'snap'>
  /** At least one name: the top of a version is not chosen, it is taken as it is. */
  readonly path: VersionPath
}

export interface BasketItem extends BasketPlace {
  readonly kind: BasketKind
  /** Of a file. */
  readonly sizeBytes: number | undefined
  readonly addedAt: number
}

export const basketFaults = ['full'] as const
export type BasketFault = (typeof basketFaults)[number]

export class BasketError extends Error {
  override readonly name = 'BasketError'
  readonly fault: BasketFault

  constructor(fault: BasketFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** As a button or a field carries it: `snap_a2b3…/home/caf%E9`. */
export function placeText({ snapshotId, path }: BasketPlace): string {
  return snapshotId + encodeVersionPath(path)
}

export function findPlace(text: string): BasketPlace | undefined {
  const slash = text.indexOf('/')
  const snapshotId = text.slice(0, slash)
  const path = slash === -1 ? undefined : findVersionPath(text.slice(slash))
  return path !== undefined && path.length > 0 && isId('snap', snapshotId) ? { snapshotId, path } : undefined
}

const slash = Buffer.from('/')

/** Without what lies in another one's folder, and each once: in the order of their bytes, so that nothing is taken twice. */
export function topmostPaths(paths: readonly VersionPath[]): readonly VersionPath[] {
  const sorted = paths
    .map((path) => ({ path, bytes: Buffer.concat(path.flatMap((name) => [name, slash])) }))
    .toSorted((a, b) => a.bytes.compare(b.bytes))
  const kept: typeof sorted = []
  for (const one of sorted) {
    const last = kept.at(-1)
    if (last !== undefined && one.bytes.subarray(0, last.bytes.length).equals(last.bytes)) continue
    kept.push(one)
  }
  return kept.map(({ path }) => path)
}
