/** What is looked up before a computer is asked for anything: whether it can take it, how much it is, and what of it the version has. */
import type { PlaintextSource } from '../../engine/index.ts'
import { topmostPaths } from '../baskets/basket.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Job } from '../jobs/job.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { ReadSnapshotBody } from '../snapshots/snapshot-bodies.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { namesOfPathBytes, type VersionPath } from '../snapshots/version-path.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import { maxRestorePaths, RestoreOrderError, type RestoreWish } from './restore-order.ts'
import { demandTarget } from './restore-target.ts'
import { type RestoreTask, restoreTask } from './restore-task.ts'
import { type Estimate, estimateAgainst, type SelectionFacts, selectionFacts } from './selection-facts.ts'

export interface RestoreAsked extends RestoreWish {
  readonly version: Snapshot
  readonly paths: readonly VersionPath[]
  /** Where the files shall go: a computer of the same account. */
  readonly deviceId: Id<'dev'>
  readonly undoes?: Id<'rst'>
}

export interface PlannedRestore {
  readonly facts: SelectionFacts
  /** Undefined: the computer has no version of this job to compare with. */
  readonly estimate: (Estimate & { readonly asOfMs: number }) | undefined
}

export interface RestorePlans {
  /** How much it is, and what it would meet as of the newest backup. */
  readonly plan: (asked: Pick<RestoreAsked, 'version' | 'paths' | 'deviceId'>) => Promise<PlannedRestore>
  /** What goes back of what was asked for. Throws RestoreOrderError. */
  readonly check: (asked: RestoreAsked) => Promise<{ readonly paths: readonly VersionPath[]; readonly facts: SelectionFacts }>
  /** The entries that are handed out. Throws RestoreOrderError `unreadable-now`. */
  readonly taskOf: (version: Snapshot, of: Parameters<typeof restoreTask>[1]) => Promise<RestoreTask>
}

/** Whoever looks at the page does not wait longer for a number. */
const countForMs = 2000

export function createRestorePlans(options: {
  readonly clock: Clock
  readonly devices: Pick<DevicesService, 'find' | 'listJobs'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly readSnapshotBody: ReadSnapshotBody
  readonly toldJobs: Pick<ToldJobsService, 'find'>
  readonly repositories: Pick<Repositories, 'find'>
  readonly plaintexts: PlaintextsService
}): RestorePlans {
  const { clock, devices, snapshots } = options

  const sourceOf = async ({ repositoryId }: Pick<Snapshot, 'repositoryId'>): Promise<PlaintextSource> => {
    const repository = await options.repositories.find(repositoryId)
    if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
    return options.plaintexts.source(repository)
  }

  /** The top of a version stands for what was backed up, not for the folders that lead there. */
  const pathsOf = async (version: Snapshot, paths: readonly VersionPath[]): Promise<readonly VersionPath[]> => {
    if (!paths.some((path) => path.length === 0)) return topmostPaths(paths)
    const { sources } = await options.readSnapshotBody(version)
    return topmostPaths(sources.map(namesOfPathBytes))
  }

  const newestOf = async (deviceId: Id<'dev'>, job: Job['name']): Promise<Snapshot | undefined> => {
    const found = (await devices.listJobs(deviceId)).find(({ name }) => name === job)
    return found?.newestVersion === undefined ? undefined : snapshots.find(found.newestVersion)
  }

  const within = (ms: number) => {
    const untilMs = clock.now() + ms
    return () => clock.now() < untilMs
  }

  return {
    plan: async ({ version, paths: wanted, deviceId }) => {
      const source = await sourceOf(version)
      const paths = await pathsOf(version, wanted)
      const facts = await selectionFacts(source, version, { paths, goesOn: within(countForMs) })
      const newest = await newestOf(deviceId, version.job)
      if (newest === undefined || newest.repositoryId !== version.repositoryId) return { facts, estimate: undefined }
      const sides = { version, newest, selected: facts }
      const estimate = await estimateAgainst(source, sides, { paths, goesOn: within(countForMs) })
      return { facts, estimate: { ...estimate, asOfMs: newest.receivedAt } }
    },
    check: async (asked) => {
      await demandTarget(options, asked)
      const paths = await pathsOf(asked.version, asked.paths)
      if (paths.length > maxRestorePaths)
        throw new RestoreOrderError('too-many', `At most ${maxRestorePaths} files and folders go back at once.`)
      const source = await sourceOf(asked.version)
      const facts = await selectionFacts(source, asked.version, { paths, goesOn: within(countForMs) })
      // An undo may name what was not there before: it goes again.
      if (facts.found.length === 0 && (asked.mode !== 'revert' || paths.length === 0))
        throw new RestoreOrderError('nothing-selected', 'Choose files or folders of this version first.')
      return { paths: asked.mode === 'revert' ? paths : facts.found, facts }
    },
    taskOf: async (version, of) => {
      try {
        return await restoreTask({ source: await sourceOf(version), version }, of)
      } catch (cause) {
        throw new RestoreOrderError('unreadable-now', 'This version cannot be read right now.', { cause })
      }
    },
  }
}
