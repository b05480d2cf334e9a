/** The same source; of what it cannot give, it is noted which records it was. */
import { type ChunkId, type ChunkKey, chunkKey, isLoss, type PlaintextSource } from '../../engine/index.ts'

/** Enough to find the packs that they lie in. */
const maxLostIds = 1000

export function watchedSource(source: PlaintextSource, lost: Set<ChunkKey>): PlaintextSource {
  const noteLost = async (id: ChunkId) => {
    try {
      await source.readPlaintexts([id])
    } catch (error) {
      if (!isLoss(error)) throw error
      lost.add(chunkKey(id))
    }
  }
  return {
    readPlaintexts: async (ids) => {
      try {
        return await source.readPlaintexts(ids)
      } catch (error) {
        if (isLoss(error) && lost.size < maxLostIds) for (const id of ids) await noteLost(id)
        throw error
      }
    },
  }
}
