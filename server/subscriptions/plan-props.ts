/** A subscription as its page shows it: for its customer, and for staff. */
import type { ChangeRow, SubscriptionProps } from '../../views/pages/account-plan.ts'
import { keptForText } from '../home/kept-for.ts'
import { computerPath } from '../http/page-paths.ts'
import type { LicenceStanding, StandingComputer } from './licence-standing.ts'
import { planChangePath, planSwitchPath, planUndoPath, subscriptionPath } from './plan-paths.ts'
import type { Subscription } from './subscription.ts'
import type { SubscriptionChange } from './subscription-change.ts'

export interface PlanRights {
  readonly maySwitch: boolean
  readonly mayRehearse: boolean
  /** Staff: renewals, ends, and the way back. */
  readonly mayChange: boolean
  readonly mayUndo: boolean
}

export function subscriptionProps(
  subscription: Subscription,
  found: {
    readonly standing: LicenceStanding
    readonly computers: readonly StandingComputer[]
    readonly leftOut: number
    readonly changes: readonly SubscriptionChange[]
    readonly rights: PlanRights
    readonly nowMs: number
  },
): SubscriptionProps {
  const { subscriptionId, customerId } = subscription
  const { standing, rights } = found
  const { quota, freedByDeleting, markedAt } = standing
  return {
    id: subscriptionId,
    planName: subscription.planName,
    licenceKey: subscription.licenceKey,
    priceText: subscription.priceText,
    timeZone: subscription.timeZone,
    validFromMs: subscription.validFrom,
    validUntilMs: subscription.validUntil,
    isStarted: subscription.validFrom <= found.nowMs,
    warning: standing.warning,
    quota,
    space: {
      usedBytes: quota.usedBytes,
      beforeDeduplicationBytes: standing.beforeDeduplicationBytes,
      freedByDeletingBytes: freedByDeleting?.bytes,
      countedAtMs: markedAt,
    },
    fullAtMs: standing.fullAt,
    keptFor: keptForText(subscription.retention),
    minIntervalMinutes: subscription.minIntervalMinutes,
    features: subscription.features,
    places: standing.places,
    devicesMax: subscription.devicesMax,
    off: standing.off,
    computers: found.computers.map(computerRow),
    computersLeftOut: found.leftOut,
    changes: found.changes.map((change) => changeRow(change, rights)),
    switchPath: rights.maySwitch ? planSwitchPath(subscriptionId) : undefined,
    changePath: rights.mayRehearse ? planChangePath(subscriptionId) : undefined,
    staffPath: rights.mayChange ? subscriptionPath(customerId, subscriptionId) : undefined,
  }
}

function computerRow({ device, freedByDeleting, paused }: StandingComputer): SubscriptionProps['computers'][number] {
  return {
    name: device.name,
    path: computerPath(device.deviceId),
    versions: device.versionsCount,
    storedBytes: device.storedBytes,
    freedByDeletingBytes: freedByDeleting?.bytes,
    paused,
    isConnected: device.state === 'active',
  }
}

export function changeRow(change: SubscriptionChange, { mayUndo }: Pick<PlanRights, 'mayUndo'>): ChangeRow {
  const { at: atMs, by, undo, changeId, subscriptionId } = change
  return { atMs, by, words: changeWords(change), undo: undoRow() }

  function undoRow(): ChangeRow['undo'] {
    if (undo.kind === 'undone') return { kind: 'undone', atMs: undo.at, by: undo.by }
    if (undo.kind !== 'open') return undefined
    return { kind: 'open', changeId, untilMs: undo.untilMs, path: mayUndo ? planUndoPath(subscriptionId) : undefined }
  }
}

export function changeWords({ kind, before, after, computers }: SubscriptionChange): string {
  const stopped = computers.stopped.length
  const more = stopped === 0 ? '' : `, ${stopped} ${stopped === 1 ? 'computer' : 'computers'} stopped`
  switch (kind) {
    case 'sold':
      return `${after.planName} was sold`
    case 'renewed':
      return `${after.planName} was renewed`
    case 'ended':
      return `${after.planName} was ended`
    case 'plan-changed':
      return `${before?.planName ?? 'Nothing'} to ${after.planName}${more}`
    case 'terms-changed':
      return `What ${after.planName} holds was changed`
    default:
      return kind satisfies never
  }
}
