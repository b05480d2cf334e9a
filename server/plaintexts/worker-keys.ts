/** Keys inside a worker thread: derived once per repository, kept for a few of them. */
import { deriveKeys, type RepositoryKeys, type RepositorySecrets } from '../../engine/index.ts'
import { createBoundedCache } from '../repositories/bounded-cache.ts'

const maxKeptKeys = 16
const kept = createBoundedCache<string, RepositoryKeys>({ maxWeight: maxKeptKeys })

export function workerKeys(secrets: RepositorySecrets): RepositoryKeys {
  // A rotation adds an epoch: then it is another set.
  const name = `${Buffer.from(secrets.uid).toString('hex')}/${secrets.encryptionKeys.length}`
  const known = kept.get(name)
  if (known !== undefined) return known
  const keys = deriveKeys(secrets)
  kept.set(name, keys)
  return keys
}
