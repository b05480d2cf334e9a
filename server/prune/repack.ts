/**
 * Packs that are mostly dead, and small ones together: their live records are copied byte for byte into one new pack, without keys. The
 * new pack is durable under its name before a short transaction swaps it for the old ones; if anything that counts has changed by
 * then, it is dropped and nothing has happened.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type AssembledPack,
  assemblePack,
  type ChunkKey,
  chunkKey,
  holdsAny,
  type LiveRecord,
  liveRecords,
  PackedTrailer,
  packFootBytes,
  packHeadBytes,
  type RepackGroup,
  readWholePackIndex,
  trailerRange,
} from '../../engine/index.ts'
import type { Transaction } from '../database/database.ts'
import { markChunksVerified } from '../packs/chunks-table.ts'
import { insertPackRows } from '../packs/insert-pack-rows.ts'
import type { PackNumber } from '../packs/pack.ts'
import { findPack } from '../packs/packs-table.ts'
import { raiseGeneration, writeGenerationFile } from '../repositories/generation.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import { hasCode, placeFile, removeDurably, unlinkIfThere, writeSynced } from '../storage-volumes/durable-file.ts'
import type { Collecting } from './collect.ts'
import { markMore, markMoreLocked, type RepositoryMark } from './mark-repository.ts'
import { listNewVersions } from './mark-roots.ts'
import { factsOf, isUntouched } from './pack-facts.ts'
import { areProven } from './prove-records.ts'
import { type CollectedPack, dropSwap, findCollectedLocked, noteSwap, readClaims, setWaiting } from './prune-table.ts'

export interface Repacked {
  /** The new pack: all of it is live. */
  readonly pack: PackNumber
  /** They are to go to trash/ now. */
  readonly trashing: readonly CollectedPack[]
  readonly copiedBytes: number
}

interface Source {
  readonly pack: CollectedPack
  readonly trailer: PackedTrailer
  readonly records: readonly LiveRecord[]
}

/** Undefined: nothing was gained, or something changed meanwhile; everything is as it was. */
export async function repackGroup(
  collecting: Collecting,
  marked: RepositoryMark,
  group: RepackGroup,
): Promise<Repacked | undefined> {
  const sources = await readSources(collecting, marked, group)
  const records = distinct(sources)
  if (sources.length === 0 || records.length === 0) return undefined
  if (sources.length === 1 && sources[0]!.records.length === sources[0]!.trailer.records) return undefined
  const made = assemblePack({ uid: collecting.repository.uid, kind: group.kind, records: records.map(({ bytes }) => bytes) })
  // The same records in the same order: this very pack is there already.
  const there = await findPack(collecting.db, collecting.repository.repositoryId, made.id)
  if (there !== undefined && there.state !== 'purged') return undefined
  await placePack(collecting, group, made)
  const swapped = await swap(collecting, marked, { sources, records, made })
  if (swapped === undefined) {
    await dropPack(collecting, made)
    return undefined
  }
  collecting.surroundings.reached('repack:committed')
  await writeGenerationFile(collecting.place, swapped.generation, collecting.surroundings.reached)
  const copiedBytes = records.reduce((sum, { bytes }) => sum + bytes.length, 0)
  return { pack: swapped.pack, trashing: sources.map(({ pack }) => pack), copiedBytes }
}

/** A pack that is not wholly what its rows and trailer say is left for check and repair. */
async function readSources(collecting: Collecting, marked: RepositoryMark, group: RepackGroup): Promise<readonly Source[]> {
  const sources: Source[] = []
  for (const number of group.packs) {
    const pack = marked.packs.get(number)!
    const source = await readSource(collecting, marked, pack)
    if (source !== undefined && (await areProven(collecting, source))) sources.push(source)
    await collecting.pace()
  }
  return sources
}

async function readSource({ place }: Collecting, marked: RepositoryMark, pack: CollectedPack): Promise<Source | undefined> {
  const file = await readIfThere(place.packFile(pack.packId))
  if (file === undefined || file.length !== pack.sizeBytes) return undefined
  const foot = file.subarray(file.length - packFootBytes)
  const { offset, length } = trailerRange(foot, file.length)
  const entries = Buffer.from(file.subarray(offset, offset + length))
  const trailer = new PackedTrailer({ head: Buffer.from(file.subarray(0, packHeadBytes)), entries, foot: Buffer.from(foot) })
  const records = liveRecords(file, trailer, marked.mark.reached)
  return records && { pack, trailer, records }
}

function distinct(sources: readonly Source[]): readonly LiveRecord[] {
  return [...new Map(sources.flatMap(({ records }) => records.map((record) => [chunkKey(record.id), record]))).values()]
}

/** Noted before it has its name: a crash between here and the swap would leave a pack that nobody needs, and nobody could tell. */
async function placePack(
  { surroundings, repository, place }: Collecting,
  group: RepackGroup,
  made: AssembledPack,
): Promise<void> {
  const { database, volumes, reached } = surroundings
  await database.transaction((tx) => noteSwap(tx, { repositoryId: repository.repositoryId, packId: made.id }))
  reached('repack:noted')
  const finalFiles = [place.packFile(made.id), ...(group.kind === 'tree' ? [place.twinPackFile(made.id)] : [])]
  for (const finalFile of finalFiles) {
    const temporaryFile = join(place.temporaryFolder, `${made.id}.repack`)
    await volumes.write(async () => {
      await unlinkIfThere(temporaryFile)
      await writeSynced(temporaryFile, made.bytes, (step) => reached(`repack:${step}`))
      const isRight = async (path: string) => made.bytes.equals(await readFile(path))
      await placeFile({ temporaryFile, finalFile, isRight, reached: (step) => reached(`repack:${step}`) })
    }, repository.uid)
  }
}

async function dropPack({ surroundings, repository, place }: Collecting, made: AssembledPack): Promise<void> {
  const { database, volumes, reached } = surroundings
  for (const file of [place.packFile(made.id), place.twinPackFile(made.id)])
    await volumes.write(
      () => removeDurably(file, (step) => reached(step === 'unlinked' ? 'repack:abandoned' : 'repack:unlink-synced')),
      repository.uid,
    )
  await database.transaction((tx) => dropSwap(tx, { repositoryId: repository.repositoryId, packId: made.id }))
}

interface Swap {
  readonly sources: readonly Source[]
  readonly records: readonly LiveRecord[]
  readonly made: AssembledPack
}

const maxAttempts = 5

interface Swapped {
  readonly pack: PackNumber
  /** The repository's new number. */
  readonly generation: number
}

/** Undefined: something changed. */
async function swap(collecting: Collecting, marked: RepositoryMark, swapping: Swap): Promise<Swapped | undefined> {
  const { surroundings, repository } = collecting
  for (let attempt = 1; ; attempt += 1) {
    const decided = await surroundings.database.transaction(async (tx) => {
      await lockRepository(tx, repository.repositoryId)
      const fresh = await listNewVersions({ ...collecting, db: tx }, marked.roots)
      if (fresh.length > 0 && attempt < maxAttempts) return { fresh }
      if (fresh.length > 0) await markMoreLocked(collecting, marked, fresh)
      if (!(await isStillRight(tx, collecting, marked, swapping))) return undefined
      const swapped = await writeRows(tx, collecting, swapping)
      surroundings.reached('repack:before-commit')
      return swapped
    })
    if (decided === undefined) return undefined
    if ('generation' in decided) return decided
    await markMore(collecting, marked, decided.fresh)
  }
}

/** Nobody touched the old packs, nobody relies on them, and the versions that came since need nothing of them that was not copied. */
async function isStillRight(
  tx: Transaction,
  { surroundings, repository }: Collecting,
  marked: RepositoryMark,
  { sources, records }: Swap,
): Promise<boolean> {
  const rows = await findCollectedLocked(
    tx,
    sources.map(({ pack }) => pack.pack),
  )
  if (rows.length !== sources.length || !rows.every((row) => isUntouched(marked.packs.get(row.pack), row))) return false
  const claims = await readClaims(tx, repository.repositoryId, surroundings.clock.now())
  if (factsOf(rows, { use: marked.use, claims, observedMs: 0 }).some(({ isHeld }) => isHeld)) return false
  const copied = new Set<ChunkKey>(records.map(({ id }) => chunkKey(id)))
  return sources.every(({ trailer }) => !needsMore(trailer, marked, copied))
}

function needsMore(trailer: PackedTrailer, marked: RepositoryMark, copied: ReadonlySet<ChunkKey>): boolean {
  if (!holdsAny(trailer, marked.mark.reached)) return false
  for (let record = 0; record < trailer.records; record += 1) {
    const id = trailer.idOf(record)
    if (marked.mark.reached.ownersOf(id) !== 0 && !copied.has(chunkKey(id))) return true
  }
  return false
}

async function writeRows(tx: Transaction, { surroundings, repository }: Collecting, { sources, made }: Swap): Promise<Swapped> {
  const { repositoryId } = repository
  const nowMs = surroundings.clock.now()
  const index = readWholePackIndex(made.bytes)
  const rows = { repositoryId, packId: made.id, index, sizeBytes: made.bytes.length, sender: undefined, nowMs }
  await insertPackRows(tx, rows)
  const { pack } = (await findPack(tx, repositoryId, made.id))!
  const ids = index.entries.map(({ header }) => header.chunkId)
  // What was new was opened before it was copied.
  await markChunksVerified(tx, { repositoryId, pack, ids })
  await setWaiting(tx, {
    repositoryId,
    packs: sources.map((source) => source.pack.pack),
    state: 'trashing',
    nowMs,
    observedMs: await surroundings.readObservedTime(),
  })
  await dropSwap(tx, { repositoryId, packId: made.id })
  return { pack, generation: await raiseGeneration(tx, repositoryId) }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (hasCode(error, ['ENOENT', 'EIO'])) return undefined
    throw error
  }
}
