/**
 * One repository's side of the database, made from its files. From its first step to its last the file `generation` is ahead of the
 * row: that is how everything else knows that this index is not to be believed yet, also when the rebuild is killed in between.
 */

import * as sessions from '../backup-sessions/backup-sessions-table.ts'
import { readGenerationFile, writeGenerationFile } from '../repositories/generation.ts'
import { endRebuild, lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { makeRepositoryFolders, type RepositoryPlace } from '../repositories/repository-place.ts'
import type { RunsService } from '../runs/runs-service.ts'
import { RebuildFindings, type RebuildProgress, type RepositoryRebuilt } from './rebuild.ts'
import { rebuildKeys } from './rebuild-keys.ts'
import { rebuildPacks } from './rebuild-packs.ts'
import type { RebuildOptions } from './rebuild-service.ts'
import { rebuildVersions } from './rebuild-versions.ts'

export interface RepositoryToRebuild {
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly isNewCustomer: boolean
  readonly onProgress: (progress: RebuildProgress) => void
  readonly signal: AbortSignal
}

/** A collector that is in the middle of its work raises both numbers by one with each step: it must not catch up. */
const lead = 1_000_000

export async function rebuildRepository(options: RebuildOptions, rebuild: RepositoryToRebuild): Promise<RepositoryRebuilt> {
  const { database, clock, reached } = options
  const { repository, place, isNewCustomer, onProgress, signal } = rebuild
  const { repositoryId, customerId } = repository
  const uid = repository.uid.toString('hex')
  const findings = new RebuildFindings()
  const common = { ...options, repository, place, findings, nowMs: clock.now(), signal }
  makeRepositoryFolders(place)
  const generation = Math.max((await readGenerationFile(place)) ?? 0, repository.generation) + lead
  await writeGenerationFile(place, generation, reached)
  reached('rebuild:begun')
  await endSessions(options, repository)

  const { slots, secrets } = await rebuildKeys(common)
  const packs = await rebuildPacks({ ...common, onProgress: (progress) => onProgress({ uid, step: 'packs', ...progress }) })
  options.filters.forget(repositoryId)
  const versions = await rebuildVersions({
    ...common,
    secrets,
    onProgress: (progress) => onProgress({ uid, step: 'versions', ...progress }),
  })

  await endSessions(options, repository)
  await database.transaction(async (tx) => {
    await lockRepository(tx, repositoryId)
    await endRebuild(tx, { repositoryId, generation, atLeastEpoch: epochOf(clock.now()) })
    reached('rebuild:before-commit')
  })
  reached('rebuild:committed')
  const { list, count } = findings
  return { uid, customerId, isNewCustomer, ...packs, ...versions, keySlots: slots, findings: list, findingsCount: count }
}

/** Higher than any that an empty database can have forgotten: epochs are counted up by accidents, seconds by themselves. */
function epochOf(nowMs: number): number {
  return Math.floor(nowMs / 1000)
}

/** What they were promised was said of another index. Agents open new ones, and ask for all that they believed. */
async function endSessions(options: RebuildOptions, { repositoryId }: Repository): Promise<void> {
  const { database, clock, runs } = options
  await database.transaction(async (tx) => {
    await lockRepository(tx, repositoryId)
    for (const session of await sessions.listOpenSessionsOfRepository(tx, repositoryId))
      await endSession(tx, runs, session, clock.now())
  })
}

async function endSession(
  tx: Parameters<typeof sessions.endSession>[0],
  runs: Pick<RunsService, 'fail'>,
  { sessionId, runId }: Pick<Awaited<ReturnType<typeof sessions.listOpenSessionsOfRepository>>[number], 'sessionId' | 'runId'>,
  endedAt: number,
): Promise<void> {
  await sessions.endSession(tx, { sessionId, state: 'aborted', endedAt })
  const detail = 'The index of the box was made anew meanwhile; the next backup goes on.'
  await runs.fail(tx, { runId, code: 'HF-SESSION-GONE', detail, endedAt })
}
