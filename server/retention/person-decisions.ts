/** What people decide about a single version: pinned, unpinned, deleted (by way of the bin), taken back. */
import { type ActingAs, type AuditAction, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { recountVersions } from '../snapshots/version-counters-table.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { findDeviceVersion } from './device-versions-table.ts'
import { endForgetting } from './forgotten-devices-table.ts'
import type { WriteInRepository } from './repository-writing.ts'
import { type DeviceVersion, RetentionError } from './retention.ts'
import { type Marking, putIntoBin, putPin, removePin, takeOutOfBin } from './version-bin.ts'

export interface PersonDecisions {
  /** Kept whatever the rules say. Throws RetentionError `in-bin`, `checkpoint`. */
  readonly pin: (version: Snapshot, actingAs: ActingAs) => Promise<void>
  readonly unpin: (version: Snapshot, actingAs: ActingAs) => Promise<void>
  /** Into the bin, whatever rules and floors say. Throws RetentionError `pinned`, `checkpoint`, `in-bin`. */
  readonly remove: (version: Snapshot, actingAs: ActingAs) => Promise<void>
  /** Out of the bin. It is pinned where the rules would let it go again. Throws RetentionError `not-in-bin`, `ending`. */
  readonly takeBack: (version: Snapshot, actingAs: ActingAs) => Promise<{ readonly isPinned: boolean }>
}

export interface PersonDecisionsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly readObservedTime: () => Promise<number>
  readonly writeIn: WriteInRepository
  /** Whether the rules would keep a version that comes out of the bin. */
  readonly isKeptByRules: (tx: Transaction, version: DeviceVersion) => Promise<boolean>
  readonly reached: ReachedPoint
}

type Act = (tx: Transaction, version: DeviceVersion, marking: Marking) => Promise<void>

export function createPersonDecisions(options: PersonDecisionsOptions): PersonDecisions {
  const { database, clock, reached } = options

  const decide = async (snapshot: Snapshot, actingAs: ActingAs, action: AuditAction, act: Act) => {
    const observedMs = await options.readObservedTime()
    await options.writeIn(snapshot.repositoryId, ({ place, write }) =>
      database.transaction(async (tx) => {
        await lockRepository(tx, snapshot.repositoryId)
        const version = await findDeviceVersion(tx, snapshot.id)
        if (version === undefined) throw new RetentionError('not-found', 'This version is not there any more.')
        const at = clock.now()
        await write(() => act(tx, version, { place, reached, at, observedMs }))
        const { id: objectId, customerId, deviceId } = snapshot
        await insertAudit(tx, {
          ...actingAs,
          at,
          action,
          objectId,
          customerId,
          detail: { computer: deviceId, seq: snapshot.seq },
        })
        reached('mark:before-commit')
      }),
    )
    reached('mark:committed')
  }

  return {
    pin: (snapshot, actingAs) =>
      decide(snapshot, actingAs, 'version.pinned', async (tx, version, marking) => {
        demandOutside(version)
        if (!version.isPinned) await putPin(tx, version, marking, actorName(actingAs.actor))
      }),
    unpin: (snapshot, actingAs) =>
      decide(snapshot, actingAs, 'version.unpinned', async (tx, version, marking) => {
        if (version.isPinned) await removePin(tx, version, marking)
      }),
    remove: (snapshot, actingAs) =>
      decide(snapshot, actingAs, 'version.deleted', async (tx, version, marking) => {
        if (version.isCheckpoint)
          throw new RetentionError('checkpoint', 'This backup is not finished. It goes by itself once the backup is done.')
        if (version.isPinned) throw new RetentionError('pinned', 'This version is pinned. Unpin it first.')
        if (version.bin?.cause === 'person') demandOutside(version)
        await putIntoBin(tx, version, marking, actorName(actingAs.actor))
        await recountVersions(tx, version.deviceId)
      }),
    takeBack: async (snapshot, actingAs) => {
      let isPinned = false
      await decide(snapshot, actingAs, 'version.taken-back', async (tx, version, marking) => {
        if (version.bin === undefined) throw new RetentionError('not-in-bin', 'This version is not in the bin.')
        await takeOutOfBin(tx, version, marking)
        await endForgetting(tx, version.deviceId)
        await recountVersions(tx, version.deviceId)
        isPinned = version.isPinned || !(await options.isKeptByRules(tx, version))
        if (isPinned && !version.isPinned) await putPin(tx, version, marking, actorName(actingAs.actor))
      })
      return { isPinned }
    },
  }
}

function demandOutside({ bin }: DeviceVersion): void {
  if (bin !== undefined) throw new RetentionError('in-bin', 'This version is in the bin. Take it back first.')
}
