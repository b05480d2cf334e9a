/**
 * What is going on when the fault strikes. Each history does its work to the end if it can; whether it could is for the judge to say.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Given } from '../server/cli/command.ts'
import type { Bed } from './bed.ts'
import { letVersionsGo } from './let-go.ts'
import { passDays } from './time-travel.ts'

export interface Begun {
  /** Of the agent, where it is a process of its own. */
  readonly agentPid: number | undefined
  /** Never fails: what a fault broke off ends too. */
  readonly ended: Promise<void>
}

export interface History {
  readonly name: string
  /** What must be there before; without a fault. */
  readonly prepare?: (bed: Bed) => Promise<void>
  readonly begin: (bed: Bed) => Begun
  /** What a person does after a fall in the middle of it, where it does not go on by itself. */
  readonly finish?: (bed: Bed) => Promise<void>
}

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
    const folder = join(bed.folder, 'second copy')
    mkdirSync(folder)
    await bed.box.command('copy add', { path: folder, name: 'copy', 'same-disk': true })
    bed.hasCopy = true
  },
  begin: (bed) => command(bed, 'copy run'),
}

/** A rebuild that was broken off says so, and is begun again by whoever began it. */
const rebuilding: History = {
  name: 'rebuild',
  begin: (bed) => commandless(rebuild(bed)),
  finish: rebuild,
}

async function rebuild({ box }: Bed): Promise<void> {
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
]

/** Of the box itself, as it keeps them. */
const selfBackupsKept = 30

/** Backups are what the box is for: every other run is one. */
export const backupHistory = backup

function command(bed: Bed, name: string, given: Given = {}): Begun {
  return commandless(bed.box.command(name, given))
}

/** A command whose box fell fails; what holds then is for the judge. */
function commandless(work: Promise<unknown>): Begun {
  const ended = work.then(
    () => {},
    () => {},
  )
  return { agentPid: undefined, ended }
}

export async function planPrune({ box }: Bed): Promise<number> {
  const { result } = await box.command('prune', { plan: true })
  return (result.report as { confirm: number }).confirm
}
