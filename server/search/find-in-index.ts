/** From ranked names to the first hits in order: filters and sorting over the columns of jobs' indexes. Pure. */
import { entryTypes } from '../catalogue/catalogue.ts'
import { firstAtLeast } from '../catalogue/sorted-numbers.ts'
import { type JobIndex, none } from './job-index.ts'
import { GlobSteps } from './name-glob.ts'
import { keyOfQuery, type NameQuery } from './name-query.ts'
import { rankNames } from './rank-names.ts'

export const findOrders = ['best', 'newest', 'largest'] as const
export type FindOrder = (typeof findOrders)[number]

export interface IndexFilters {
  readonly type: 'file' | 'folder' | undefined
  /** A number of file-kind.ts; 0: any. */
  readonly kind: number
  readonly minBytes: number | undefined
  readonly maxBytes: number | undefined
  readonly changedFromS: number | undefined
  readonly changedBeforeS: number | undefined
  readonly state: 'present' | 'deleted' | undefined
}

export interface JobToLookIn {
  readonly jobId: number
  /** Numbers of the versions that are there, ascending; never empty. */
  readonly live: Uint32Array
  /** The version whose files are meant; undefined: all of them. */
  readonly at: number | undefined
}

/** Where a list goes on: behind this one. `value` is what the order counts, the larger first. */
export interface HitPlace {
  readonly rank: number
  readonly value: number
  readonly jobId: number
  readonly hash: Buffer
}

export interface IndexHit extends HitPlace {
  /** Hashes of the folders above, one behind the other, the nearest first. */
  readonly ancestors: Buffer
}

export interface FoundInIndex {
  readonly hits: readonly IndexHit[]
  /** All that match, those before and behind these too; with those of which only the catalogue knows. */
  readonly total: number
  /** There are none of these. */
  readonly isExact: boolean
}

export interface IndexQuestion {
  readonly query: NameQuery
  readonly filters: IndexFilters
  readonly order: FindOrder
  readonly jobs: readonly JobToLookIn[]
  readonly after: HitPlace | undefined
  readonly limit: number
  /** Of a pattern; `maxGlobSteps` where nothing is said. */
  readonly maxSteps?: number
}

export function findInIndex(question: IndexQuestion, indexOf: (jobId: number) => JobIndex): FoundInIndex {
  const best = new FirstHits(question)
  const steps = new GlobSteps(question.maxSteps)
  for (const job of question.jobs) {
    const index = indexOf(job.jobId)
    lookIn(index, ranksOf(index, question.query, steps), job, question, best)
  }
  return { hits: best.hits(), total: best.total, isExact: best.unsure === 0 }
}

/** What several found, each of other jobs, as one answer. */
export function mergeFound(parts: readonly FoundInIndex[], limit: number): FoundInIndex {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  return {
    hits: parts
      .flatMap(({ hits }) => hits)
      .sort(inOrder)
      .slice(0, limit),
    total: parts.reduce((sum, { total }) => sum + total, 0),
    isExact: parts.every(({ isExact }) => isExact),
  }
}

/** Pages and further rounds ask the same again. */
function ranksOf(index: JobIndex, query: NameQuery, steps: GlobSteps): Uint8Array {
  return index.ranks.get(keyOfQuery(query), () => rankNames(index, query, steps))
}

function lookIn(index: JobIndex, ranks: Uint8Array, job: JobToLookIn, { filters, order }: IndexQuestion, best: FirstHits): void {
  const { count, sizes, changedAtS } = index
  const isIn = presence(index, job, filters.state)
  const isWanted = hasFilters(filters) ? sieve(index, job, filters) : undefined
  const isBestFirst = order === 'best'
  const isLargestFirst = order === 'largest'
  for (let id = 0; id < count; id += 1) {
    const rank = ranks[id]!
    if (rank === 0) continue
    const there = isIn(id)
    if (there === verdicts.no) continue
    const wanted = isWanted === undefined ? verdicts.yes : isWanted(id)
    if (wanted === verdicts.no) continue
    best.count(there === verdicts.yes && wanted === verdicts.yes)
    const place = isBestFirst ? rank : 0
    const value = isLargestFirst ? sizes[id]! : changedAtS[id]!
    if (best.mayTake(place, value)) best.offer(new Candidate(index, job.jobId, id, place, value))
  }
}

/** `maybe`: the catalogue is asked. */
const verdicts = { no: 0, maybe: 1, yes: 2 } as const
type Verdict = (typeof verdicts)[keyof typeof verdicts]

/** What was there without a break is known here. */
function presence(
  { firsts, ends, flags }: JobIndex,
  { live, at }: JobToLookIn,
  state: IndexFilters['state'],
): (id: number) => Verdict {
  const newest = live.at(-1)!
  const last = at ?? newest
  return (id) => {
    const first = firsts[id]!
    const end = ends[id]!
    if (first > last || (at !== undefined && end <= at)) return verdicts.no
    const hasBreaks = (flags[id]! & 2) !== 0
    if (state !== undefined && !hasBreaks && end > newest !== (state === 'present')) return verdicts.no
    if (end !== none && live[firstAtLeast(live, first)]! >= end) return verdicts.no
    return hasBreaks ? verdicts.maybe : verdicts.yes
  }
}

function hasFilters({ type, kind, minBytes, maxBytes, changedFromS, changedBeforeS }: IndexFilters): boolean {
  return kind !== 0 || [type, minBytes, maxBytes, changedFromS, changedBeforeS].some((filter) => filter !== undefined)
}

/**
 * By what the path was last. Where it was different before, another of its states may be the one that is meant: for a day, for a path
 * that is gone, and where the newest version does not count.
 */
function sieve(
  { types, kinds, sizes, changedAtS, ends, flags, version }: JobIndex,
  { live, at }: JobToLookIn,
  filters: IndexFilters,
): (id: number) => Verdict {
  const { type, kind, minBytes = 0, maxBytes = Number.POSITIVE_INFINITY } = filters
  const { changedFromS = Number.NEGATIVE_INFINITY, changedBeforeS = Number.POSITIVE_INFINITY } = filters
  const hasSizes = minBytes > 0 || maxBytes < Number.POSITIVE_INFINITY
  const hasTimes = changedFromS > Number.NEGATIVE_INFINITY || changedBeforeS < Number.POSITIVE_INFINITY
  const newest = live.at(-1)!
  const isLastMeant = at === undefined && newest === version
  return (id) => {
    if (kind !== 0 && kinds[id] !== kind) return verdicts.no
    const hasOtherStates = (flags[id]! & 1) !== 0
    if (hasOtherStates && !(isLastMeant && ends[id]! > newest)) return verdicts.maybe
    const isFolder = types[id] === entryTypes.directory
    if (isFolder && (kind !== 0 || hasSizes)) return verdicts.no
    if (type !== undefined && isFolder !== (type === 'folder')) return verdicts.no
    const size = sizes[id]!
    if (size < minBytes || size > maxBytes) return verdicts.no
    if (!hasTimes) return verdicts.yes
    const changed = changedAtS[id]!
    // The first and the last second stand for all before and behind them.
    const isAtEdge = changed === 0 || changed === none
    if (changed < changedFromS && changed !== none) return verdicts.no
    if (changed >= changedBeforeS && changed !== 0) return verdicts.no
    return isAtEdge ? verdicts.maybe : verdicts.yes
  }
}

class Candidate implements HitPlace {
  readonly index: JobIndex
  readonly jobId: number
  readonly id: number
  readonly rank: number
  readonly value: number

  constructor(index: JobIndex, jobId: number, id: number, rank: number, value: number) {
    this.index = index
    this.jobId = jobId
    this.id = id
    this.rank = rank
    this.value = value
  }

  /** Asked for between equals only. */
  get hash(): Buffer {
    return this.index.hashOf(this.id)
  }
}

const roomPerHit = 4

/** Keeps the first `limit` in order; what is offered behind the last of them costs a comparison. */
class FirstHits {
  total = 0
  /** Of these, whether they match is not sure. */
  unsure = 0
  private readonly limit: number
  private readonly after: HitPlace | undefined
  private candidates: Candidate[] = []
  private last: Candidate | undefined

  constructor({ limit, after }: IndexQuestion) {
    this.limit = limit
    this.after = after
  }

  count(isSure: boolean): void {
    this.total += 1
    if (!isSure) this.unsure += 1
  }

  mayTake(rank: number, value: number): boolean {
    const { last } = this
    return last === undefined || rank < last.rank || (rank === last.rank && value >= last.value)
  }

  offer(candidate: Candidate): void {
    const { after } = this
    if (after !== undefined && inOrder(candidate, after) <= 0) return
    this.candidates.push(candidate)
    if (this.candidates.length >= this.limit * roomPerHit) this.tidy()
  }

  hits(): readonly IndexHit[] {
    this.tidy()
    return this.candidates.map(({ index, jobId, id, rank, value }) => ({
      rank,
      value,
      jobId,
      hash: Buffer.from(index.hashOf(id)),
      ancestors: index.ancestorsOf(id),
    }))
  }

  private tidy(): void {
    this.candidates.sort(inOrder)
    this.candidates.length = Math.min(this.candidates.length, this.limit)
    if (this.candidates.length === this.limit) this.last = this.candidates.at(-1)
  }
}

/** By rank, then the larger value first. The job and the hash decide between equals: the order is the same every time. */
function inOrder(one: HitPlace, other: HitPlace): number {
  return one.rank - other.rank || other.value - one.value || one.jobId - other.jobId || one.hash.compare(other.hash)
}
