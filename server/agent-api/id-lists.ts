import { type ChunkId, chunkIdBytes, parseChunkId } from '../../engine/index.ts'
import type { AppContext } from '../http/app-environment.ts'
import { Problem } from '../http/problem.ts'

/** A body of chunk ids, one after the other. */
export async function readIds(c: AppContext, maxIds: number): Promise<readonly ChunkId[]> {
  const bytes = Buffer.from(await c.req.arrayBuffer())
  const count = bytes.length / chunkIdBytes
  if (!Number.isInteger(count) || count > maxIds)
    throw new Problem('HF-VALIDATION', { detail: `The body is a list of at most ${maxIds} ids of ${chunkIdBytes} bytes.` })
  return Array.from({ length: count }, (_, index) =>
    parseChunkId(bytes.subarray(index * chunkIdBytes, (index + 1) * chunkIdBytes)),
  )
}

/** One bit for each answer, the first one lowest in the first byte. */
export function encodeBits(answers: readonly boolean[]): Buffer {
  const bits = Buffer.alloc(Math.ceil(answers.length / 8))
  for (const [index, answer] of answers.entries()) if (answer) bits[index >> 3]! |= 1 << (index & 7)
  return bits
}
