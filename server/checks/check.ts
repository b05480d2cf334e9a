/** What a check of the stored files finds. Names of files are in it: it is for whoever may run commands on the box. */
import { type PackId, parsePackId } from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'

/** Something that is not as it was. */
export type Damage =
  | { readonly kind: 'pack-missing'; readonly pack: string }
  | { readonly kind: 'pack-damaged'; readonly pack: string; readonly why: string }
  | {
      readonly kind: 'record-damaged'
      readonly pack: string
      readonly record: string
      readonly offset: number
      readonly why: string
    }
  /** One of the two copies of a tree pack; the other one is whole, nothing is lost. */
  | { readonly kind: 'copy-damaged'; readonly pack: string; readonly copy: PackCopy; readonly why: string }
  /** The database says something else than the pack. */
  | { readonly kind: 'index-wrong'; readonly pack: string; readonly why: string }
  /** A version needs it, and it is nowhere. The beginning of its id. */
  | { readonly kind: 'chunk-missing'; readonly record: string }
  | { readonly kind: 'version-damaged'; readonly version: Id<'snap'>; readonly why: string }
  | { readonly kind: 'keys-damaged'; readonly what: string; readonly why: string }

export const packCopies = ['packs', 'packs2'] as const
export type PackCopy = (typeof packCopies)[number]

/** Not as expected, and no harm: what a crash left, or what was damaged and has been sent again since. */
export type Notice =
  | { readonly kind: 'file-unknown'; readonly file: string }
  | { readonly kind: 'damage-replaced'; readonly pack: string }

export interface AffectedVersion {
  readonly id: Id<'snap'>
  readonly device: Id<'dev'>
  readonly job: string
  readonly seq: number
  readonly takenAt: number
}

export interface AffectedPath {
  /** Absolute. */
  readonly path: Buffer
  /** A folder whose list of names is lost: what was in it is not known. */
  readonly isFolder: boolean
  readonly versions: readonly Id<'snap'>[]
}

export interface RepositoryReport {
  readonly customerId: Id<'cus'>
  readonly uid: string
  readonly packs: number
  readonly bytes: number
  /** Of the packs whose data was read; the others by their indexes and sizes. */
  readonly readBytes: number
  readonly records: number
  readonly versions: number
  /** The first of them; `damageCount` has all. */
  readonly damage: readonly Damage[]
  readonly damageCount: number
  readonly notices: readonly Notice[]
  /** Versions that cannot be restored whole. */
  readonly affectedVersions: readonly AffectedVersion[]
  readonly affectedPaths: readonly AffectedPath[]
  /** False: there are more paths than are listed. */
  readonly arePathsComplete: boolean
}

export interface CheckReport {
  readonly isDataRead: boolean
  readonly repositories: readonly RepositoryReport[]
}

export interface CheckProgress {
  readonly packs: number
  readonly packsTotal: number
  readonly bytes: number
  readonly bytesTotal: number
}

export const maxDamageListed = 1000
export const maxNoticesListed = 1000
export const maxPathsListed = 1000

export function isDamaged({ repositories }: CheckReport): boolean {
  return repositories.some(({ damageCount }) => damageCount > 0)
}

/** Tree packs of which one file of two is damaged: nothing marks them, because nothing is lost. */
export function halfDamagedPacks(damage: readonly Damage[]): readonly PackId[] {
  return [...new Set(damage.flatMap((found) => (found.kind === 'copy-damaged' ? [parsePackId(found.pack)] : [])))]
}
