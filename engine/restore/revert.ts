// Makes folders and files as they were in a version, so that it can be undone: everything that goes or is replaced is, just as it lies
// there, in a version that was made right before. What that version does not hold stays, and is said.
//
//   1. read what the version made before holds below the selection, and what the wanted one has
//   2. remove what the wanted version has not, deepest first, each file proved against the version made before
//   3. restore what it has; in the place of nothing but what is held

import type { ChunkId } from '../model/ids.ts'
import { plaintextSource } from '../repository/plaintext-source.ts'
import { HeldVersion } from './held-version.ts'
import { type Removal, removeRest } from './remove-rest.ts'
import { type RestoreSettings, restore } from './restore.ts'
import { RestoreError } from './restore-error.ts'
import { RestoreReport, type RestoreResult, sourcePath } from './restore-report.ts'
import { entriesOf } from './reverted-entries.ts'
import type { SelectedItem } from './selection.ts'
import { selectFrom } from './selection-codec.ts'

export interface RevertOptions extends Omit<RestoreSettings, 'destination' | 'overwrite' | 'replacing' | 'onEnded'> {
  /** As they shall be. A path that the version has nothing of is not among them; see `absent`. */
  readonly items: readonly SelectedItem[]
  /** Selected, and not in the wanted version: what lies there now goes. */
  readonly absent: readonly Buffer[]
  /** The version that was made of the present state, and when its making began on this computer's clock. */
  readonly before: { readonly root: ChunkId; readonly startedAtMs: number }
  /** What was done, also when it is broken off or fails in the middle. */
  readonly onEnded?: (result: RevertResult) => void
}

export interface RevertResult extends RestoreResult {
  /** Files, links and folders that the version has not. */
  readonly removed: number
  /** Not in the version and not in the one made before either, as they are: they stay. */
  readonly leftCount: number
  readonly left: readonly Buffer[]
}

/** @throws RestoreError `too-much`, `version-unreadable`, and whatever `restore` throws */
export async function revert(options: RevertOptions): Promise<RevertResult> {
  const startedMs = performance.now()
  const { items, absent, before, records, secrets, signal, onEnded } = options
  const paths = [...items.map(({ path }) => path), ...absent]
  const now = await selectFrom(plaintextSource(records, secrets), before.root, paths)
  if (now.lost.length > 0)
    throw new RestoreError('version-unreadable', `of the version made before, ${sourcePath(now.lost[0]!)} cannot be read`)
  const present = await entriesOf(options, now.items)
  const wanted = await entriesOf(options, items, present.entries)
  const held = new HeldVersion(present.entries, before.startedAtMs)
  const removal: Removal = { removed: 0, leftCount: 0, left: [] }
  let restored: RestoreResult | undefined
  try {
    await removeRest({ settings: options, items: now.items, present, wanted, held }, removal)
    const place = { destination: { kind: 'original' }, overwrite: 'always' } as const
    const keep = (soFar: RestoreResult) => {
      restored = soFar
    }
    return { ...(await restore({ ...options, ...place, items, replacing: held, onEnded: keep })), ...removal }
  } catch (error) {
    if (signal?.aborted && !(error instanceof RestoreError))
      throw new RestoreError('cancelled', 'the revert was broken off', { cause: error })
    throw error
  } finally {
    onEnded?.({ ...(restored ?? new RestoreReport().result(performance.now() - startedMs)), ...removal })
  }
}
