/**
 * What people met lost while they looked at files or downloaded them is marked soon after, so that nobody is promised it any more and
 * repair and the next backup see to it. In the background, one pack after the other.
 */
import { type ChunkId, type ChunkKey, chunkIdOfKey, chunkKey } from '../../engine/index.ts'
import type { Repository, RepositoryId } from '../repositories/repository.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Log } from '../runtime/log.ts'
import type { MarkFound } from '../verification/mark-found.ts'

export interface LostMarker extends AsyncDisposable {
  readonly note: (repository: Repository, id: ChunkId) => void
  /** When all that was noted is marked. */
  readonly settled: () => Promise<void>
}

/** Of one repository; whole packs are looked at, so few of many do. */
const maxWaiting = 1000

export function createLostMarker(options: {
  readonly markFound: MarkFound
  readonly openSecrets: OpenSecrets
  readonly log: Log
}): LostMarker {
  const { markFound, openSecrets, log } = options
  const waiting = new Map<RepositoryId, { readonly repository: Repository; readonly keys: Set<ChunkKey> }>()
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Promise<void> | undefined

  const takeNext = () => {
    const [next] = waiting.values()
    if (next === undefined || signal.aborted) return undefined
    waiting.delete(next.repository.repositoryId)
    return next
  }
  const run = async () => {
    for (let next = takeNext(); next !== undefined; next = takeNext()) {
      const { repository, keys } = next
      try {
        await markFound({ repository, secrets: await openSecrets(repository), lostIds: [...keys].map(chunkIdOfKey), signal })
      } catch (error) {
        if (!signal.aborted)
          log.error({ err: error, repository: repository.uid.toString('hex') }, 'what was found lost could not be marked')
      }
    }
    running = undefined
  }

  return {
    note: (repository, id) => {
      const { repositoryId } = repository
      const known = waiting.get(repositoryId) ?? { repository, keys: new Set() }
      if (known.keys.size < maxWaiting) known.keys.add(chunkKey(id))
      waiting.set(repositoryId, known)
      running ??= run()
    },
    settled: async () => running,
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await running
    },
  }
}
