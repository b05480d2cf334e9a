/** Writes a run of records in the order of their ids, over two connections: each fills its half of the ids. */
import type { Database } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import { chunkRow, saveChunks } from './index-table.ts'
import type { RecordRun } from './record-run.ts'

const lanes = 2
const rowsPerStatement = 1000
/** What one COMMIT makes durable. */
const statementsPerTransaction = 20

export async function saveRun(saving: {
  readonly database: Database
  readonly repositoryId: RepositoryId
  readonly run: RecordRun
  readonly signal: AbortSignal
}): Promise<void> {
  const order = saving.run.sorted()
  const perLane = Math.ceil(order.length / lanes)
  const parts = Array.from({ length: lanes }, (_, lane) => order.subarray(lane * perLane, (lane + 1) * perLane))
  await Promise.all(parts.map((part) => saveLane(saving, part)))
}

async function saveLane(
  { database, repositoryId, run, signal }: Parameters<typeof saveRun>[0],
  order: Uint32Array,
): Promise<void> {
  const rowsPerTransaction = rowsPerStatement * statementsPerTransaction
  for (let at = 0; at < order.length; at += rowsPerTransaction) {
    signal.throwIfAborted()
    const rows = order.subarray(at, at + rowsPerTransaction)
    await database.transaction(async (tx) => {
      for (let from = 0; from < rows.length; from += rowsPerStatement) {
        const slice = rows.subarray(from, from + rowsPerStatement)
        await saveChunks(tx, Array.from(slice, (index) => chunkRow(repositoryId, run.at(index))).join(','))
      }
    })
  }
}
