/** From ranked names to the first hits in order: filters and sorting over the columns of jobs' indexes. Pure. */
import { entryTypes } from '../catalogue/catalogue.ts'
import { type JobIndex, none } from './job-index.ts'
import type { NameQuery } from './name-query.ts'
import { rankNames } from './rank-names.ts'
import { firstAtLeast } from './sorted-numbers.ts'

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
  readonly ancestors: readonly Buffer[]
}

export interface FoundInIndex {
  readonly hits: readonly IndexHit[]
  /** All that match, those before and behind these too. */
  readonly total: number
}

export interface IndexQuestion {
  readonly query: NameQuery
  readonly filters: IndexFilters
  readonly order: FindOrder
  readonly jobs: readonly JobToLookIn[]
  readonly after: HitPlace | undefined
  readonly limit: number
}

export function findInIndex(question: IndexQuestion, indexOf: (jobId: number) => JobIndex): FoundInIndex {
  const best = new FirstHits(question)
  for (const job of question.jobs) lookIn(indexOf(job.jobId), job, question, best)
  return { hits: best.hits(), total: best.total }
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
  }
}

function lookIn(index: JobIndex, job: JobToLookIn, { query, filters, order }: IndexQuestion, best: FirstHits): void {
  const ranks = rankNames(index, query)
  const isIn = presence(index, job, filters.state)
  const isWanted = sieve(index, job, filters)
  for (let id = 0; id < index.count; id += 1) {
    const rank = ranks[id]!
    if (rank === 0 || !isWanted(id) || !isIn(id)) continue
    best.offer(index, job.jobId, id, order === 'best' ? rank : 0, order === 'largest' ? index.sizes[id]! : index.changedAtS[id]!)
  }
}

/** What was there without a break is known here; the rest is let through, and the catalogue is asked. */
function presence(
  { firsts, ends, flags }: JobIndex,
  { live, at }: JobToLookIn,
  state: IndexFilters['state'],
): (id: number) => boolean {
  const newest = live.at(-1)!
  return (id) => {
    const first = firsts[id]!
    const end = ends[id]!
    if (first > (at ?? newest)) return false
    const hasBreaks = (flags[id]! & 2) !== 0
    if (at !== undefined && end <= at) return false
    if (state !== undefined && !hasBreaks && end > newest !== (state === 'present')) return false
    return end === none || live[firstAtLeast(live, first)]! < end
  }
}

/**
 * By what the path was last. Where it was different before, and another of its states may be the one that is meant, the catalogue is
 * asked: for a day, for a path that is gone, and where the newest version does not count.
 */
function sieve(
  { types, kinds, sizes, changedAtS, ends, flags, version }: JobIndex,
  { live, at }: JobToLookIn,
  filters: IndexFilters,
): (id: number) => boolean {
  const { type, kind, minBytes = 0, maxBytes = Number.POSITIVE_INFINITY } = filters
  const { changedFromS = 0, changedBeforeS = Number.POSITIVE_INFINITY } = filters
  const hasSizes = minBytes > 0 || maxBytes < Number.POSITIVE_INFINITY
  const newest = live.at(-1)!
  const isLastMeant = at === undefined && newest === version
  return (id) => {
    if (kind !== 0 && kinds[id] !== kind) return false
    const hasOtherStates = (flags[id]! & 1) !== 0
    if (hasOtherStates && !(isLastMeant && ends[id]! > newest)) return true
    const isFolder = types[id] === entryTypes.directory
    if (isFolder && (kind !== 0 || hasSizes)) return false
    if (type !== undefined && isFolder !== (type === 'folder')) return false
    const size = sizes[id]!
    const changed = changedAtS[id]!
    if (size < minBytes || size > maxBytes) return false
    // The first and the last second stand for all before and behind them.
    return (changed >= changedFromS || changed === none) && (changed < changedBeforeS || changed === 0)
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
  private readonly limit: number
  private readonly after: HitPlace | undefined
  private candidates: Candidate[] = []
  private last: Candidate | undefined

  constructor({ limit, after }: IndexQuestion) {
    this.limit = limit
    this.after = after
  }

  offer(index: JobIndex, jobId: number, id: number, rank: number, value: number): void {
    this.total += 1
    const { last, after } = this
    if (last !== undefined && (rank > last.rank || (rank === last.rank && value < last.value))) return
    const candidate = new Candidate(index, jobId, id, rank, value)
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
      ancestors: index.ancestorsOf(id).map((hash) => Buffer.from(hash)),
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
