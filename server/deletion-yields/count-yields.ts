/** Counts what deleting each computer and each plan of a repository would free: one walk for every thirty of them. */
import type { SnapshotId } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { Repository } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import { countFreedEach, groupsPerMark } from '../retention/count-freed-each.ts'
import type { Clock } from '../runtime/clock.ts'
import { listSentBytes } from '../subscriptions/usage-table.ts'
import type { CountedYield, YieldOf } from './deletion-yield.ts'
import { listOwnedVersions, replaceYields } from './deletion-yields-table.ts'

export interface CountYieldsOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
}

/** False where a folder's names cannot be told: what was counted before stays. */
export async function countYields(
  repository: Repository,
  { database, dataFolder, clock }: CountYieldsOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { kysely } = database
  const { repositoryId } = repository
  const place = repositoryPlace(dataFolder, repository.uid)
  const countedAt = clock.now()
  const sent = await listSentBytes(kysely, repositoryId)
  const versions = await listOwnedVersions(kysely, repositoryId)
  const yields: CountedYield[] = []
  for (const objects of groupsOf(sent)) {
    const owner = new Map<SnapshotId, YieldOf>(
      versions.flatMap(({ snapshotId, deviceId, subscriptionId }) => {
        const found = [deviceId, subscriptionId].find((id) => objects.has(id))
        return found === undefined ? [] : [[snapshotId, found] as const]
      }),
    )
    const freed = await countFreedEach({ db: kysely, repository, place, signal, groupOf: (version) => owner.get(version) })
    if (freed === undefined) return false
    for (const [objectId, sentBytes] of objects)
      yields.push({ objectId, freedBytes: freed.aloneBytes.get(objectId) ?? 0, sentBytes, countedAt })
  }
  await database.transaction((tx) => replaceYields(tx, repositoryId, yields))
  return true
}

type Sent = Awaited<ReturnType<typeof listSentBytes>>

/** Objects with what they sent, in groups that one walk can tell apart: never a computer beside its own plan. */
function groupsOf(sent: Sent): readonly ReadonlyMap<YieldOf, number>[] {
  const plans = new Map<YieldOf, number>()
  for (const { subscriptionId, sentBytes } of sent) plans.set(subscriptionId, (plans.get(subscriptionId) ?? 0) + sentBytes)
  const computers = sent.map(({ deviceId, sentBytes }) => [deviceId, sentBytes] as const)
  return [...inGroups([...plans]), ...inGroups(computers)]
}

function inGroups(entries: readonly (readonly [YieldOf, number])[]): readonly ReadonlyMap<YieldOf, number>[] {
  const groups = Math.ceil(entries.length / groupsPerMark)
  return Array.from({ length: groups }, (_, index) => new Map(entries.slice(index * groupsPerMark, (index + 1) * groupsPerMark)))
}
