// Gets files back from a version: planned from its trees, fetched in batches, written by threads. What stands under its final name is
// whole and proved; what cannot be restored costs itself only and is named; nothing is ever written outside the destination.

import type { RepositorySecrets } from '../crypto/keys.ts'
import type { TreeEntry } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import { type PlaintextSource, plaintextSource } from '../repository/plaintext-source.ts'
import type { RecordSource } from '../repository/target.ts'
import { TreeReader } from '../repository/tree-reader.ts'
import { type Destination, placeItems } from './destination.ts'
import type { OwnChange } from './give-name.ts'
import type { LocalEntry } from './local-entry.ts'
import type { OverwriteRule } from './overwrite.ts'
import { RestoreError } from './restore-error.ts'
import { failureOf, type RestoreProgress, RestoreReport, type RestoreResult } from './restore-report.ts'
import { RestoreRun } from './restore-run.ts'
import { expectDistinctNames, findSelection, type SelectedItem } from './selection.ts'

export type RestoreOptions = RestoreSettings & (ByPath | ByItems)

/** Paths in a version. */
export interface ByPath {
  /** Of the version. */
  readonly root: ChunkId
  /** Source paths, bytes. Empty means the root; to name the version's sources leaves the folders above them as they are. */
  readonly selection: readonly Buffer[]
}

/** What somebody else has found already: of the version, nothing but that can be read by it. */
export interface ByItems {
  readonly items: readonly SelectedItem[]
}

export interface RestoreSettings {
  readonly records: RecordSource
  readonly secrets: RepositorySecrets
  readonly destination: Destination
  readonly overwrite: OverwriteRule
  /** Reads back what was written, before it gets its name. */
  readonly verify: boolean
  readonly randomBytes: (length: number) => Buffer
  /** At most about ten times a second, and at the end. */
  readonly onProgress?: (progress: RestoreProgress) => void
  /** What was done, also when it is broken off or fails. */
  readonly onEnded?: (result: RestoreResult) => void
  readonly signal?: AbortSignal
  /** Of a restore that may be begun again, told apart by letters and digits: what a killed attempt left is removed by the next. */
  readonly attempt?: { readonly of: string; readonly isFirst: boolean }
  readonly replacing?: Replacing
  /** Writing threads; 2 unless told otherwise. */
  readonly threads?: number
}

/** What knows better than the rule about what lies there. Paths are the version's. */
export interface Replacing {
  /** Asked before anything is replaced; what it says no to is kept and reported. */
  holds(path: Buffer, existing: LocalEntry): boolean
  /** Whether what lies there is known to have the entry's bytes, and its attributes as well, without a look. */
  knownSame(path: Buffer, entry: TreeEntry, existing: LocalEntry): 'bytes' | 'all' | undefined
  /** Told of files whose change time the restore itself has moved, and that have other names it may ask about. */
  noteOwnChange(change: OwnChange): void
}

/**
 * @throws RestoreError `cancelled`, `ambiguous-selection`, `destination-unusable`; StorageError, RefusedError when the source of
 * records fails as a whole. What could not be restored beside that is in the result.
 */
export async function restore(options: RestoreOptions): Promise<RestoreResult> {
  const startedMs = performance.now()
  const report = new RestoreReport()
  if (options.verify) report.verified = { files: 0, bytes: 0 }
  const plaintexts = plaintextSource(options.records, options.secrets)
  const items = await selectItems(options, plaintexts, report)
  const placed = placeItems(items, options.destination)
  const run = new RestoreRun(options, placed, plaintexts, report)
  try {
    await run.finish()
  } catch (error) {
    if (options.signal?.aborted) throw new RestoreError('cancelled', 'the restore was broken off', { cause: error })
    throw error
  } finally {
    await run.close()
    options.onEnded?.(report.result(performance.now() - startedMs))
  }
  return report.result(performance.now() - startedMs)
}

async function selectItems(
  options: RestoreOptions,
  plaintexts: PlaintextSource,
  report: RestoreReport,
): Promise<readonly SelectedItem[]> {
  const items = 'items' in options ? options.items : await findItems(options, plaintexts, report)
  if (options.destination.kind === 'folder' && options.destination.strip) expectDistinctNames(items)
  return items
}

async function findItems(wanted: ByPath, plaintexts: PlaintextSource, report: RestoreReport): Promise<readonly SelectedItem[]> {
  const items: SelectedItem[] = []
  for (const found of await findSelection(new TreeReader(plaintexts), wanted.root, wanted.selection)) {
    if (found.kind === 'found') items.push(found.item)
    else if (found.kind === 'lost') report.addFailed(found.path, failureOf(found.error))
    else report.addFailed(found.path, { code: 'not-in-version', detail: 'the version has nothing of this path' })
  }
  return items
}
