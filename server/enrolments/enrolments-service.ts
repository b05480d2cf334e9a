import type { ActingAs, AuditAction } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Database, Transaction } from '../database/database.ts'
import { type Device, formatDeviceNumber } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import { createAttemptLimiter } from '../users/attempt-limiter.ts'
import { networkOf } from '../users/network-of.ts'
import {
  type Enrolment,
  type EnrolmentState,
  enrolmentLimits,
  enrolmentSecretPrefix,
  enrolmentStateAt,
  findEnrolmentCode,
  newEnrolmentCode,
} from './enrolment.ts'
import { EnrolmentError } from './enrolment-error.ts'
import * as table from './enrolments-table.ts'
import { demandOpen, unknownEnrolment } from './take-use.ts'

export interface NewEnrolment {
  readonly customerId: Id<'cus'>
  readonly subscriptionId: Id<'sub'>
  /** The computer whose place is taken; the link is then good once, and under that computer's plan. */
  readonly deviceId: Id<'dev'> | undefined
  readonly usesMax: number
  readonly days: number
}

/** The secrets are told here and never again. */
export interface CreatedEnrolment {
  readonly enrolment: Enrolment
  readonly secret: string
  readonly code: string
}

export interface EnrolmentUse {
  readonly device: Device | undefined
  readonly usedAt: number
}

/** What a computer shows to be let in. */
export interface ShownEnrolment {
  readonly kind: 'link' | 'code'
  readonly secret: string
  readonly address: string
}

export interface EnrolmentsService {
  /** Throws EnrolmentError `invalid`, `too-many`. */
  readonly create: (wish: NewEnrolment, actingAs: ActingAs) => Promise<CreatedEnrolment>
  readonly find: (enrolmentId: Id<'enr'>) => Promise<Enrolment | undefined>
  readonly stateNow: (enrolment: Enrolment) => EnrolmentState
  /** The newest first. */
  readonly listOfCustomer: (customerId: Id<'cus'>) => Promise<readonly Enrolment[]>
  readonly list: (page: {
    readonly reach: CustomerReach
    readonly after: string | undefined
    readonly limit: number
  }) => Promise<readonly Enrolment[]>
  readonly listUses: (enrolmentId: Id<'enr'>) => Promise<readonly EnrolmentUse[]>
  /** Withdrawing it twice is no error. */
  readonly revoke: (enrolment: Enrolment, actingAs: ActingAs) => Promise<void>
  /** Guesses are slowed down. Throws EnrolmentError `unknown`, `expired`, `used`, `revoked`, `throttled`. */
  readonly admit: (shown: ShownEnrolment) => Promise<Enrolment>
}

const dayMs = 24 * 60 * 60 * 1000
const listedOfCustomer = 50
/** Somebody typing codes from one place: the first few at once, then one every half minute. */
const perNetwork = { burst: 20, refillMs: 30_000 }

export function createEnrolments(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly devices: Pick<DevicesService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
}): EnrolmentsService {
  const { database, clock, randomness, devices, subscriptions } = options
  const { kysely } = database
  const guesses = createAttemptLimiter({ clock, limit: perNetwork })

  return {
    create: async (wish, actingAs) => {
      const { actor } = actingAs
      if (actor.kind !== 'user') throw new EnrolmentError('invalid', 'Somebody who is signed in has to make it.')
      const { customerId, usesMax, days } = wish
      demandWithin('uses', usesMax, enrolmentLimits.usesMax)
      demandWithin('days', days, enrolmentLimits.days)
      const device = wish.deviceId === undefined ? undefined : await devices.find(wish.deviceId)
      if (wish.deviceId !== undefined && (device?.customerId !== customerId || device.kind !== 'agent'))
        throw notFound('There is no such computer.')
      const subscriptionId = device?.subscriptionId ?? wish.subscriptionId
      if ((await subscriptions.find(subscriptionId))?.customerId !== customerId) throw notFound('There is no such plan.')
      const nowMs = clock.now()
      if ((await table.countOpenEnrolments(kysely, customerId, nowMs)) >= enrolmentLimits.openPerCustomer)
        throw new EnrolmentError(
          'too-many',
          `There are ${enrolmentLimits.openPerCustomer} open links. Withdraw some of them first.`,
        )
      const enrolment: Enrolment = {
        enrolmentId: newId('enr', randomness),
        customerId,
        subscriptionId,
        deviceId: device?.deviceId,
        usesMax: device === undefined ? usesMax : 1,
        uses: 0,
        createdBy: { userId: actor.userId, name: actor.email },
        createdAt: nowMs,
        expiresAt: nowMs + days * dayMs,
        revokedAt: undefined,
      }
      const secret = newBearerSecret(randomness, enrolmentSecretPrefix)
      const code = newEnrolmentCode(randomness)
      await database.transaction(async (tx) => {
        const hashes = { secretHash: hashOfShown('link', secret)!, codeHash: hashOfShown('code', code)! }
        await table.insertEnrolment(tx, { ...enrolment, ...hashes })
        await note(tx, 'enrolment.created', enrolment, actingAs, nowMs, {
          uses: enrolment.usesMax,
          days,
          ...(device === undefined ? {} : { replaces: formatDeviceNumber(device.number) }),
        })
      })
      return { enrolment, secret, code }
    },
    find: (enrolmentId) => table.findEnrolment(kysely, enrolmentId),
    stateNow: (enrolment) => enrolmentStateAt(enrolment, clock.now()),
    listOfCustomer: (customerId) => table.listEnrolments(kysely, { customerId, limit: listedOfCustomer }),
    list: (page) => table.listEnrolmentsAfter(kysely, page),
    listUses: async (enrolmentId) => {
      const uses = await table.listUses(kysely, enrolmentId)
      return Promise.all(uses.map(async ({ deviceId, usedAt }) => ({ device: await devices.find(deviceId), usedAt })))
    },
    revoke: async (enrolment, actingAs) => {
      const at = clock.now()
      await database.transaction(async (tx) => {
        if (!(await table.revokeEnrolment(tx, enrolment.enrolmentId, at))) return
        await note(tx, 'enrolment.revoked', enrolment, actingAs, at, { uses: enrolment.uses })
      })
    },
    admit: async ({ kind, secret, address }) => {
      const network = networkOf(address)
      const attempt = guesses.attempt(network)
      if (attempt.kind === 'throttled') throw new EnrolmentError('throttled', 'Too many attempts.', attempt)
      const hash = hashOfShown(kind, secret)
      const enrolment = hash && (await table.findEnrolmentByHash(kysely, kind, hash))
      if (enrolment === undefined) throw unknownEnrolment(kind)
      guesses.giveBack(network)
      demandOpen(enrolment, clock.now())
      return enrolment
    },
  }
}

function hashOfShown(kind: 'link' | 'code', secret: string): Uint8Array | undefined {
  if (kind === 'link') return secret.startsWith(enrolmentSecretPrefix) ? hashBearerSecret(secret) : undefined
  const code = findEnrolmentCode(secret)
  return code === undefined ? undefined : hashBearerSecret(code)
}

async function note(
  tx: Transaction,
  action: AuditAction,
  { enrolmentId, customerId }: Enrolment,
  actingAs: ActingAs,
  at: number,
  detail: Readonly<Record<string, string | number>>,
): Promise<void> {
  await insertAudit(tx, { ...actingAs, at, action, objectId: enrolmentId, customerId, detail })
}

function demandWithin(what: 'uses' | 'days', value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return
  throw new EnrolmentError('invalid', `The number of ${what} is a whole number from 1 to ${max}.`)
}

function notFound(message: string): EnrolmentError {
  return new EnrolmentError('not-found', message)
}
