/**
 * The decisions about whole packs, under the repository's lock and after every version that was committed since the mark began: needed
 * ones are stored again, dead ones condemned, those that were condemned before the mark began and have waited are to go to trash/.
 */
import {
  freedBytes,
  holdsAny,
  isTooMuch,
  type PackFacts,
  type PrunePlan,
  type PruneRules,
  planPrune,
} from '../../engine/index.ts'
import type { Transaction } from '../database/database.ts'
import type { PackNumber } from '../packs/pack.ts'
import { restorePacks } from '../packs/packs-table.ts'
import { raiseGeneration, writeGenerationFile } from '../repositories/generation.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import { type MarkOptions, markMore, markMoreLocked, type RepositoryMark } from './mark-repository.ts'
import { listNewVersions } from './mark-roots.ts'
import { factsOf, filesBytes, isUntouched } from './pack-facts.ts'
import { type PackSum, type PruneAllowance, PruneRefusedError, sumOf } from './prune.ts'
import type { PruneSurroundings } from './prune-surroundings.ts'
import { type CollectedPack, findCollectedLocked, readClaims, setWaiting } from './prune-table.ts'
import { readTrailer } from './read-trailer.ts'

export interface Collection {
  readonly restored: PackSum
  readonly condemned: PackSum
  /** Their rows say so; their files are to be moved. */
  readonly trashing: readonly CollectedPack[]
}

export interface Collecting extends MarkOptions {
  readonly surroundings: PruneSurroundings
  readonly rules: PruneRules
  readonly allowance: PruneAllowance
}

/** Marking the newest versions goes on outside the lock, but not for ever. */
const maxAttempts = 5

/** Throws PruneRefusedError `too-much`; then nothing was decided. */
export async function collect(collecting: Collecting, marked: RepositoryMark): Promise<Collection> {
  const { surroundings, repository, place } = collecting
  const { database, reached } = surroundings
  const confirmed = await confirmDead(collecting, marked, await planFor(collecting, marked))
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt === maxAttempts
    const decided = await database.transaction(async (tx) => {
      await lockRepository(tx, repository.repositoryId)
      const fresh = await listNewVersions({ ...collecting, db: tx }, marked.roots)
      if (fresh.length > 0 && !isLast) return { fresh }
      if (fresh.length > 0) await markMoreLocked(collecting, marked, fresh)
      const collection = await decide(tx, collecting, marked, confirmed)
      const generation = collection.trashing.length === 0 ? undefined : await raiseGeneration(tx, repository.repositoryId)
      reached('trash:before-commit')
      return { collection, generation }
    })
    if ('fresh' in decided) {
      await markMore(collecting, marked, decided.fresh)
      continue
    }
    reached('trash:committed')
    if (decided.generation !== undefined) await writeGenerationFile(place, decided.generation, reached)
    return decided.collection
  }
}

async function planFor({ surroundings, repository, rules }: Collecting, marked: RepositoryMark): Promise<PrunePlan> {
  const { database, clock } = surroundings
  const claims = await readClaims(database.kysely, repository.repositoryId, clock.now())
  const observedMs = await surroundings.readObservedTime()
  return planPrune(factsOf(marked.packs.values(), { use: marked.use, claims, observedMs }), rules)
}

/**
 * Packs that are to go to trash/ are asked themselves: should a mapping have been lost, the pack's own trailer still names what the mark
 * reached. One that cannot say goes by its mappings.
 */
async function confirmDead(
  { repository, place, pace }: Collecting,
  marked: RepositoryMark,
  plan: PrunePlan,
): Promise<ReadonlySet<PackNumber>> {
  const confirmed = new Set<PackNumber>()
  for (const number of plan.trash) {
    const pack = marked.packs.get(number)!
    const trailer = await readTrailer([place.packFile(pack.packId), place.twinPackFile(pack.packId)], repository.uid)
    if (trailer === undefined || !holdsAny(trailer, marked.mark.reached)) confirmed.add(number)
    await pace()
  }
  return confirmed
}

async function decide(
  tx: Transaction,
  { surroundings, repository, rules, allowance }: Collecting,
  marked: RepositoryMark,
  confirmed: ReadonlySet<PackNumber>,
): Promise<Collection> {
  const { repositoryId } = repository
  const nowMs = surroundings.clock.now()
  const observedMs = await surroundings.readObservedTime()
  const claims = await readClaims(tx, repositoryId, nowMs)
  const facts = factsOf(marked.packs.values(), { use: marked.use, claims, observedMs })
  const wished = planPrune(facts, rules)
  const rows = await findCollectedLocked(tx, [...wished.restore, ...wished.condemn, ...wished.trash])
  const untouched = new Map(rows.filter((row) => isUntouched(marked.packs.get(row.pack), row)).map((row) => [row.pack, row]))
  const pick = (packs: readonly PackNumber[]) => packs.flatMap((pack) => untouched.get(pack) ?? [])
  const restore = pick(wished.restore)
  const condemn = pick(wished.condemn)
  const trash = pick(wished.trash).filter(({ pack }) => confirmed.has(pack))
  refuseTooMuch(facts, { trash: trash.map(({ pack }) => pack), repack: wished.repack }, allowance)
  await restorePacks(tx, { packs: numbersOf(restore), nowMs })
  const change = { repositoryId, nowMs, observedMs }
  await setWaiting(tx, { ...change, packs: numbersOf(condemn), state: 'condemned' })
  await setWaiting(tx, { ...change, packs: numbersOf(trash), state: 'trashing' })
  return { restored: filesSum(restore), condemned: filesSum(condemn), trashing: trash }
}

/** Throws PruneRefusedError `too-much` beyond what a person has allowed. */
export function refuseTooMuch(
  facts: readonly PackFacts[],
  plan: Pick<PrunePlan, 'trash' | 'repack'>,
  allowance: PruneAllowance,
): void {
  const bytes = freedBytes(plan, facts)
  if (!isTooMuch(plan, facts) || bytes <= allowance.freedBytes) return
  const stored = sumOf(facts.filter(({ state }) => state !== 'trashed'))
  throw new PruneRefusedError({ kind: 'too-much', freedBytes: bytes, storedBytes: stored.bytes })
}

function numbersOf(packs: readonly CollectedPack[]): readonly PackNumber[] {
  return packs.map(({ pack }) => pack)
}

export function filesSum(packs: readonly CollectedPack[]): PackSum {
  return sumOf(packs.map((pack) => ({ sizeBytes: filesBytes(pack) })))
}
