/** Moves to another plan as the computer's page shows them: before, and while they can be taken back. */
import type { GoingProps } from '../../views/partials/going-versions.ts'
import type { MovedProps, MoveRehearsal } from '../../views/partials/plan-move.ts'
import { keptForText } from '../home/kept-for.ts'
import type { DeviceVersion } from '../retention/retention.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { isId } from '../runtime/ids.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { undoWindowMs } from '../subscriptions/subscription-change.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import type { Device } from './device.ts'
import type { DevicesService } from './devices-service.ts'

export interface MovePropsOptions {
  readonly clock: Clock
  readonly devices: Pick<DevicesService, 'countActive' | 'findMove'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly retention: Pick<RetentionService, 'rulesOf' | 'preview' | 'decide'>
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
}

export interface MoveProps {
  /** Undefined where `plan` names no other plan of the same customer. */
  readonly rehearse: (device: Device, plan: string | undefined) => Promise<MoveRehearsal | undefined>
  readonly findMoved: (device: Device) => Promise<MovedProps | undefined>
}

/** A page must not be waited for longer. */
const rehearseForMs = 5_000
const goingShown = 10

export function createMoveProps({ clock, devices, subscriptions, retention, snapshots }: MovePropsOptions): MoveProps {
  const goingOf = async (going: readonly DeviceVersion[]): Promise<GoingProps> => {
    const rows = await snapshots.findByIds(going.slice(0, goingShown).map(({ id }) => id))
    const first = rows
      .toSorted((one, other) => other.receivedAt - one.receivedAt)
      .map(({ receivedAt, counts }) => ({ atMs: receivedAt, newBytes: counts.addedBytes }))
    return { going: going.length, first }
  }

  return {
    rehearse: async (device, plan) => {
      const to = plan !== undefined && isId('sub', plan) ? await subscriptions.find(plan) : undefined
      if (to?.customerId !== device.customerId || to.subscriptionId === device.subscriptionId) return undefined
      const open = await devices.findMove(device.deviceId)
      const isUndo = open?.fromId === to.subscriptionId
      const now = await retention.rulesOf(device)
      const computers = await devices.countActive(to.subscriptionId)
      const preview =
        now.own === undefined ? await retention.preview(device, to.retention, AbortSignal.timeout(rehearseForMs)) : undefined
      return {
        id: to.subscriptionId,
        from: now.plan.name,
        to: to.planName,
        computers,
        computersMax: to.devicesMax,
        keptNow: keptForText(now.rules),
        keptThen: keptForText(now.own ?? to.retention),
        going: preview && (await goingOf(preview.going)),
        freedBytes: preview?.freed?.freedBytes,
        heldUntilMs: isUndo ? open.untilMs : clock.now() + undoWindowMs,
        isUndo,
        isFull: device.state === 'active' && computers >= to.devicesMax,
      }
    },
    findMoved: async (device) => {
      const open = await devices.findMove(device.deviceId)
      const from = open && (await subscriptions.find(open.fromId))
      if (open === undefined || from === undefined) return undefined
      const { own, plan } = await retention.rulesOf(device)
      const decided = own === undefined ? await retention.decide(device, plan.rules) : undefined
      const going = decided
        ?.filter(({ kind, version }) => kind === 'forget' && version.bin === undefined)
        .map(({ version }) => version)
      return {
        fromId: open.fromId,
        from: from.planName,
        to: plan.name,
        untilMs: open.untilMs,
        going: going && (await goingOf(going)),
      }
    },
  }
}
