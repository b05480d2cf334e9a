/**
 * The row of a repository that a folder holds. A folder whose owner nobody knows gets a customer and a plan of its own. On a box
 * without any people that customer is the one which the first set-up takes up: whoever sets the box up again owns its backups.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  encodeRepositoryFile,
  FormatError,
  parseRepositoryUid,
  type RepositoryDescription,
  type RepositoryUid,
  readRepositoryFile,
} from '../../engine/index.ts'
import { actingOnTheBox } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { type CustomerState, newCustomer } from '../customers/customer.ts'
import { countCustomers, insertCustomer } from '../customers/customers-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import { firstPlanName } from '../plans/plan.ts'
import type { PlansService } from '../plans/plans-service.ts'
import { findRepositoryByUid, insertRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import { newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import { nextNumber } from '../settings/counters-table.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { openByMasterKey } from './rebuild-keys.ts'

export interface TakeIn {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly masterKey: Buffer
  readonly plans: Pick<PlansService, 'findNamed'>
  readonly subscriptions: Pick<SubscriptionsService, 'insert'>
}

export type TakenIn =
  | { readonly kind: 'taken'; readonly repository: Repository; readonly isNewCustomer: boolean }
  | { readonly kind: 'refused'; readonly why: string }

/** `isOnlyOne`: no other folder holds a repository, so there is no doubt whose it is. */
export async function takeIn(options: TakeIn, place: RepositoryPlace, isOnlyOne: boolean): Promise<TakenIn> {
  const described = await describe(options, place)
  if (described.kind === 'refused') return described
  const { uid } = described.description
  const known = await findRepositoryByUid(options.database.kysely, uid)
  if (known !== undefined) return { kind: 'taken', repository: known, isNewCustomer: false }
  await options.database.transaction((tx) => insertOwner(tx, options, described.description, isOnlyOne))
  const repository = await findRepositoryByUid(options.database.kysely, uid)
  if (repository === undefined) throw new Error('the repository that was just taken in is not there')
  return { kind: 'taken', repository, isNewCustomer: true }
}

type Described =
  | { readonly kind: 'described'; readonly description: RepositoryDescription }
  | { readonly kind: 'refused'; readonly why: string }

/** A folder without a readable repository.json is one all the same when the box's own key opens it under its name. */
async function describe({ masterKey, clock }: TakeIn, place: RepositoryPlace): Promise<Described> {
  const uid = parseRepositoryUid(basename(place.folder))
  const file = await readDescription(place)
  if (file.kind === 'described') {
    const isItself = file.description.uid.equals(uid)
    return isItself ? file : { kind: 'refused', why: 'its repository.json is of another repository' }
  }
  if ((await openByMasterKey(place, uid, masterKey)) === undefined) return file
  const description = { uid, createdMs: clock.now() }
  replaceFileSync(place.repositoryFile, encodeRepositoryFile(description), { mode: 0o600 })
  return { kind: 'described', description }
}

async function readDescription(place: RepositoryPlace): Promise<Described> {
  try {
    return { kind: 'described', description: readRepositoryFile(await readFile(place.repositoryFile)) }
  } catch (error) {
    if (error instanceof FormatError) return { kind: 'refused', why: error.message }
    if (hasCode(error, ['ENOENT'])) return { kind: 'refused', why: 'it has no repository.json' }
    throw error
  }
}

async function insertOwner(
  tx: Transaction,
  { clock, randomness, plans, subscriptions }: TakeIn,
  { uid, createdMs }: RepositoryDescription,
  isOnlyOne: boolean,
): Promise<void> {
  const customerId = newId('cus', randomness)
  const nowMs = clock.now()
  const state: CustomerState = isOnlyOne && (await countCustomers(tx)) === 0 ? 'founding' : 'active'
  const number = await nextNumber(tx, 'customers')
  await insertCustomer(tx, { ...newCustomer({ customerId, number, name: nameOf(uid), createdAt: nowMs }), state })
  const plan = await plans.findNamed(firstPlanName)
  if (plan === undefined) throw new Error(`the plan ${firstPlanName} of the migrations is gone`)
  // No last day: nobody must lose backups because a database was lost.
  await subscriptions.insert(tx, { customerId, plan, validityDays: undefined }, actingOnTheBox)
  await insertRepository(tx, { uid, customerId, createdAt: createdMs })
  const entry = { at: nowMs, action: 'customer.rebuilt', objectId: customerId, customerId } as const
  await insertAudit(tx, { ...actingOnTheBox, ...entry, detail: { repository: uid.toString('hex') } })
}

const nameDigits = 8

function nameOf(uid: RepositoryUid): string {
  return `Found ${uid.toString('hex').slice(0, nameDigits)}`
}
