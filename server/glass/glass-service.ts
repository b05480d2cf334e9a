/** Looks behind the glass: begun, written down, ended. @see glass.ts */
import { glassBroken } from '../../views/letters/glass-letters.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { type Customer, formatCustomerNumber } from '../customers/customer.ts'
import { listMembers } from '../customers/memberships-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { LettersService } from '../letters/letters-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { SignedIn } from '../sessions/session.ts'
import { type BrokenGlass, type GlassLook, type GlassOpening, glassLastsMs, parseReason } from './glass.ts'
import * as table from './glass-table.ts'

const maxOwnersTold = 500
const maxLooksListed = 20
const maxOpeningsListed = 200
const maxEndedPerSweep = 100

export interface GlassService {
  /** Another one that is open in the session ends. @throws GlassError `invalid-reason` */
  readonly begin: (
    signedIn: SignedIn,
    into: { readonly customer: Customer; readonly reason: string },
    address: string,
  ) => Promise<void>
  /** Written before anything is shown; the same thing looked at again is written once. */
  readonly noteOpening: (
    signedIn: SignedIn,
    glass: BrokenGlass,
    opening: Omit<GlassOpening, 'at'>,
    address: string,
  ) => Promise<void>
  readonly end: (signedIn: SignedIn, address: string) => Promise<void>
  /** Ends those whose hour is over, or whose session is gone; how many. */
  readonly endRunOut: () => Promise<number>
  /** The newest first. */
  readonly listOfCustomer: (customerId: Id<'cus'>) => Promise<readonly GlassLook[]>
}

export function createGlass(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly letters: LettersService
}): GlassService {
  const { database, clock, randomness, letters } = options
  const { kysely } = database

  const endOne = async (
    tx: Transaction,
    glass: Pick<BrokenGlass, 'glassId' | 'customerId'>,
    by: {
      readonly userId: Id<'usr'>
      readonly email: string
      readonly address: string
      readonly at: number
      readonly how: string
    },
  ): Promise<boolean> => {
    const { glassId, customerId } = glass
    if (!(await table.endGlass(tx, glassId, by.at))) return false
    const detail = { how: by.how, opened: await table.countOpenings(tx, glassId) }
    const actor = { kind: 'user', userId: by.userId, email: by.email } as const
    const entry = { at: clock.now(), action: 'break-glass.ended', objectId: glassId, customerId, detail } as const
    await insertAudit(tx, { actor, address: by.address, ...entry })
    return true
  }

  return {
    begin: async ({ user, sessionId, glass }, { customer, reason: typed }, address) => {
      const reason = parseReason(typed)
      const { customerId } = customer
      const beganAt = clock.now()
      const glassId = newId('bgl', randomness)
      const { userId, name, email } = user
      await database.transaction(async (tx) => {
        if (glass !== undefined) await endOne(tx, glass, { userId, email, address, at: beganAt, how: 'another one began' })
        const expiresAt = beganAt + glassLastsMs
        await table.insertGlass(tx, { glassId, customerId, userId, byName: name, sessionId, reason, beganAt, expiresAt })
        const actor = { kind: 'user', userId, email } as const
        const entry = { at: beganAt, action: 'break-glass.began', objectId: glassId, customerId, detail: { reason } } as const
        await insertAudit(tx, { actor, address, ...entry })
        const letter = glassBroken({
          byName: name,
          reason,
          customer: { name: customer.name, number: formatCustomerNumber(customer.number) },
        })
        const owners = (await listMembers(tx, customerId, maxOwnersTold)).filter(({ role }) => role === 'owner')
        for (const owner of owners) await letters.post(tx, { to: owner, letter, customerId })
      })
    },
    noteOpening: async ({ user }, { glassId, customerId }, opening, address) => {
      await database.transaction(async (tx) => {
        if (await table.hasOpening(tx, glassId, opening)) return
        const at = clock.now()
        await table.insertOpening(tx, glassId, { ...opening, at })
        // The audit log is read by staff too: it has the version, and never a name.
        const actor = { kind: 'user', userId: user.userId, email: user.email } as const
        const objectId = opening.snapshot === '' ? glassId : opening.snapshot
        const entry = { at, action: 'break-glass.opened', objectId, customerId, detail: { kind: opening.kind } } as const
        await insertAudit(tx, { actor, address, ...entry })
      })
    },
    end: async ({ user, glass }, address) => {
      if (glass === undefined) return
      const { userId, email } = user
      await database.transaction((tx) => endOne(tx, glass, { userId, email, address, at: clock.now(), how: 'by hand' }))
    },
    endRunOut: async () => {
      const runOut = await table.listRunOutGlass(kysely, clock.now(), maxEndedPerSweep)
      for (const glass of runOut) {
        const { userId, email, endedAt } = glass
        const by = { userId, email, address: 'the box itself', at: endedAt, how: 'by itself' }
        await database.transaction((tx) => endOne(tx, glass, by))
      }
      return runOut.length
    },
    listOfCustomer: async (customerId) => {
      const looks: GlassLook[] = []
      for (const row of await table.listGlassOfCustomer(kysely, customerId, maxLooksListed)) {
        const isOver = row.ended_at !== null || row.expires_at <= clock.now()
        looks.push({
          glassId: row.id,
          byName: row.by_name,
          reason: row.reason,
          beganAt: row.began_at,
          endedAt: isOver ? (row.ended_at ?? row.expires_at) : undefined,
          openings: await table.listOpenings(kysely, row.id, maxOpeningsListed),
          openingsCount: await table.countOpenings(kysely, row.id),
        })
      }
      return looks
    },
  }
}
