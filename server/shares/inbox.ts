/**
 * The inbox of a customer: made with its first link that takes files, on the plan that lets things in and has had them the longest. To
 * another plan it moves like a computer, by whoever may move one.
 */
import { createHash } from 'node:crypto'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Customer } from '../customers/customer.ts'
import type { Transaction } from '../database/database.ts'
import { type Device, formatDeviceNumber } from '../devices/device.ts'
import { findInbox, insertDevice } from '../devices/devices-table.ts'
import { findRepositoryOfCustomer } from '../repositories/repositories-table.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { nextNumber } from '../settings/counters-table.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import { ShareError } from './share-error.ts'

const inboxName = 'Inbox'
const secretBytes = 32

/** Whoever makes the first two links at once waits here for the other: the repository's row is locked. */
export async function ensureInbox(
  tx: Transaction,
  asked: {
    readonly customer: Customer
    readonly subscription: Subscription
    readonly actingAs: ActingAs & { readonly actor: { readonly kind: 'user'; readonly userId: Id<'usr'> } }
    readonly nowMs: number
    readonly randomness: Randomness
  },
): Promise<Pick<Device, 'deviceId' | 'name'>> {
  const { customer, subscription, actingAs, nowMs, randomness } = asked
  const { customerId } = customer
  const known = await findInbox(tx, customerId)
  if (known !== undefined) return known
  const repository = await findRepositoryOfCustomer(tx, customerId)
  if (repository === undefined) throw new ShareError('not-found', 'This account has no place for files.')
  const deviceId = newId('dev', randomness)
  const number = await nextNumber(tx, 'devices')
  await insertDevice(tx, {
    kind: 'inbox',
    deviceId,
    number,
    customerId,
    repositoryId: repository.repositoryId,
    subscriptionId: subscription.subscriptionId,
    name: inboxName,
    // Of a secret that nobody has: nobody connects as it.
    tokenHash: createHash('sha256').update(randomness.bytes(secretBytes)).digest(),
    fingerprint: {
      print: createHash('sha256').update(deviceId).digest('hex'),
      system: {},
      board: {},
      macs: [],
      diskSerials: [],
      os: { distro: 'What people send by links' },
    },
    instance: randomness.bytes(secretBytes).toString('base64url'),
    agentVersion: '',
    address: 'the box itself',
    connectedAt: nowMs,
    connectedBy: actingAs.actor.userId,
  })
  await insertAudit(tx, {
    ...actingAs,
    at: nowMs,
    action: 'device.connected',
    objectId: deviceId,
    customerId,
    detail: { number: formatDeviceNumber(number), name: inboxName, plan: subscription.planName },
  })
  return { deviceId, name: inboxName }
}
