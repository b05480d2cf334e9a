/**
 * Says of stored packs what was found of them, so that nothing of it is served or promised any more. One transaction, with the epoch
 * that tells agents to ask again for all they believe to be stored.
 */
import { type ChunkId, type PackId, parseChunkId } from '../../engine/index.ts'
import type { Transaction } from '../database/database.ts'
import { markChunksBad } from '../packs/chunks-table.ts'
import { isLive } from '../packs/pack.ts'
import { findPackLocked, setPackState } from '../packs/packs-table.ts'
import { lockRepository, raiseClosureEpoch } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import type { RecordDamage } from './check-pack.ts'
import { noteDeviceFault } from './device-faults-table.ts'

export interface HurtPack {
  readonly packId: PackId
  /** `poisoned`: the file is as it was sent, and some of its records do not open; the others are as good as ever. */
  readonly state: 'damaged' | 'missing' | 'poisoned'
  readonly lost: readonly RecordDamage[]
  /** No file of it was there. */
  readonly isAbsent?: boolean
}

/** A computer that sent records which do not open. */
export interface BlamedDevice {
  readonly deviceId: Id<'dev'>
  readonly packId: PackId
  readonly records: number
}

/** What was marked before stays as it is. Returns the computers whose records were found bad now. */
export async function markHurt(
  tx: Transaction,
  marking: { readonly repository: Repository; readonly packs: readonly HurtPack[]; readonly nowMs: number },
): Promise<readonly BlamedDevice[]> {
  const { repositoryId } = await lockRepository(tx, marking.repository.repositoryId)
  const blamed: BlamedDevice[] = []
  let hasChanged = false
  for (const hurt of marking.packs) {
    const { packId, state, lost } = hurt
    const row = await findPackLocked(tx, repositoryId, packId)
    if (row === undefined || !isLive(row.state)) continue
    const { pack, deviceId } = row
    const changed = await markChunksBad(tx, { repositoryId, pack, ids: idsOf(lost) })
    if (state !== 'poisoned') await setPackState(tx, { pack, state, nowMs: marking.nowMs })
    hasChanged ||= changed > 0 || state !== 'poisoned'
    const last = lost.at(-1)
    if (state !== 'poisoned' || changed === 0 || deviceId === undefined || last === undefined) continue
    await noteDeviceFault(tx, { deviceId, records: changed, packId, chunkId: last.chunkId, why: last.why, nowMs: marking.nowMs })
    blamed.push({ deviceId, packId, records: changed })
  }
  if (hasChanged) await raiseClosureEpoch(tx, repositoryId)
  return blamed
}

function idsOf(lost: readonly RecordDamage[]): readonly ChunkId[] {
  return lost.map(({ chunkId }) => parseChunkId(chunkId))
}
