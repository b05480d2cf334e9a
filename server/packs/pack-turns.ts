/**
 * One at a time for one pack: whoever gives a file its name and then its row must not meet whoever takes the file of that name away.
 * Only this process touches the files, so a lock in memory is enough; what a crash leaves is settled at the next start.
 */
import type { PackId } from '../../engine/index.ts'
import type { RepositoryId } from '../repositories/repository.ts'

export interface PackTurns {
  readonly run: <Result>(
    pack: { readonly repositoryId: RepositoryId; readonly packId: PackId },
    work: () => Promise<Result>,
  ) => Promise<Result>
}

export function createPackTurns(): PackTurns {
  /** The end of the last one in line; as many as there are packs in work. */
  const ends = new Map<string, Promise<unknown>>()
  return {
    run: ({ repositoryId, packId }, work) => {
      const key = `${repositoryId} ${packId}`
      const result = (ends.get(key) ?? Promise.resolve()).then(work)
      const end = result.catch(() => {})
      ends.set(key, end)
      void end.then(() => {
        if (ends.get(key) === end) ends.delete(key)
      })
      return result
    },
  }
}
