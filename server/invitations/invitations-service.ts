/** Asking people in, and letting them. @see invitation.ts */
import { invitationLetter } from '../../views/letters/invitation-letters.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { type Customer, formatCustomerNumber } from '../customers/customer.ts'
import { findCustomer } from '../customers/customers-table.ts'
import { countOwners, findMembership, insertMembership, lockMembers } from '../customers/memberships-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { LettersService } from '../letters/letters-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { hashBearerSecret, newBearerSecret } from '../tokens/bearer-secret.ts'
import type { Attempts } from '../users/attempts.ts'
import { findEmail, parseEmail, type UserIdentity } from '../users/user.ts'
import type { PreparedUser, UsersService } from '../users/users-service.ts'
import { findLogin, findStaffRole, setStaffRole } from '../users/users-table.ts'
import {
  type Invitation,
  type Invited,
  invitationLastsMs,
  isOwnerOf,
  maxOpenInvitations,
  refusalToInvite,
  standingOfInvitation,
} from './invitation.ts'
import { InvitationError } from './invitation-error.ts'
import * as table from './invitations-table.ts'

export interface SentInvitation {
  readonly invitation: Invitation
  /** Of the link: told here once. Undefined when it went by mail, where the inviting person has no business with it. */
  readonly secret: string | undefined
}

/** An invitation as the person sees it who opens its link. */
export interface OpenedInvitation {
  readonly invitation: Invitation
  readonly customer: Customer | undefined
  /** There is a login with this mail address. */
  readonly hasLogin: boolean
}

export interface InvitationsService {
  /** @throws InvitationError, UserError `invalid-email` */
  readonly invite: (
    inviter: UserIdentity,
    wish: { readonly email: string; readonly invited: Invited },
    address: string,
  ) => Promise<SentInvitation>
  readonly listOpen: (customerId: Id<'cus'> | undefined) => Promise<readonly Invitation[]>
  readonly find: (invitationId: Id<'inv'>) => Promise<Invitation | undefined>
  /** Another link by another letter; the one before ends. */
  readonly sendAgain: (inviter: UserIdentity, invitationId: Id<'inv'>, address: string) => Promise<SentInvitation>
  readonly withdraw: (by: UserIdentity, invitationId: Id<'inv'>, address: string) => Promise<void>
  /** What a link opens, ended ones too; undefined when no link ever was like this. */
  readonly open: (secret: string) => Promise<OpenedInvitation | undefined>
  /** By somebody who is signed in with the invited address. @throws InvitationError `ended` */
  readonly accept: (secret: string, user: UserIdentity, address: string) => Promise<Invitation>
  /** By somebody new. @throws InvitationError `ended`, UserError */
  readonly acceptAsNew: (
    secret: string,
    person: { readonly name: string; readonly password: string },
    address: string,
  ) => Promise<{ readonly invitation: Invitation; readonly user: UserIdentity }>
}

export function createInvitations(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly users: UsersService
  readonly attempts: Attempts
  readonly letters: LettersService
  readonly isMailSetUp: () => Promise<boolean>
}): InvitationsService {
  const { database, clock, randomness, users, attempts, letters, isMailSetUp } = options
  const { kysely } = database

  const note = (
    tx: Transaction,
    actingAs: ActingAs,
    action: 'invitation.sent' | 'invitation.sent-again' | 'invitation.withdrawn' | 'invitation.accepted',
    { invitationId, email, invited }: Pick<Invitation, 'invitationId' | 'email' | 'invited'>,
  ) =>
    insertAudit(tx, {
      ...actingAs,
      at: clock.now(),
      action,
      objectId: invitationId,
      ...(invited.kind === 'member' ? { customerId: invited.customerId } : {}),
      detail: { email, role: invited.role },
    })

  const demand = async (tx: Transaction, inviter: UserIdentity, invited: Invited): Promise<void> => {
    if (invited.kind === 'member') await lockMembers(tx, invited.customerId)
    const hasOwner = invited.kind === 'member' && (await countOwners(tx, invited.customerId)) > 0
    const refusal = refusalToInvite(inviter, invited, { hasOwner })
    if (refusal === 'not-yours') throw new InvitationError('not-yours', 'Whom this account lets in is its owner’s business.')
    if (refusal === 'owner-is-there')
      throw new InvitationError('owner-is-there', 'This account has an owner, who invites everybody else.')
  }

  const demandNotThere = async (tx: Transaction, emailFolded: string, invited: Invited): Promise<void> => {
    const login = await findLogin(tx, emailFolded)
    if (login === undefined) return
    const isThere =
      invited.kind === 'staff'
        ? (await findStaffRole(tx, login.userId)) !== undefined
        : (await findMembership(tx, login.userId, invited.customerId)) !== undefined
    if (isThere) throw new InvitationError('there-already', 'This person is there already. Change the role in the list.')
  }

  const send = async (tx: Transaction, invitation: Pick<Invitation, 'email' | 'invited' | 'byName'>, secret: string) => {
    const { invited, email, byName } = invitation
    const customer = invited.kind === 'member' ? await findCustomer(tx, invited.customerId) : undefined
    const letter = invitationLetter({
      byName,
      role: invited.role,
      customer: customer && { name: customer.name, number: formatCustomerNumber(customer.number) },
      path: invitationPath(secret),
    })
    const customerId = customer === undefined ? {} : { customerId: customer.customerId }
    await letters.post(tx, { to: { email, name: '' }, letter, ...customerId })
  }

  /** The rights that were promised, if they may still be given. False: not any more. */
  const give = async (tx: Transaction, { invited, isByStaff }: Invitation, userId: Id<'usr'>): Promise<boolean> => {
    if (invited.kind === 'staff') {
      if ((await findStaffRole(tx, userId)) === undefined) await setStaffRole(tx, userId, invited.role)
      return true
    }
    const { customerId, role } = invited
    await lockMembers(tx, customerId)
    if ((await findCustomer(tx, customerId)) === undefined) return false
    if (isByStaff && (await countOwners(tx, customerId)) > 0) return false
    if ((await findMembership(tx, userId, customerId)) === undefined)
      await insertMembership(tx, { userId, customerId, role, createdAt: clock.now() })
    return true
  }

  const close = async (tx: Transaction, invitation: Invitation, kind: 'accepted' | 'overtaken') => {
    const isOurs = await table.endInvitation(tx, invitation.invitationId, { kind, at: clock.now() })
    if (!isOurs) throw ended()
  }

  const getOpen = async (secret: string): Promise<Invitation> => {
    const invitation = await table.findInvitationBySecret(kysely, hashBearerSecret(secret))
    if (invitation === undefined || standingOfInvitation(invitation, clock.now()) !== 'open') throw ended()
    return invitation
  }

  const takeAttempt = (inviter: UserIdentity, address: string) => {
    const attempt = attempts.take('invitation', { login: inviter.userId, address })
    if (attempt.kind === 'throttled')
      throw new InvitationError('busy', 'You have sent many invitations. Wait some minutes before the next one.')
  }

  return {
    listOpen: (customerId) => table.listOpenInvitations(kysely, { customerId, limit: maxOpenInvitations }),
    find: (invitationId) => table.findInvitation(kysely, invitationId),
    invite: async (inviter, wish, address) => {
      const email = parseEmail(wish.email)
      const { invited } = wish
      takeAttempt(inviter, address)
      const isMailed = await isMailSetUp()
      const secret = newBearerSecret(randomness)
      const sentAt = clock.now()
      const invitation: Invitation = {
        invitationId: newId('inv', randomness),
        email: email.address,
        invited,
        byName: inviter.name,
        isByStaff: invited.kind === 'member' && !isOwnerOf(inviter, invited.customerId),
        sentAt,
        expiresAt: sentAt + invitationLastsMs,
        end: undefined,
      }
      const customerId = invited.kind === 'member' ? invited.customerId : undefined
      await database.transaction(async (tx) => {
        await demand(tx, inviter, invited)
        await demandNotThere(tx, email.folded, invited)
        await table.endInvitationsFor(tx, { emailFolded: email.folded, customerId, endedAt: sentAt })
        if ((await table.listOpenInvitations(tx, { customerId, limit: maxOpenInvitations })).length >= maxOpenInvitations)
          throw new InvitationError(
            'too-many',
            `At most ${maxOpenInvitations} invitations wait at once. Withdraw old ones first.`,
          )
        const row = { secretHash: hashBearerSecret(secret), emailFolded: email.folded, byUserId: inviter.userId }
        await table.insertInvitation(tx, { ...invitation, ...row })
        await note(tx, actingUser(inviter, address), 'invitation.sent', invitation)
        if (isMailed) await send(tx, invitation, secret)
      })
      return { invitation, secret: isMailed ? undefined : secret }
    },
    sendAgain: async (inviter, invitationId, address) => {
      const invitation = await table.findInvitation(kysely, invitationId)
      if (invitation === undefined) throw notFound()
      takeAttempt(inviter, address)
      const isMailed = await isMailSetUp()
      const secret = newBearerSecret(randomness)
      const sentAt = clock.now()
      const link = { secretHash: hashBearerSecret(secret), sentAt, expiresAt: sentAt + invitationLastsMs }
      await database.transaction(async (tx) => {
        await demand(tx, inviter, invitation.invited)
        if (!(await table.renewInvitation(tx, invitationId, link))) throw notFound()
        await note(tx, actingUser(inviter, address), 'invitation.sent-again', invitation)
        if (isMailed) await send(tx, invitation, secret)
      })
      return { invitation: { ...invitation, sentAt, expiresAt: link.expiresAt }, secret: isMailed ? undefined : secret }
    },
    withdraw: async (by, invitationId, address) => {
      await database.transaction(async (tx) => {
        const invitation = await table.findInvitation(tx, invitationId)
        if (invitation === undefined) throw notFound()
        // Staff take back what staff sent, also when an owner is there by now.
        if (!invitation.isByStaff || by.staffRole === undefined) await demand(tx, by, invitation.invited)
        if (!(await table.endInvitation(tx, invitationId, { kind: 'withdrawn', at: clock.now() }))) return
        await note(tx, actingUser(by, address), 'invitation.withdrawn', invitation)
      })
    },
    open: async (secret) => {
      const invitation = await table.findInvitationBySecret(kysely, hashBearerSecret(secret))
      if (invitation === undefined) return undefined
      const { invited } = invitation
      const customer = invited.kind === 'member' ? await findCustomer(kysely, invited.customerId) : undefined
      const login = await findLogin(kysely, findEmail(invitation.email)?.folded ?? '')
      return { invitation, customer, hasLogin: login !== undefined }
    },
    accept: async (secret, user, address) => {
      const invitation = await getOpen(secret)
      if (findEmail(user.email)?.folded !== findEmail(invitation.email)?.folded)
        throw new InvitationError('not-yours', 'This invitation is for another mail address.')
      const isGiven = await database.transaction(async (tx) => {
        const mayBe = await give(tx, invitation, user.userId)
        await close(tx, invitation, mayBe ? 'accepted' : 'overtaken')
        if (mayBe) await note(tx, actingUser(user, address), 'invitation.accepted', invitation)
        return mayBe
      })
      if (!isGiven) throw ended()
      return invitation
    },
    acceptAsNew: async (secret, person, address) => {
      const invitation = await getOpen(secret)
      const prepared: PreparedUser = await users.prepare({ ...person, email: invitation.email })
      const user = await database.transaction(async (tx) => {
        const none = { staffRole: undefined, memberships: [] } as const
        const actor = { kind: 'user', userId: prepared.userId, email: prepared.email.address } as const
        const made = await users.insert(tx, prepared, none, { actor, address })
        const mayBe = await give(tx, invitation, made.userId)
        // A login without any right is not left behind: the whole is taken back.
        if (!mayBe) throw ended()
        await close(tx, invitation, 'accepted')
        await note(tx, { actor, address }, 'invitation.accepted', invitation)
        return made
      })
      return { invitation, user }
    },
  }
}

export const invitationPath = (secret: string) => `/invitation?token=${secret}`

function actingUser(user: UserIdentity, address: string): ActingAs {
  return { actor: { kind: 'user', userId: user.userId, email: user.email }, address }
}

function ended(): InvitationError {
  return new InvitationError('ended', 'This invitation does not work any more.')
}

function notFound(): InvitationError {
  return new InvitationError('not-found', 'There is no such invitation, or it has ended.')
}
