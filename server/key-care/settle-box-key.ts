/**
 * A change of the box key, at boot, before anybody else holds a key: everything that lies under the old key is sealed under the next.
 * The order makes it safe to fall anywhere: rows in one transaction, which says under which key they are; then the numbers by which an
 * old dump is noticed; then the files; the old key goes last. Each step is done again, or found done, by the next boot.
 */
import { existsSync } from 'node:fs'
import type { Database } from '../database/database.ts'
import { rewriteOutboxKey } from '../outbox/outbox-key.ts'
import { openServerSecret, serverSecretFile, writeServerSecret } from '../recovery-kits/server-secret.ts'
import { ageOf, raiseGeneration, readGenerationFile, writeGenerationFile } from '../repositories/generation.ts'
import { listKeySlots, replaceKeySlot } from '../repositories/key-slots-table.ts'
import { listRepositories, lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { rewriteFactors } from '../second-factors/sealed-factor.ts'
import { findSetting, putSetting } from '../settings/settings-table.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { diskTrouble } from '../storage-volumes/storage-volume.ts'
import { findNextKey, masterKeyName, takeNextKey } from './master-keys.ts'
import { underNextKey } from './rewrite-slots.ts'
import { writeSlotFiles } from './slot-files.ts'

export interface SettlingOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly masterKeyFile: string
  /** What is in that file now. */
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly reached: ReachedPoint
}

const repositoriesPerPage = 100

/** Returns the key that the box's rows are sealed under now. */
export async function settleBoxKey(options: SettlingOptions): Promise<Buffer> {
  const { database, masterKeyFile, masterKey, log, reached } = options
  const nextKey = findNextKey(masterKeyFile)
  if (nextKey === undefined) return masterKey
  const repositories = await listAll(database)
  const areRowsDone = (await findSetting(database.kysely, 'box-key.name')) === masterKeyName(nextKey)
  const absent = await findAbsent(options, repositories, areRowsDone)
  if (absent !== undefined) {
    log.warn(
      { repository: absent },
      'the change of the box key waits until all stored files are there and the database is as new',
    )
    return areRowsDone ? nextKey : masterKey
  }
  if (!areRowsDone) await rewriteRows(options, repositories, nextKey)
  try {
    await writeAllFiles(options, nextKey)
  } catch (error) {
    // The rows say which key counts, so the box can serve, also to be tidied up; the next start goes on here.
    if (diskTrouble(error) !== 'full') throw error
    log.warn({ err: error }, 'the change of the box key goes on at the next start, when there is room for its files')
    return nextKey
  }
  await takeNextKey(masterKeyFile, reached)
  log.info('the box key is changed')
  return nextKey
}

async function writeAllFiles(options: SettlingOptions, nextKey: Buffer): Promise<void> {
  for (const repository of await listAll(options.database)) await writeFiles(options, repository)
  rewriteServerSecret(options, nextKey)
  options.reached('box-key:server-secret')
}

async function listAll({ kysely }: Database): Promise<readonly Repository[]> {
  const all: Repository[] = []
  for (;;) {
    const page = await listRepositories(kysely, { after: all.at(-1)?.repositoryId ?? 0, limit: repositoriesPerPage })
    all.push(...page)
    if (page.length < repositoriesPerPage) return all
  }
}

/** A disk that is not there gets no files; over an old dump nothing is decided, and raising its number would hide what it is. */
async function findAbsent(
  { dataFolder }: SettlingOptions,
  repositories: readonly Repository[],
  areRowsDone: boolean,
): Promise<string | undefined> {
  for (const repository of repositories) {
    const place = repositoryPlace(dataFolder, repository.uid)
    const isThere = existsSync(place.repositoryFile)
    if (!isThere || (!areRowsDone && ageOf(await readGenerationFile(place), repository) === 'old-dump'))
      return repository.uid.toString('hex')
  }
  return undefined
}

async function rewriteRows(options: SettlingOptions, repositories: readonly Repository[], nextKey: Buffer): Promise<void> {
  const { database, masterKey, clock, randomness, log, reached } = options
  await database.transaction(async (tx) => {
    for (const { repositoryId, uid } of repositories) {
      await lockRepository(tx, repositoryId)
      const { slots, left } = underNextKey(await listKeySlots(tx, repositoryId), { masterKey, nextKey, uid, randomness })
      for (const stored of slots) await replaceKeySlot(tx, stored)
      await raiseGeneration(tx, repositoryId)
      if (left.length > 0)
        log.warn({ repository: uid.toString('hex'), slots: left }, 'key slots whose secret the box does not have')
    }
    await rewriteOutboxKey(tx, { masterKey, nextKey, randomness, nowMs: clock.now() })
    await rewriteFactors(tx, { masterKey, nextKey, randomness })
    await putSetting(tx, 'box-key.name', masterKeyName(nextKey), clock.now())
    reached('box-key:before-commit')
  })
  reached('box-key:committed')
}

async function writeFiles({ database, dataFolder, reached }: SettlingOptions, repository: Repository): Promise<void> {
  const place = repositoryPlace(dataFolder, repository.uid)
  await writeGenerationFile(place, repository.generation, reached)
  await writeSlotFiles(place, await listKeySlots(database.kysely, repository.repositoryId), reached)
}

/** It may be under either key: the fall may have come after this step. */
function rewriteServerSecret(options: SettlingOptions, nextKey: Buffer): void {
  if (!existsSync(serverSecretFile(options.dataFolder))) return
  try {
    openServerSecret({ ...options, masterKey: nextKey })
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    writeServerSecret({ ...options, masterKey: nextKey }, openServerSecret(options))
  }
}
