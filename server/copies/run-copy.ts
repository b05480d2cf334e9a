/**
 * One run of a copy: first everything is looked at and may refuse, then a part of the copy is read back, then each repository is
 * brought up to date. Whenever it ends, it ends with a whole copy; what is left is left to the next run.
 */
import { join } from 'node:path'
import type { Storage } from '../../engine/index.ts'
import { problemOf } from '../http/known-faults.ts'
import { listEndingRepositories, listRepositories } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { compareListing } from './compare-listing.ts'
import { sumCopied, sumPending } from './copied-packs-table.ts'
import { type CopyHistory, noteListed } from './copies-table.ts'
import { type CopyOutcome, type CopyRunResult, hasFindings } from './copy.ts'
import { demandIdentity } from './copy-place.ts'
import { copyRepository, demandOlderCopy } from './copy-repository.ts'
import type { CopyRun } from './copy-run.ts'
import { copySelfBackups } from './copy-self.ts'
import { readAllBack, readBack, readBackBudget } from './read-back.ts'
import { packBuffer } from './read-pack.ts'
import { removeEnding } from './remove-ending.ts'
import { demandRightDisk, findAbsentPacks } from './source-guard.ts'

const dayMs = 86_400_000
/** Names and sizes of a large copy take a while to list: once a day will do. */
const listingAgeMs = dayMs
const repositoriesPerPage = 200

export interface RunToDo {
  readonly history: CopyHistory
  /** Where the box's data lies. */
  readonly dataFolder: string
  /** `everything`: names and sizes and every byte of the copy are compared, whenever that was done last. */
  readonly readingBack: 'due' | 'everything' | 'nothing'
  /** Verify looks at the copy and copies nothing. */
  readonly isCopying: boolean
}

/** Two of them for every run that reads packs. */
export function copyBuffers(): CopyRun['buffers'] {
  return [packBuffer(), packBuffer()]
}

/** The place is opened in it: that it is not there is a result like others. */
export type RunToOpen = Omit<CopyRun, 'storage'> & { readonly open: () => Promise<Storage> }

/** Never throws: what stopped it is in the result. */
export async function runCopy(run: RunToOpen, toDo: RunToDo): Promise<CopyRunResult> {
  try {
    const isWhole = await doRun({ ...run, storage: await run.open() }, toDo)
    return resultOf(run, isWhole && !hasFindings(run.tally.findings) ? 'ok' : 'partial', undefined)
  } catch (error) {
    if (run.signal.aborted) return resultOf(run, 'cancelled', undefined)
    run.log.warn({ err: error, copy: run.copy.copyId }, 'a second copy could not be brought up to date')
    const { code, options } = problemOf(error)
    const detail = options.detail ?? (error instanceof Error ? error.message : String(error))
    return resultOf(run, 'failed', { code, detail: detail.slice(0, detailMaxCharacters) })
  }
}

const detailMaxCharacters = 2000

async function doRun(run: CopyRun, { history, dataFolder, readingBack, isCopying }: RunToDo): Promise<boolean> {
  run.tally.enter('looking')
  await demandIdentity(run.storage, run.copy.placeUid)
  const repositories = await listAll(run)
  if (isCopying) await lookAtSource(run, repositories)
  await lookAtCopy(run, history, repositories, readingBack)
  if (!isCopying) return true
  await copySelfBackups(run, join(dataFolder, 'self'))
  const areWhole = await copyAll(run, repositories)
  for (const repository of await listEndingRepositories(run.database.kysely)) await removeEnding(run, repository)
  // Once more: those of before a first copy of days say least about it.
  await copySelfBackups(run, join(dataFolder, 'self'))
  return areWhole
}

/** May this disk be copied? What a healthy disk lacks by rot or accident is marked, and brought back from where it still is. */
async function lookAtSource(run: CopyRun, repositories: readonly Repository[]): Promise<void> {
  const absent = []
  for (const repository of repositories) {
    demandRightDisk(run, repository)
    await demandOlderCopy(run, repository)
    for (const lost of await findAbsentPacks(run, repository)) absent.push({ repository, lost })
  }
  for (const { repository, lost } of absent) {
    run.tally.find('missingHere')
    await run.onPackLost(repository, lost, run.signal)
  }
}

async function lookAtCopy(
  run: CopyRun,
  history: CopyHistory,
  repositories: readonly Repository[],
  readingBack: RunToDo['readingBack'],
): Promise<void> {
  const nowMs = run.clock.now()
  const { copyId } = run.copy
  const { kysely } = run.database
  const isListingDue = history.listedAt === undefined || Math.abs(nowMs - history.listedAt) >= listingAgeMs
  if (isListingDue || readingBack === 'everything') {
    for (const repository of repositories) await compareListing(run, repository)
    await noteListed(kysely, copyId, nowMs)
  } else run.tally.unknownFiles = history.result?.unknownFiles ?? 0
  if (readingBack === 'nothing') return
  run.tally.enter('reading-back')
  const { bytes } = await sumCopied(kysely, copyId)
  if (readingBack === 'everything') await readAllBack(run, history)
  else await readBack(run, history, readBackBudget(bytes, nowMs - (history.endedAt ?? nowMs)))
}

async function copyAll(run: CopyRun, repositories: readonly Repository[]): Promise<boolean> {
  run.tally.expect(await sumPending(run.database.kysely, run.copy.copyId))
  run.tally.enter('copying')
  let areWhole = true
  for (const repository of repositories) areWhole = (await copyRepository(run, repository)) === 'whole' && areWhole
  return areWhole
}

async function listAll(run: CopyRun): Promise<readonly Repository[]> {
  const all: Repository[] = []
  for (;;) {
    const page = await listRepositories(run.database.kysely, { after: all.at(-1)?.repositoryId ?? 0, limit: repositoriesPerPage })
    all.push(...page)
    if (page.length < repositoriesPerPage) return all
  }
}

function resultOf({ tally }: Pick<CopyRun, 'tally'>, outcome: CopyOutcome, problem: CopyRunResult['problem']): CopyRunResult {
  const { packs, bytes, files, removedPacks, readBackBytes, findings, unknownFiles } = tally
  const freeBytes = undefined
  return { outcome, packs, bytes, files, removedPacks, readBackBytes, findings, unknownFiles, freeBytes, problem }
}
