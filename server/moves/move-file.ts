/** `move.json` in the data folder: the one move that is under way. A file beside `places.json`, for it must hold when the database is lost. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFileSync } from '../runtime/replace-file.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { hasCode, removeDurably } from '../storage-volumes/durable-file.ts'
import type { Move } from './move.ts'

const fileName = 'move.json'
const moveSchema = z.object({ uid: z.string().regex(/^[0-9a-f]{32}$/), from: z.string().min(1), to: z.string().min(1) })

export function findMove(dataFolder: string): Move | undefined {
  try {
    return moveSchema.parse(JSON.parse(readFileSync(join(dataFolder, fileName), 'utf8')))
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}

export function writeMove(dataFolder: string, move: Move, reached: ReachedPoint): void {
  replaceFileSync(join(dataFolder, fileName), `${JSON.stringify(move)}\n`, { mode: 0o600 })
  reached('move:planned')
}

export async function removeMove(dataFolder: string, reached: ReachedPoint): Promise<void> {
  await removeDurably(join(dataFolder, fileName), (step) => reached(step === 'unlinked' ? 'move:ended' : 'move:end-synced'))
}
