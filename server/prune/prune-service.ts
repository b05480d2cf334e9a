/**
 * The collector of one repository: plans without touching anything, or runs. A run marks, decides about whole packs, rewrites what is
 * mostly dead, and removes for good what has waited long enough. Whatever it is cut off between, the next run goes on from there.
 */
import { dirname } from 'node:path'
import { freedBytes, impatientRules, type PruneRules, planPrune, usualRules } from '../../engine/index.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { findReading } from '../observed-time/observed-time-table.ts'
import { findCollectorHold } from '../rebuild/collector-hold.ts'
import { demandCurrentIndex } from '../repositories/generation.ts'
import { findRepository, listAllRepositories } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { type RepositoryPlace, repositoryPlace } from '../repositories/repository-place.ts'
import { floorBytes } from '../storage-volumes/storage-volume.ts'
import { saveUsage } from '../subscriptions/usage-table.ts'
import { type Collecting, collect, filesSum } from './collect.ts'
import { demandSafe } from './demand-safe.ts'
import { findNeededTrash, markRepository, type RepositoryMark } from './mark-repository.ts'
import { factsOf, outlookOf } from './pack-facts.ts'
import {
  addSums,
  isConfirmable,
  noAllowance,
  nothingDone,
  type PruneAllowance,
  type PruneDone,
  type PruneOutlook,
  type PruneProgress,
  PruneRefusedError,
} from './prune.ts'
import * as reports from './prune-reports-table.ts'
import type { PruneSurroundings } from './prune-surroundings.ts'
import { hasTrashSince, listCollected, readClaims } from './prune-table.ts'
import { purgePacks } from './purge.ts'
import { repackGroup } from './repack.ts'
import { removeStrays, settleTrash } from './settle-trash.ts'
import { returnPacks, trashPacks } from './trash.ts'

export interface PruneRunning {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: PruneProgress) => void
  readonly pace: () => Promise<void>
}

export interface PruneOptions extends PruneRunning {
  /** `now`: without the waits, two marks in a row. */
  readonly speed: 'usual' | 'now'
  /** What a person who saw the plan lets this run do; the one who runs by the clock has what was confirmed before. */
  readonly allowance?: PruneAllowance
}

export interface PruneService {
  /** What a run would do. Touches nothing. Throws PruneRefusedError, RepositoryError `rebuild-needed`. */
  readonly plan: (repository: Repository, running: PruneRunning) => Promise<PruneOutlook>
  /** Throws the same, and what the signal says; a refusal is kept for whoever looks. */
  readonly run: (repository: Repository, options: PruneOptions) => Promise<PruneDone>
  readonly report: (repository: Repository) => Promise<reports.PruneReport>
  /** The same of many, in their order. */
  readonly reports: (repositories: readonly Repository[]) => Promise<readonly reports.PruneReport[]>
  /** Says that what was refused is right. False when there is nothing that a person could allow. */
  readonly allow: (repository: Repository, actingAs: ActingAs) => Promise<boolean>
  /** Whether the disk is so low that old trash should go at once, and there is some. */
  readonly mayMakeRoom: () => Promise<boolean>
}

/** What a person allowed is for the next run, not for one in a month. */
const allowanceLifeMs = 48 * 60 * 60 * 1000
const roomToWorkBytes = 16 * 1024 ** 2
const lowTrashAfterMs = 24 * 60 * 60 * 1000

export function createPruneService(surroundings: PruneSurroundings): PruneService {
  const { database, dataFolder, clock, volumes } = surroundings
  const { kysely: db } = database

  const prepare = async (repository: Repository, running: PruneRunning) => {
    const place = repositoryPlace(dataFolder, repository.uid)
    const current = await demandCurrentIndex(place, () => findRepository(db, repository.repositoryId))
    const options = {
      db,
      repository: current,
      place,
      surroundings,
      onProgress: running.onProgress ?? (() => {}),
      pace: running.pace,
    }
    if ((await findCollectorHold(db)) !== undefined) throw new PruneRefusedError({ kind: 'after-rebuild' })
    if ((await findReading(db))?.jump !== undefined) throw new PruneRefusedError({ kind: 'clock-jumped' })
    await demandSafe({ ...options, volumes })
    return options
  }

  const look = async (options: Omit<Collecting, 'allowance'>, marked: RepositoryMark) => {
    const claims = await readClaims(db, options.repository.repositoryId, clock.now())
    const observedMs = await surroundings.readObservedTime()
    // As they are now; of packs that came since the mark it knows nothing.
    const now = await listCollected(db, options.repository.repositoryId)
    const known = now.filter(({ pack }) => marked.packs.has(pack) || marked.made.has(pack))
    const facts = factsOf(known, { use: marked.use, claims, observedMs })
    const plan = planPrune(facts, options.rules)
    const outlook = outlookOf({ facts, plan, freedBytes: freedBytes(plan, facts), versions: marked.roots.known.size })
    await reports.savePlan(db, options.repository.repositoryId, outlook, clock.now())
    return { plan, outlook }
  }

  const runPrepared = async (options: Collecting, speed: PruneOptions['speed']): Promise<PruneDone> => {
    let done: PruneDone = { ...nothingDone, diskFreedBytes: (await settleTrash(options)) + (await removeStrays(options)) }
    const { repository } = options
    const left = (await listCollected(db, repository.repositoryId)).filter(({ state }) => state === 'trashing')
    done = { ...done, trashed: filesSum(await trashPacks(options, left)) }

    const first = await markWhole(options)
    done = { ...done, returned: first.returned }
    await database.transaction((tx) =>
      saveUsage(tx, { subscriptions: first.marked.reachable, devices: first.marked.sent, nowMs: clock.now() }),
    )
    done = await collectWhole(options, first.marked, done)
    // The waits may be left out; the second of two marks may not.
    const last = speed === 'now' && done.condemned.packs > 0 ? (await markWhole(options)).marked : first.marked
    if (last !== first.marked) done = await collectWhole(options, last, done)
    done = await repackAll(options, last, done)
    done = await purgeOld(options, done)
    await look(options, last)
    return done
  }

  /** A mark without holes, or with as many as a person has seen. What lies in trash/ and is needed is back by then. */
  const markWhole = async (options: Collecting) => {
    let marked = await markRepository(options)
    let { returned } = nothingDone
    // A folder that comes back names others, which may lie there too.
    while (marked.holes.count > 0) {
      const packs = await returnPacks(options, await findNeededTrash(options, marked))
      if (packs.length === 0) break
      returned = addSums(returned, filesSum(packs))
      marked = await markRepository(options)
    }
    const { count } = marked.holes
    if (count > options.allowance.holes) throw new PruneRefusedError({ kind: 'holes', count })
    return { marked, returned }
  }

  const collectWhole = async (options: Collecting, marked: RepositoryMark, done: PruneDone): Promise<PruneDone> => {
    const { restored, condemned, trashing } = await collect(options, marked)
    const trashed = filesSum(await trashPacks(options, trashing))
    return {
      ...done,
      restored: addSums(done.restored, restored),
      condemned: addSums(done.condemned, condemned),
      trashed: addSums(done.trashed, trashed),
    }
  }

  const repackAll = async (options: Collecting, marked: RepositoryMark, before: PruneDone): Promise<PruneDone> => {
    let done = before
    const { plan } = await look(options, marked)
    for (const [index, group] of plan.repack.entries()) {
      await options.pace()
      const copies = group.kind === 'tree' ? 2 : 1
      if (!(await hasRoom(options.place, copies * group.liveBytes))) break
      const repacked = await repackGroup(options, marked, group)
      if (repacked === undefined) done = { ...done, abandoned: done.abandoned + 1 }
      else {
        marked.made.add(repacked.pack)
        marked.use.set(repacked.pack, { liveBytes: repacked.copiedBytes, badRecords: 0 })
        await trashPacks(options, repacked.trashing)
        done = {
          ...done,
          repacked: addSums(done.repacked, filesSum(repacked.trashing)),
          copiedBytes: done.copiedBytes + repacked.copiedBytes,
        }
      }
      options.onProgress({ phase: 'repack', done: index + 1, total: plan.repack.length })
    }
    return done
  }

  const purgeOld = async (options: Collecting, done: PruneDone): Promise<PruneDone> => {
    const observedMs = await surroundings.readObservedTime()
    const trash = (await listCollected(db, options.repository.repositoryId))
      .filter(({ state }) => state === 'trashed')
      .toSorted((a, b) => (a.waitsSince ?? 0) - (b.waitsSince ?? 0))
    const isOlder = (ms: number) => (pack: (typeof trash)[number]) => observedMs - (pack.waitsSince ?? observedMs) >= ms
    const old = trash.filter(isOlder(options.rules.purgeAfterMs))
    const rest = trash.filter((pack) => !old.includes(pack)).filter(isOlder(lowTrashAfterMs))
    const usual = await purgePacks(options, old)
    // Below the floor of the disk the oldest goes before its time, as much as is needed.
    const early = await purgePacks({ ...options, isEnough: async () => !(await isLow(options.place)) }, rest)
    const purged = addSums(filesSum(usual.packs), filesSum(early.packs))
    return {
      ...done,
      purged: addSums(done.purged, purged),
      diskFreedBytes: done.diskFreedBytes + usual.diskFreedBytes + early.diskFreedBytes,
    }
  }

  const spaceOf = async ({ folder }: RepositoryPlace) => {
    const { freeBytes, totalBytes } = await surroundings.readSpace(folder)
    return { freeBytes, floor: floorBytes(totalBytes) }
  }
  const isLow = async (place: RepositoryPlace) => {
    const { freeBytes: free, floor } = await spaceOf(place)
    return free < floor
  }
  /** Copying may use what uploads may not: half of the floor is the reserve, and part of that stays for the database. */
  const hasRoom = async (place: RepositoryPlace, bytes: number) => {
    const { freeBytes: free, floor } = await spaceOf(place)
    return free - bytes >= floor / 4
  }
  /** On a disk without any room not even a decision could be written down. */
  const makeRoomToWork = async (place: RepositoryPlace) => {
    if ((await spaceOf(place)).freeBytes < roomToWorkBytes) await volumes.releaseReserve()
  }
  const isAnyLow = async () => {
    // One repository for each disk: it is asked once a minute, and whenever a page shows what is due.
    const places = (await listAllRepositories(db)).map(({ uid }) => ({ uid, place: repositoryPlace(dataFolder, uid) }))
    const ofDisk = new Map(places.map((one) => [dirname(one.place.folder), one]))
    // A disk that is not there, or another one, has no trash of ours.
    for (const { uid, place } of ofDisk.values()) if (volumes.isRight(uid) && (await isLow(place))) return true
    return false
  }

  const allowanceOf = async (repository: Repository): Promise<PruneAllowance> => {
    const { allowance, allowedAt } = await reports.findReport(db, repository.repositoryId)
    if (allowedAt === undefined) return noAllowance
    const isFresh = Math.abs(clock.now() - allowedAt) < allowanceLifeMs
    // Damage that was looked at stays known; a mass that may go is meant for once.
    return { holes: allowance.holes, freedBytes: isFresh ? allowance.freedBytes : 0 }
  }

  return {
    mayMakeRoom: async () =>
      (await isAnyLow()) && (await hasTrashSince(db, (await surroundings.readObservedTime()) - lowTrashAfterMs)),
    report: (repository) => reports.findReport(db, repository.repositoryId),
    reports: (repositories) =>
      reports.listReports(
        db,
        repositories.map(({ repositoryId }) => repositoryId),
      ),
    allow: async (repository, actingAs) => {
      const { refusal, allowance } = await reports.findReport(db, repository.repositoryId)
      const refused = refusal?.refusal
      if (refused === undefined || !isConfirmable(refused)) return false
      const more = refused.kind === 'holes' ? { holes: refused.count } : { freedBytes: refused.freedBytes }
      const at = clock.now()
      await reports.saveAllowance(db, repository.repositoryId, { ...allowance, ...more }, at)
      const { customerId } = repository
      await insertAudit(db, { ...actingAs, at, action: 'prune.allowed', objectId: customerId, customerId, detail: more })
      return true
    },
    plan: async (repository, running) => {
      const prepared = await prepare(repository, running)
      const options = { ...prepared, rules: usualRules }
      return (await look(options, await markRepository(options))).outlook
    },
    run: async (repository, { speed, allowance, ...running }) => {
      const rules: PruneRules = speed === 'now' ? impatientRules : usualRules
      try {
        const prepared = await prepare(repository, running)
        const options = { ...prepared, rules, allowance: allowance ?? (await allowanceOf(repository)) }
        await makeRoomToWork(options.place)
        const done = await runPrepared(options, speed)
        await reports.saveResult(db, repository.repositoryId, done, clock.now())
        // What may go was meant for this run; damage that was looked at stays known.
        const { holes } = options.allowance
        await reports.saveAllowance(db, repository.repositoryId, { freedBytes: 0, holes }, clock.now())
        return done
      } catch (error) {
        if (error instanceof PruneRefusedError) await reports.saveRefusal(db, repository.repositoryId, error.refusal, clock.now())
        throw error
      }
    },
  }
}
