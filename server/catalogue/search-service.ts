/** Searching names, and the history of one path, within one device. Names are contents: whoever calls has asked for the right. */
import type { Database } from '../database/database.ts'
import type { Job, JobId } from '../jobs/job.ts'
import { listJobsOfDevice } from '../jobs/jobs-table.ts'
import type { Id } from '../runtime/ids.ts'
import * as table from './catalogue-search-table.ts'
import { foldName, foldText } from './fold-name.ts'
import { pathHashOf, topHash } from './path-hash.ts'
import { type PathState, pathStates } from './path-states.ts'

/** A path in one state, from its first version to its last; versions that were forgotten do not count. */
export interface SeenState {
  readonly job: string
  readonly type: PathState['type']
  readonly size: number
  readonly mtimeNs: bigint
  readonly first: table.SeenVersion
  readonly last: table.SeenVersion
  /** Where the list goes on. */
  readonly key: string
}

/** A path as it was last, from the first version that held it to the last one. */
export interface FoundPath extends SeenState {
  /** Names from the version's top down. */
  readonly path: readonly Buffer[]
  /** In the job's newest version. */
  readonly isPresent: boolean
}

export interface CatalogueSearch {
  /** By folded name; job by job. `after` is the `key` of the last one that was given. */
  readonly find: (question: {
    readonly deviceId: Id<'dev'>
    readonly job: string | undefined
    readonly name: string
    readonly match: table.NamePattern['match']
    readonly after: string | undefined
    readonly limit: number
  }) => Promise<readonly FoundPath[]>
  /** The states of a path, job by job, the newest first. */
  readonly history: (question: {
    readonly deviceId: Id<'dev'>
    readonly job: string | undefined
    readonly path: readonly Buffer[]
    readonly after: string | undefined
    readonly limit: number
  }) => Promise<readonly SeenState[]>
}

const pathsPerQuery = 200

export function createCatalogueSearch({ database }: { readonly database: Database }): CatalogueSearch {
  const { kysely } = database

  const jobsFrom = async (deviceId: Id<'dev'>, name: string | undefined, firstJobId: number | undefined) => {
    const jobs = await listJobsOfDevice(kysely, deviceId)
    return jobs
      .filter((job) => name === undefined || foldText(job.name) === foldText(name))
      .filter(({ jobId }) => firstJobId === undefined || jobId >= firstJobId)
      .toSorted((a, b) => a.jobId - b.jobId)
  }

  /** The first of some states that a live version still shows; of the others nothing is left to be restored. */
  const findLive = async (jobId: JobId, states: readonly PathState[], side: 'first' | 'last') => {
    for (const state of states) {
      const version = await table.findVersionWithin(kysely, { jobId, from: state.from, before: state.before, side })
      if (version !== undefined) return { state, version }
    }
    return undefined
  }

  /** States are newest first. */
  const describeStates = async (job: Job, states: readonly PathState[], key: string): Promise<SeenState | undefined> => {
    const last = await findLive(job.jobId, states, 'last')
    const first = await findLive(job.jobId, states.toReversed(), 'first')
    if (last === undefined || first === undefined) return undefined
    const { type, size, mtimeNs } = last.state
    return { job: job.name, type, size, mtimeNs, first: first.version, last: last.version, key }
  }

  const describe = async (job: Job, places: readonly table.PathPlace[]): Promise<readonly FoundPath[]> => {
    const { jobId, catalogue } = job
    const pathHashes = places.map(({ pathHash }) => pathHash)
    const changes = await table.listChanges(kysely, { jobId, version: catalogue.version, pathHashes })
    const paths = await wholePaths(jobId, pathHashes)
    const found = pathHashes.map(async (hash) => {
      const states = pathStates(
        changes.filter(({ pathHash }) => pathHash.equals(hash)),
        catalogue.version,
      )
      const path = paths.get(hash.toString('hex'))
      const state = await describeStates(job, states, `${jobId}-${hash.toString('hex')}`)
      if (state === undefined || path === undefined) return []
      return [{ ...state, path, isPresent: states[0]?.before === catalogue.version + 1 }]
    })
    return (await Promise.all(found)).flat()
  }

  /** Upwards, a level at a time: each hash is made of its folder's and its own name. */
  const wholePaths = async (jobId: number, hashes: readonly Buffer[]): Promise<ReadonlyMap<string, readonly Buffer[]>> => {
    const names = new Map<string, table.PathName>()
    for (let level = hashes; level.length > 0; ) {
      const found = await table.findNames(kysely, jobId, level)
      for (const [key, name] of found) names.set(key, name)
      const above = new Map([...found.values()].map(({ parentHash }) => [parentHash.toString('hex'), parentHash]))
      level = [...above].filter(([key, hash]) => !names.has(key) && !hash.equals(topHash)).map(([, hash]) => hash)
    }
    return new Map(hashes.map((hash) => [hash.toString('hex'), pathOf(hash, names)]))
  }

  return {
    find: async ({ deviceId, job: jobName, name, match, after, limit }) => {
      const place = parsePathKey(after)
      const pattern = { match, folded: foldName(Buffer.from(name)) }
      const found: FoundPath[] = []
      for (const job of await jobsFrom(deviceId, jobName, place?.jobId)) {
        let last = place?.jobId === job.jobId ? await placeAfter(job.jobId, place.pathHash) : undefined
        for (;;) {
          const page = { jobId: job.jobId, version: job.catalogue.version, pattern, after: last, limit: pathsPerQuery }
          const places = await table.findPaths(kysely, page)
          found.push(...(await describe(job, places)))
          if (found.length >= limit) return found.slice(0, limit)
          if (places.length < pathsPerQuery) break
          last = places.at(-1)
        }
      }
      return found
    },
    history: async ({ deviceId, job: jobName, path, after, limit }) => {
      const place = parseStateKey(after)
      const found: SeenState[] = []
      for (const job of await jobsFrom(deviceId, jobName, place?.jobId)) {
        const { jobId, catalogue } = job
        const changes = await table.listChanges(kysely, { jobId, version: catalogue.version, pathHashes: [pathHashOf(path)] })
        const before = place?.jobId === jobId ? place.from : Number.POSITIVE_INFINITY
        for (const state of pathStates(changes, catalogue.version).filter(({ from }) => from < before)) {
          const shown = await describeStates(job, [state], `${jobId}-${state.from}`)
          if (shown !== undefined) found.push(shown)
          if (found.length === limit) return found
        }
      }
      return found
    },
  }

  async function placeAfter(jobId: number, pathHash: Buffer): Promise<table.PathPlace | undefined> {
    const folded = await table.findFolded(kysely, jobId, pathHash)
    return folded && { folded, pathHash }
  }
}

function pathOf(hash: Buffer, names: ReadonlyMap<string, table.PathName>): readonly Buffer[] {
  const path: Buffer[] = []
  for (let at = names.get(hash.toString('hex')); at !== undefined; at = names.get(at.parentHash.toString('hex')))
    path.unshift(at.name)
  return path
}

function parsePathKey(key: string | undefined): { readonly jobId: number; readonly pathHash: Buffer } | undefined {
  const match = /^(\d{1,15})-([0-9a-f]{32})$/.exec(key ?? '')
  return match === null ? undefined : { jobId: Number(match[1]), pathHash: Buffer.from(match[2]!, 'hex') }
}

function parseStateKey(key: string | undefined): { readonly jobId: number; readonly from: number } | undefined {
  const match = /^(\d{1,15})-(\d{1,10})$/.exec(key ?? '')
  return match === null ? undefined : { jobId: Number(match[1]), from: Number(match[2]) }
}
