import type { PackId, PackIndex } from '../../engine/index.ts'
import type { Transaction } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import { forgetChunkStates, insertChunks } from './chunks-table.ts'
import { isLive } from './pack.ts'
import { claimPacks, findPackLocked, insertPack, renewPack, setPackState, setPacksProved } from './packs-table.ts'

export interface PackRowsToInsert {
  readonly repositoryId: RepositoryId
  readonly packId: PackId
  readonly index: PackIndex
  readonly sizeBytes: number
  /** Undefined for a pack that was found. */
  readonly sender: { readonly deviceId: Id<'dev'>; readonly sessionSeq: number } | undefined
  readonly nowMs: number
}

/** The rows of a pack whose file is durable. One that was trashed, lost or damaged before is stored again: its bytes just came. */
export async function insertPackRows(tx: Transaction, pack: PackRowsToInsert): Promise<{ readonly recordBytes: number }> {
  const { repositoryId, packId, index, sizeBytes, sender, nowMs } = pack
  const { kind, entries } = index
  const sessionSeq = sender?.sessionSeq ?? 0
  const recordBytes = entries.reduce((sum, entry) => sum + entry.length, 0)
  const known = await findPackLocked(tx, repositoryId, packId)
  const number =
    known?.pack ??
    (await insertPack(tx, {
      repositoryId,
      packId,
      kind,
      state: 'stored',
      sizeBytes,
      recordBytes,
      records: entries.length,
      claimSeq: sessionSeq,
      sessionSeq,
      deviceId: sender?.deviceId,
      receivedAt: nowMs,
    }))
  if (known !== undefined) {
    if (!isLive(known.state)) await renewPack(tx, { pack: number, sessionSeq, deviceId: sender?.deviceId, nowMs })
    await setPackState(tx, { pack: number, state: 'stored', nowMs })
    await claimPacks(tx, { packs: [number], sessionSeq, nowMs })
  }
  await insertChunks(tx, { repositoryId, pack: number, entries })
  if (known !== undefined && !isLive(known.state)) {
    const ids = entries.map(({ header }) => header.chunkId)
    await forgetChunkStates(tx, { repositoryId, pack: number, ids })
    await setPacksProved(tx, { packs: [number], at: 0 })
  }
  return { recordBytes }
}
