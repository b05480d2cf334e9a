/**
 * One at a time for one pack: whoever gives a file its name and then its row must not meet whoever takes the file of that name away.
 * Only this process touches the files, so a lock in memory is enough; what a crash leaves is settled at the next start.
 */
import type { PackId } from '../../engine/index.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import { createTurns } from '../runtime/turns.ts'

export interface PackTurns {
  readonly run: <Result>(
    pack: { readonly repositoryId: RepositoryId; readonly packId: PackId },
    work: () => Promise<Result>,
  ) => Promise<Result>
}

export function createPackTurns(): PackTurns {
  const turns = createTurns()
  return { run: ({ repositoryId, packId }, work) => turns.run(`${repositoryId} ${packId}`, work) }
}
