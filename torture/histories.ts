/**
 * What is going on when the fault strikes. Each history does its work to the end if it can; whether it could is for the judge to say.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Bed } from './bed.ts'
import { bringingBack } from './bringing-back.ts'
import { damaging } from './damaging.ts'
import { command, commandless, type History } from './history.ts'
import { letVersionsGo } from './let-go.ts'
import { moving } from './moving.ts'
import { packsIn, placeOf } from './stored-files.ts'
import { passDays } from './time-travel.ts'

const backup: History = {
  name: 'backup',
  begin(bed) {
    const started = bed.startBackup()
    return { agentPid: started.process.pid, ended: started.outcome().then(() => {}) }
  },
}

/** People delete versions: into the bin, and one of them back. */
const binning: History = {
  name: 'binning',
  prepare: async (bed) => {
    for (let count = 0; count < 3; count += 1) await bed.backUp()
  },
  begin: (bed) => commandless(letVersionsGo(bed, { isOneTakenBack: true })),
}

/** The bin's wait is over: versions go for good. */
const forgetting: History = {
  name: 'forgetting',
  isSlow: true,
  prepare: async (bed) => {
    await binning.prepare?.(bed)
    // By then the rules would let them go as well, all but the newest.
    await letVersionsGo(bed, { keep: 1 })
    await passDays(bed, 9)
  },
  begin: (bed) => command(bed, 'retention'),
}

/** What only gone versions needed: to trash, away, and the rest put together. */
const pruning: History = {
  name: 'pruning',
  isSlow: true,
  prepare: async (bed) => {
    await forgetting.prepare?.(bed)
    await bed.box.command('retention')
    bed.pruneConfirmedBytes = await planPrune(bed)
  },
  begin: (bed) => command(bed, 'prune', { now: true, confirm: String(bed.pruneConfirmedBytes) }),
}

/** The same with its waits: condemned tonight, to trash a day later, away after a week. */
const pruningByNight: History = {
  name: 'pruning by night',
  isSlow: true,
  prepare: async (bed) => {
    await forgetting.prepare?.(bed)
    await bed.box.command('retention')
    await bed.box.command('prune')
    await passDays(bed, 2)
    if (bed.random.below(2) === 0) return
    await bed.box.command('prune')
    await passDays(bed, 8)
  },
  begin: (bed) => command(bed, 'prune'),
}

const newEpoch: History = {
  name: 'new epoch',
  begin: (bed) => command(bed, 'rotate-key', { customer: bed.customer }),
}

/** The order, and then the start that it brings about. */
const newBoxKey: History = {
  name: 'new box key',
  begin: ({ box }) => commandless(box.restarted(() => box.command('rotate-key', { box: true }))),
}

/** The thirty-first takes the place of the first. */
const selfBackup: History = {
  name: 'self-backup',
  prepare: async ({ box }) => {
    const have = readdirSync(join(box.dataFolder, 'self')).length
    for (let count = have; count < selfBackupsKept; count += 1) await box.command('self-backup')
  },
  begin: (bed) => command(bed, 'self-backup'),
}

const secondCopy: History = {
  name: 'second copy',
  prepare: async (bed) => {
    if (bed.hasCopy) {
      // What was purged here more than seven days ago goes from the copy as well.
      if (bed.random.below(2) === 0) await passDays(bed, 8)
      await bed.backUp()
      return
    }
    await addCopy(bed)
  },
  begin: (bed) => command(bed, 'copy run'),
}

export async function addCopy(bed: Bed): Promise<void> {
  mkdirSync(copyFolder(bed))
  await bed.box.command('copy add', { path: copyFolder(bed), name: 'copy', 'same-disk': true })
  bed.hasCopy = true
}

export function copyFolder({ folder }: Bed): string {
  return join(folder, 'second copy')
}

/** A rebuild that was broken off says so, and is begun again by whoever began it. A tree pack that lost one of its files gets it back. */
const rebuilding: History = {
  name: 'rebuild',
  prepare: async (bed) => {
    const place = placeOf(bed)
    const packId = bed.random.pick(packsIn(place.twinPacksFolder))
    rmSync(bed.random.below(2) === 0 ? place.packFile(packId) : place.twinPackFile(packId))
  },
  begin: (bed) => commandless(rebuild(bed)),
  finish: rebuild,
}

async function rebuild({ box }: Bed): Promise<void> {
  await box.ready()
  await box.command('rebuild')
  await box.command('rebuild', { confirm: true })
}

export const histories: readonly History[] = [
  backup,
  binning,
  forgetting,
  pruning,
  pruningByNight,
  newEpoch,
  newBoxKey,
  selfBackup,
  secondCopy,
  rebuilding,
  damaging,
  bringingBack,
  moving,
]

/** Of the box itself, as it keeps them. */
const selfBackupsKept = 30

/** Backups are what the box is for: every other run is one. */
export const backupHistory = backup

export async function planPrune({ box }: Bed): Promise<number> {
  const { result } = await box.command('prune', { plan: true })
  return (result.report as { confirm: number }).confirm
}
