/** What other rules would do today, on the versions and packs as they are: nothing is changed. */

import type { Queryable } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import type { Retention } from '../plans/plan.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { countFreed, type FreedBytes } from './count-freed.ts'
import { decideDevice } from './decide.ts'
import type { DeviceVersion } from './retention.ts'

export interface RetentionPreview {
  readonly rules: Retention
  /** Of those that are not in the bin: they would go there. Newest first. */
  readonly going: readonly DeviceVersion[]
  readonly staying: number
  /** They would come out of the bin again. */
  readonly comingBack: number
  /** Once what goes has left the bin; undefined when it could not be counted, or not within the time given. */
  readonly freed: FreedBytes | undefined
}

export interface PreviewOptions {
  readonly db: Queryable
  readonly device: Pick<Device, 'deviceId'>
  readonly rules: Retention
  readonly timeZone: string
  readonly nowMs: number
  readonly repository: Repository
  readonly place: RepositoryPlace
  /** Ends the counting of bytes; the list of versions is given all the same. */
  readonly countUntil: AbortSignal
}

export async function previewRules(options: PreviewOptions): Promise<RetentionPreview> {
  const { db, device, rules, timeZone, nowMs } = options
  const decisions = await decideDevice(db, { deviceId: device.deviceId, rules, timeZone, nowMs })
  const outside = decisions.filter(({ version }) => version.bin === undefined)
  const going = outside.filter(({ kind }) => kind === 'forget').map(({ version }) => version)
  const comingBack = decisions.filter(({ version, kind }) => kind === 'keep' && version.bin?.cause === 'rules').length
  return { rules, going, staying: outside.length - going.length, comingBack, freed: await tryCount(options, going) }
}

async function tryCount(options: PreviewOptions, going: readonly DeviceVersion[]): Promise<FreedBytes | undefined> {
  const { countUntil } = options
  try {
    return await countFreed({ ...options, going: new Set(going.map(({ snapshotId }) => snapshotId)), signal: countUntil })
  } catch (error) {
    if (countUntil.aborted) return undefined
    throw error
  }
}
