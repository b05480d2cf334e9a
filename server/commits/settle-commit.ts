/**
 * Runs the commit's transaction and leaves no doubt about its end. A COMMIT whose answer was lost is asked for on another connection,
 * under the repository's lock, which waits for the lost one to end; one that is known to have failed takes its file with it.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { CommitError } from './commit.ts'
import { commitInTransaction, type PreparedCommit, type TransactionOutcome } from './commit-transaction.ts'
import type { CommitOptions } from './commits-service.ts'
import { nameSnapshot, removeGone, removeSnapshot, type SnapshotName, snapshotName, writeGone } from './snapshot-files.ts'

export interface CommitToSettle extends CommitOptions {
  readonly place: RepositoryPlace
  readonly name: SnapshotName
  readonly temporaryFile: string
  readonly prepared: Omit<PreparedCommit, 'placeFile'>
}

/** A database that restarts is back within seconds. */
const askEveryMs = 250
const maxAsks = 120

export async function settleCommit(commit: CommitToSettle): Promise<TransactionOutcome> {
  const { database, volumes, place, name, temporaryFile, reached } = commit
  /** Once set, the file may have its name. */
  let replaced: readonly Snapshot[] | undefined
  let last: TransactionOutcome | undefined
  const placeFile = (ending: readonly Snapshot[]) =>
    volumes.write(async () => {
      replaced = ending
      await nameSnapshot(temporaryFile, place.snapshotFile(name), reached)
      for (const version of ending) await writeGone(place, snapshotName(version), reached)
    }, commit.prepared.repository.uid)
  try {
    const outcome = await database.transaction(async (tx) => {
      const decided = await commitInTransaction(tx, { ...commit.prepared, placeFile }, commit)
      last = decided
      return decided
    })
    reached('snapshot:committed')
    if (outcome.kind !== 'committed' && replaced !== undefined) await undo(commit, replaced)
    return outcome
  } catch (error) {
    if (replaced === undefined) throw error
    if (await isCommitted(commit)) {
      if (last?.kind === 'committed') return last
      throw new CommitError('outcome-unknown', 'The version is stored, but its answer was lost. Send it again.', { cause: error })
    }
    await undo(commit, replaced)
    throw error
  }
}

/** Tombstones first: while the file is there, they may stand; without it they would end versions that nothing replaced. */
async function undo({ place, name, reached }: CommitToSettle, replaced: readonly Snapshot[]): Promise<void> {
  for (const version of replaced) await removeGone(place, snapshotName(version))
  await removeSnapshot(place, name, reached)
}

async function isCommitted({ database, snapshots, prepared, name }: CommitToSettle): Promise<boolean> {
  const { repositoryId } = prepared.repository
  for (let asked = 1; ; asked += 1) {
    try {
      return await database.transaction(async (tx) => {
        await lockRepository(tx, repositoryId)
        return (await snapshots.findLive(tx, { repositoryId, snapshotId: name.id })) !== undefined
      })
    } catch (cause) {
      if (asked === maxAsks)
        throw new CommitError('outcome-unknown', 'The database does not say whether the version was stored.', { cause })
      await wait(askEveryMs)
    }
  }
}
