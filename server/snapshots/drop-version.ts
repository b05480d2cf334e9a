import { noteSweep } from '../catalogue/catalogue-sweeps-table.ts'
import type { Transaction } from '../database/database.ts'
import { forgetRunVersion } from '../runs/runs-table.ts'
import type { Id } from '../runtime/ids.ts'
import { deleteSnapshot, findSnapshotTies } from './snapshots-table.ts'
import { recountVersions } from './version-counters-table.ts'

/** Takes a version's row away, and what hangs on it: its run goes on without it, its catalogue is swept later, lists count anew. */
export async function dropVersion(tx: Transaction, id: Id<'snap'>): Promise<void> {
  const ties = await findSnapshotTies(tx, id)
  if (ties === undefined) return
  if (ties.isCatalogued) await noteSweep(tx, ties.jobId)
  if (ties.runId !== undefined) await forgetRunVersion(tx, { runId: ties.runId, version: id })
  await deleteSnapshot(tx, id)
  if (ties.isCounted) await recountVersions(tx, ties.deviceId)
}
