/**
 * Searching by name over the computers and versions of one customer. The index (search-index.ts) says what may match, in order; the
 * catalogue says what each was in which version, and what does not match after all is left out.
 *
 * Names are contents: whoever calls has asked for the right, and names the customer whose jobs are looked at.
 */
import { isSameJobName } from '../../selection/job-name.ts'
import type { Database } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { describeHits } from './describe-hits.ts'
import { kindNumber } from './file-kind.ts'
import type { IndexFilters, JobToLookIn } from './find-in-index.ts'
import type { JobToIndex } from './index-fillings.ts'
import { parseNameQuery } from './name-query.ts'
import {
  type FileFilters,
  type FileQuestion,
  type FoundFile,
  type FoundPage,
  type LiveVersions,
  liveUpTo,
  numberBefore,
  parsePlaceKey,
  placeKey,
  type SearchedJob,
  type SearchScope,
} from './search.ts'
import type { SearchIndex } from './search-index.ts'
import * as table from './search-table.ts'

export interface FileSearch {
  /** Nothing where the scope holds no job. @throws SearchError */
  readonly find: (question: FileQuestion) => Promise<FoundPage>
  /** The jobs of a scope with the versions that are there; those without any are left out. */
  readonly listJobs: (scope: SearchScope) => Promise<readonly SearchedJob[]>
  /** Each backup plan of each computer of a customer. */
  readonly listNames: (customerId: Id<'cus'>) => Promise<readonly Pick<SearchedJob, 'deviceId' | 'computer' | 'job'>[]>
  /** Somebody is about to search there. */
  readonly prepare: (scope: SearchScope) => Promise<void>
}

/** Hits that turn out to be something else are replaced by the next ones, so often. */
const maxRounds = 12
const hitsPerRound = 100
const noVersions: LiveVersions = {
  numbers: new Uint32Array(),
  receivedAt: new Float64Array(),
  checkpoints: new Uint8Array(),
}
const nothing: FoundPage = { items: [], next: undefined, total: 0, isExact: true }

export function createFileSearch(options: { readonly database: Database; readonly index: SearchIndex }): FileSearch {
  const { index } = options
  const { kysely } = options.database

  const listJobs: FileSearch['listJobs'] = async (scope) => {
    const jobs = namedJobs(await table.listJobsOfScope(kysely, scope), scope.job)
    const live = await table.listLiveVersions(
      kysely,
      jobs.map(({ jobId }) => jobId),
    )
    return jobs.flatMap((job) => {
      // A backup may have ended between the two questions: what it brought is behind the number that was read.
      const versions = liveUpTo(live.get(job.jobId) ?? noVersions, job.version)
      return versions.numbers.length === 0 ? [] : [{ ...job, live: versions }]
    })
  }

  const find = async (question: FileQuestion): Promise<FoundPage> => {
    const jobs = await listJobs(question)
    const lookIn = jobs.flatMap((job) => jobToLookIn(job, question))
    if (lookIn.length === 0) return nothing
    const asked = jobs.filter(({ jobId }) => lookIn.some((one) => one.jobId === jobId))
    const byId = new Map(asked.map((job) => [job.jobId, job]))
    const { limit, order } = question
    const shared = { query: parseNameQuery(question.name, question.match), filters: indexFilters(question), order, jobs: lookIn }
    const items: FoundFile[] = []
    let missed = 0
    let after = parsePlaceKey(question.after)
    for (let round = 1; ; round += 1) {
      // One more than is wanted: whether it comes says if there is a next page.
      const wanted = round === 1 ? limit + 1 : hitsPerRound
      const found = await index.find(asked.map(jobToIndex), { ...shared, after, limit: wanted }, question.signal)
      const described = await describeHits(kysely, found.hits, { jobs: byId, filters: question })
      items.push(...described)
      missed += found.hits.length - described.length
      const counted = { total: found.total - missed, isExact: found.isExact && missed === 0 }
      if (items.length > limit) return { ...counted, items: items.slice(0, limit), next: items[limit - 1]!.key }
      const last = found.hits.at(-1)
      if (found.hits.length < wanted || last === undefined) {
        const isAll = question.after === undefined
        return { ...(isAll ? { total: items.length, isExact: true } : counted), items, next: undefined }
      }
      if (round === maxRounds) return { ...counted, items, next: placeKey(last) }
      after = last
    }
  }

  return {
    find,
    listJobs,
    listNames: (customerId) => table.listJobsOfScope(kysely, { customerId, deviceId: undefined, subscriptionId: undefined }),
    prepare: async (scope) => index.prepare((await listJobs(scope)).map(jobToIndex)),
  }
}

/** Those of a name as people know it, or all; the name to the letter comes first. */
export function namedJobs<Job extends { readonly job: string }>(jobs: readonly Job[], name: string | undefined): readonly Job[] {
  if (name === undefined) return jobs
  const same = jobs.filter(({ job }) => isSameJobName(job, name))
  return [...same.filter(({ job }) => job === name), ...same.filter(({ job }) => job !== name)]
}

function jobToIndex({ jobId, version, live }: SearchedJob): JobToIndex {
  return { jobId, version, oldestLive: live.numbers[0]! }
}

/** Nothing of a job that had no version yet on that day. */
function jobToLookIn({ jobId, live }: SearchedJob, { thereBeforeMs }: FileFilters): readonly JobToLookIn[] {
  const at = thereBeforeMs === undefined ? undefined : numberBefore(live, thereBeforeMs)
  if (thereBeforeMs !== undefined && at === undefined) return []
  return [{ jobId, live: live.numbers, at }]
}

function indexFilters(filters: FileFilters): IndexFilters {
  const { type, kind, minBytes, maxBytes, changedFromMs, changedBeforeMs, state } = filters
  return {
    type,
    kind: kind === undefined ? 0 : kindNumber(kind),
    minBytes,
    maxBytes,
    changedFromS: changedFromMs === undefined ? undefined : Math.floor(changedFromMs / 1000),
    changedBeforeS: changedBeforeMs === undefined ? undefined : Math.ceil(changedBeforeMs / 1000),
    state,
  }
}
