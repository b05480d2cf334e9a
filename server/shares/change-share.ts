/** A link is given more time or less, another password, another limit. What that would open again is asked what a new link is asked. */
import type { ActingAs } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Clock } from '../runtime/clock.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import type { DemandOpenable } from './demand-openable.ts'
import { dayMs, lacksPassword, type Share, shareEndIn } from './share.ts'
import { insertShareAudit } from './share-audit.ts'
import { ShareError } from './share-error.ts'
import type { ShareRules } from './share-rules.ts'
import type { ShareRulesService } from './share-rules-service.ts'
import { demandDays, demandDownloads, parseNote, parseSharePassword, passwordNeeded } from './share-words.ts'
import { findShareLocked, updateShare } from './shares-table.ts'

export interface ShareChange {
  readonly note: string
  /** From now on; undefined: as it is. */
  readonly days: number | undefined
  /** Undefined: as it is; empty: none any more. */
  readonly password: string | undefined
  readonly downloadsMax: number | undefined
}

/** Throws ShareError. */
export type ChangeShare = (share: Share, change: ShareChange, actingAs: ActingAs) => Promise<void>

export function createChangeShare(options: {
  readonly database: Database
  readonly clock: Clock
  readonly hasher: PasswordHasher
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly repositories: Pick<Repositories, 'findOfCustomer'>
  readonly rules: Pick<ShareRulesService, 'find'>
  readonly demandOpenable: DemandOpenable
}): ChangeShare {
  const { database, clock, hasher, devices, snapshots, subscriptions } = options

  const findPlan = async (share: Share): Promise<Subscription | undefined> => {
    const deviceId = share.kind === 'upload' ? share.deviceId : (await snapshots.find(share.version))?.deviceId
    const device = deviceId && (await devices.find(deviceId))
    return device && subscriptions.find(device.subscriptionId)
  }

  const changeIn = async (tx: Transaction, share: Share, changed: Share, rules: ShareRules) => {
    if (lacksPassword(changed, rules)) throw passwordNeeded()
    const nowMs = clock.now()
    const opens = !endsByItself(changed, nowMs) && (endsByItself(share, nowMs) || changed.expiresAt > share.expiresAt)
    if (opens) await options.demandOpenable(tx, changed, await findPlan(changed))
    await updateShare(tx, changed)
  }

  return async ({ shareId, customerId }, wanted, actingAs) => {
    const { days, downloadsMax, password } = wanted
    const repository = await options.repositories.findOfCustomer(customerId)
    const rules = await options.rules.find()
    if (days !== undefined) demandDays(days, rules)
    if (downloadsMax !== undefined) demandDownloads(downloadsMax)
    const note = parseNote(wanted.note)
    const typed = password === undefined ? undefined : parseSharePassword(password)
    const newHash = typed && (await hasher.hash(typed))
    await database.transaction(async (tx) => {
      if (repository !== undefined) await lockRepository(tx, repository.repositoryId)
      const share = await findShareLocked(tx, shareId)
      if (share === undefined || share.revoked !== undefined)
        throw new ShareError('over', 'This link was withdrawn. Make a new one.')
      const facts = {
        note,
        expiresAt: days === undefined ? share.expiresAt : clock.now() + days * dayMs,
        passwordHash: password === undefined ? share.passwordHash : newHash,
      }
      await changeIn(tx, share, share.kind === 'download' ? { ...share, ...facts, downloadsMax } : { ...share, ...facts }, rules)
      await insertShareAudit(tx, 'share.changed', share, { ...actingAs, at: clock.now() }, changedFields(wanted))
    })
  }
}

/** Whatever is true around it. */
function endsByItself(share: Share, nowMs: number): boolean {
  return shareEndIn(share, { nowMs, isThere: true, isServed: true, isPasswordNeeded: false }) !== undefined
}

function changedFields({ days, password, downloadsMax }: ShareChange): Record<string, string | number> {
  return {
    ...(days === undefined ? {} : { days }),
    ...(password === undefined ? {} : { password: password === '' ? 'removed' : 'changed' }),
    ...(downloadsMax === undefined ? {} : { downloadsMax }),
  }
}
