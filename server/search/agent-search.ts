/**
 * `find` and `history` of a computer, over its own versions. Names come by the catalogue's index, in its order; what each was, and which
 * versions show it, as everywhere (search.ts). Names are contents: whoever calls has asked for the right.
 */
import { foldName } from '../catalogue/fold-name.ts'
import { pathHashOf, topHash } from '../catalogue/path-hash.ts'
import type { PathState } from '../catalogue/path-states.ts'
import type { Database } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import * as agentTable from './agent-search-table.ts'
import { type LiveState, liveStates, type SearchedJob } from './search.ts'
import type { FileSearch } from './search-service.ts'
import * as table from './search-table.ts'

/** A path in one state, from its first version to its last; versions that were forgotten do not count. */
export interface SeenState {
  readonly job: string
  readonly type: PathState['type']
  readonly size: number
  readonly mtimeNs: bigint
  readonly first: agentTable.TakenVersion
  readonly last: agentTable.TakenVersion
}

/** A path as it was last, from the first version that held it to the last one. */
export interface FoundPath extends SeenState {
  /** Names from the version's top down. */
  readonly path: VersionPath
  /** In the job's newest version. */
  readonly isPresent: boolean
}

interface Page<Item> {
  readonly items: readonly Item[]
  /** The `after` of the next page, which may be empty; undefined: there is nothing more. */
  readonly next: string | undefined
}

interface Asked {
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  /** By the name that people know a job by. */
  readonly job: string | undefined
  readonly after: string | undefined
  readonly limit: number
}

export interface AgentSearch {
  /** By folded name; job by job. */
  readonly find: (
    question: Asked & { readonly name: string; readonly match: agentTable.NamePattern['match'] },
  ) => Promise<Page<FoundPath>>
  /** The states of a path, job by job, the newest first. */
  readonly history: (question: Asked & { readonly path: VersionPath }) => Promise<Page<SeenState>>
}

const pathsPerQuery = 200
/** Of names that no version shows any more there may be very many, until the night. */
const queriesPerPage = 50

export function createAgentSearch({
  database: { kysely },
  fileSearch,
}: {
  readonly database: Database
  readonly fileSearch: Pick<FileSearch, 'listJobs'>
}): AgentSearch {
  const listJobs = async ({ customerId, deviceId, job }: Asked, firstJobId: JobId | undefined) => {
    const jobs = await fileSearch.listJobs({ customerId, deviceId, job, subscriptionId: undefined })
    return jobs.filter(({ jobId }) => firstJobId === undefined || jobId >= firstJobId).toSorted((a, b) => a.jobId - b.jobId)
  }

  /** What is shown of some states of a job; undefined for those whose versions went in this very moment. */
  const describe = async (job: SearchedJob, asked: readonly StatesOfPath[]): Promise<readonly (SeenState | undefined)[]> => {
    const versions = await agentTable.findTaken(
      kysely,
      job.jobId,
      asked.flatMap(({ oldest, newest }) => [oldest.firstNumber, newest.shownNumber]),
    )
    return asked.map(({ oldest, newest }) => {
      const [first, last] = [versions.get(oldest.firstNumber), versions.get(newest.shownNumber)]
      const { type, size, mtimeNs } = newest
      return first && last && { job: job.job, type, size, mtimeNs, first, last }
    })
  }

  const findPaths = async (job: SearchedJob, places: readonly agentTable.PathPlace[]): Promise<readonly Keyed<FoundPath>[]> => {
    const { jobId, live } = job
    const changes = await table.listChangesOf(
      kysely,
      places.map(({ pathHash }) => ({ jobId, pathHash })),
    )
    const changesOf = Map.groupBy(changes, table.pathKey)
    const states = places.flatMap(({ pathHash }) => {
      const [newest, ...older] = liveStates(changesOf.get(table.pathKey({ jobId, pathHash })) ?? [], job)
      return newest === undefined ? [] : [{ pathHash, newest, oldest: older.at(-1) ?? newest }]
    })
    const [described, paths] = await Promise.all([describe(job, states), wholePaths(states)])
    return states.flatMap(({ pathHash, newest }, index) => {
      const [state, path] = [described[index], paths.get(pathHash.toString('hex'))]
      if (state === undefined || path === undefined) return []
      const isPresent = newest.lastNumber === live.numbers.at(-1)
      return [{ key: pathKey(jobId, pathHash), item: { ...state, path, isPresent } }]
    })

    /** Upwards, a level at a time: each hash is made of its folder's and its own name. */
    async function wholePaths(of: readonly { readonly pathHash: Buffer }[]): Promise<ReadonlyMap<string, VersionPath>> {
      const names = new Map<string, table.PathName>()
      for (let level = of.map(({ pathHash }) => pathHash); level.length > 0; ) {
        const found = await table.findNamesOf(
          kysely,
          level.map((pathHash) => ({ jobId, pathHash })),
        )
        for (const [key, name] of found) names.set(key, name)
        const above = new Map([...found.values()].map(({ parentHash }) => [parentHash.toString('hex'), parentHash]))
        level = [...above.values()].filter(
          (pathHash) => !names.has(table.pathKey({ jobId, pathHash })) && !pathHash.equals(topHash),
        )
      }
      return new Map(of.map(({ pathHash }) => [pathHash.toString('hex'), pathOf({ jobId, pathHash }, names)]))
    }
  }

  return {
    find: async ({ name, match, after, limit, ...asked }) => {
      const place = parsePathKey(after)
      const pattern = { match, folded: foldName(Buffer.from(name)) }
      const found: Keyed<FoundPath>[] = []
      let queries = 0
      for (const job of await listJobs({ ...asked, after, limit }, place?.jobId)) {
        const { jobId, version } = job
        let last = place?.jobId === jobId ? await placeAfter(jobId, place.pathHash) : undefined
        for (;;) {
          const places = await agentTable.findPaths(kysely, { jobId, version, pattern, after: last, limit: pathsPerQuery })
          found.push(...(await findPaths(job, places)))
          if (found.length > limit) return pageOf(found.slice(0, limit), found[limit - 1]!.key)
          if (places.length < pathsPerQuery) break
          last = places.at(-1)!
          queries += 1
          if (queries === queriesPerPage) return pageOf(found, pathKey(jobId, last.pathHash))
        }
      }
      return pageOf(found, undefined)
    },
    history: async ({ path, after, limit, ...asked }) => {
      const place = parseStateKey(after)
      const pathHash = pathHashOf(path)
      const found: Keyed<SeenState>[] = []
      for (const job of await listJobs({ ...asked, after, limit }, place?.jobId)) {
        const { jobId } = job
        const before = place?.jobId === jobId ? place.from : Number.POSITIVE_INFINITY
        const states = liveStates(await table.listChangesOf(kysely, [{ jobId, pathHash }]), job)
          .filter(({ from }) => from < before)
          .slice(0, limit + 1 - found.length)
        const described = await describe(
          job,
          states.map((state) => ({ newest: state, oldest: state })),
        )
        found.push(...described.flatMap((item, index) => (item ? [{ key: `${jobId}-${states[index]!.from}`, item }] : [])))
        if (found.length > limit) return pageOf(found.slice(0, limit), found[limit - 1]!.key)
      }
      return pageOf(found, undefined)
    },
  }

  async function placeAfter(jobId: JobId, pathHash: Buffer): Promise<agentTable.PathPlace | undefined> {
    const folded = await agentTable.findFolded(kysely, jobId, pathHash)
    return folded && { folded, pathHash }
  }
}

interface StatesOfPath {
  readonly newest: LiveState
  readonly oldest: LiveState
}

interface Keyed<Item> {
  readonly key: string
  readonly item: Item
}

function pageOf<Item>(found: readonly Keyed<Item>[], next: string | undefined): Page<Item> {
  return { items: found.map(({ item }) => item), next }
}

function pathOf({ jobId, pathHash }: table.PathOfJob, names: ReadonlyMap<string, table.PathName>): VersionPath {
  const path: Buffer[] = []
  const find = (hash: Buffer) => names.get(table.pathKey({ jobId, pathHash: hash }))
  for (let at = find(pathHash); at !== undefined; at = find(at.parentHash)) path.unshift(at.name)
  return path
}

function pathKey(jobId: JobId, pathHash: Buffer): string {
  return `${jobId}-${pathHash.toString('hex')}`
}

function parsePathKey(key: string | undefined): table.PathOfJob | undefined {
  const match = /^(\d{1,15})-([0-9a-f]{32})$/.exec(key ?? '')
  return match === null ? undefined : { jobId: Number(match[1]), pathHash: Buffer.from(match[2]!, 'hex') }
}

function parseStateKey(key: string | undefined): { readonly jobId: number; readonly from: number } | undefined {
  const match = /^(\d{1,15})-(\d{1,10})$/.exec(key ?? '')
  return match === null ? undefined : { jobId: Number(match[1]), from: Number(match[2]) }
}
