/** What a rebuild did, and what it found that is not as it should be. Pure. */
import type { Id } from '../runtime/ids.ts'

export interface RepositoryRebuilt {
  readonly uid: string
  readonly customerId: Id<'cus'>
  /** The customer was not known and was made for the files. */
  readonly isNewCustomer: boolean
  readonly packs: number
  readonly chunks: number
  readonly trashed: number
  readonly quarantined: number
  /** Rows without a file. Nothing tells whether it was taken away for good or lost. */
  readonly missing: number
  readonly versions: number
  readonly newVersions: number
  readonly forgotten: number
  readonly devices: number
  readonly newDevices: number
  readonly keySlots: number
  /** The first of them; `findingsCount` has all. */
  readonly findings: readonly Finding[]
  readonly findingsCount: number
}

/** A repository that could not be taken in. Its files are as they were. */
export interface RepositoryRefused {
  readonly folder: string
  readonly why: string
}

/** What became of users, customers, plans and settings. */
export type PeopleRestored =
  /** They are in the database. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'restored'; readonly selfBackup: number; readonly madeAtMs: number }
  /** The database has nobody, and there is no backup of the box itself. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly why: string }

export interface RebuildReport {
  readonly people: PeopleRestored
  readonly repositories: readonly RepositoryRebuilt[]
  readonly refused: readonly RepositoryRefused[]
  readonly milliseconds: number
  /** Versions that the box makes searchable by and by. */
  readonly versionsToCatalogue: number
}

/** Harmless: a copy that was missing and is there again. */
export function isClean({ people, repositories, refused }: RebuildReport): boolean {
  if (refused.length > 0 || people.kind === 'failed') return false
  return repositories.every(({ findings }) => findings.every(({ kind }) => kind === 'copy-made'))
}

export type Finding =
  /** It was put into quarantine/. */
  | { readonly kind: 'put-aside'; readonly file: string; readonly why: string }
  /** It stays where it is, and nothing counts on it. */
  | { readonly kind: 'unknown-file'; readonly file: string }
  | { readonly kind: 'unreadable'; readonly file: string; readonly why: string }
  /** Some of its records are lost; the others count. */
  | { readonly kind: 'pack-damaged'; readonly pack: string; readonly why: string }
  /** One of the two copies of a tree pack, made anew from the other or still damaged. */
  | { readonly kind: 'copy-made'; readonly pack: string }
  | { readonly kind: 'copy-damaged'; readonly pack: string; readonly why: string }
  | { readonly kind: 'version-file-missing'; readonly version: string }
  /** Its own words could not be opened: job, times and counts are not known. */
  | { readonly kind: 'version-sealed'; readonly version: string; readonly why: string }
  | { readonly kind: 'keys'; readonly what: string; readonly why: string }

export const maxFindingsListed = 1000

/** Collects findings: the first ones, and how many there are. */
export class RebuildFindings {
  readonly list: Finding[] = []
  count = 0

  add(finding: Finding): void {
    this.count += 1
    if (this.list.length < maxFindingsListed) this.list.push(finding)
  }
}

export type RebuildStep = 'packs' | 'versions'

export interface RebuildProgress {
  readonly uid: string
  readonly step: RebuildStep
  readonly done: number
  readonly total: number
}

export const rebuildFaults = ['running', 'empty-database', 'tables-gone'] as const
export type RebuildFault = (typeof rebuildFaults)[number]

export class RebuildError extends Error {
  override readonly name = 'RebuildError'
  readonly fault: RebuildFault

  constructor(fault: RebuildFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
