import type { MemberRole } from '../customers/membership.ts'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { StaffRole } from '../users/staff-role.ts'
import type { Invitation, InvitationEnd, Invited } from './invitation.ts'

export interface InvitationRow {
  readonly id: Id<'inv'>
  readonly secret_hash: Buffer
  readonly email: string
  readonly email_folded: string
  readonly staff_role: StaffRole | null
  readonly customer_id: Id<'cus'> | null
  readonly member_role: MemberRole | null
  readonly by_user_id: Id<'usr'> | null
  readonly by_name: string
  readonly is_by_staff: number
  readonly made_at: number
  readonly sent_at: number
  readonly expires_at: number
  readonly ended_at: number | null
  readonly end_kind: InvitationEnd | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly invitations: InvitationRow
  }
}

export interface NewInvitation extends Omit<Invitation, 'end'> {
  readonly secretHash: Uint8Array
  readonly emailFolded: string
  readonly byUserId: Id<'usr'> | undefined
}

export async function insertInvitation(db: Queryable, invitation: NewInvitation): Promise<void> {
  const { invited } = invitation
  await db
    .insertInto('invitations')
    .values({
      id: invitation.invitationId,
      secret_hash: Buffer.from(invitation.secretHash),
      email: invitation.email,
      email_folded: invitation.emailFolded,
      staff_role: invited.kind === 'staff' ? invited.role : null,
      customer_id: invited.kind === 'member' ? invited.customerId : null,
      member_role: invited.kind === 'member' ? invited.role : null,
      by_user_id: invitation.byUserId ?? null,
      by_name: invitation.byName,
      is_by_staff: invitation.isByStaff ? 1 : 0,
      made_at: invitation.sentAt,
      sent_at: invitation.sentAt,
      expires_at: invitation.expiresAt,
      ended_at: null,
      end_kind: null,
    })
    .execute()
}

export async function findInvitation(db: Queryable, invitationId: Id<'inv'>): Promise<Invitation | undefined> {
  return toInvitation(await db.selectFrom('invitations').selectAll().where('id', '=', invitationId).executeTakeFirst())
}

export async function findInvitationBySecret(db: Queryable, secretHash: Uint8Array): Promise<Invitation | undefined> {
  const query = db.selectFrom('invitations').selectAll().where('secret_hash', '=', Buffer.from(secretHash))
  return toInvitation(await query.executeTakeFirst())
}

/** Those that wait, the expired ones among them: the newest first. */
export async function listOpenInvitations(
  db: Queryable,
  into: { readonly customerId: Id<'cus'> | undefined; readonly limit: number },
): Promise<readonly Invitation[]> {
  const rows = await db
    .selectFrom('invitations')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('customer_id', into.customerId === undefined ? 'is' : '=', into.customerId ?? null)
    .orderBy('sent_at', 'desc')
    .orderBy('id')
    .limit(into.limit)
    .execute()
  return rows.flatMap((row) => toInvitation(row) ?? [])
}

/** Waiting ones for the same address and the same place: a new one takes their place. */
export async function endInvitationsFor(
  db: Queryable,
  to: { readonly emailFolded: string; readonly customerId: Id<'cus'> | undefined; readonly endedAt: number },
): Promise<void> {
  await db
    .updateTable('invitations')
    .set({ ended_at: to.endedAt, end_kind: 'withdrawn' })
    .where('email_folded', '=', to.emailFolded)
    .where('customer_id', to.customerId === undefined ? 'is' : '=', to.customerId ?? null)
    .where('ended_at', 'is', null)
    .execute()
}

/** False when it has ended before: somebody else was quicker. */
export async function endInvitation(
  db: Queryable,
  invitationId: Id<'inv'>,
  end: { readonly kind: InvitationEnd; readonly at: number },
): Promise<boolean> {
  const query = db.updateTable('invitations').set({ ended_at: end.at, end_kind: end.kind }).where('id', '=', invitationId)
  return (await query.where('ended_at', 'is', null).executeTakeFirstOrThrow()).numUpdatedRows === 1n
}

/** A new link in the place of the old one. False when it has ended. */
export async function renewInvitation(
  db: Queryable,
  invitationId: Id<'inv'>,
  link: { readonly secretHash: Uint8Array; readonly sentAt: number; readonly expiresAt: number },
): Promise<boolean> {
  const result = await db
    .updateTable('invitations')
    .set({ secret_hash: Buffer.from(link.secretHash), sent_at: link.sentAt, expires_at: link.expiresAt })
    .where('id', '=', invitationId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

function toInvitation(row: InvitationRow | undefined): Invitation | undefined {
  const invited = row && invitedOf(row)
  if (row === undefined || invited === undefined) return undefined
  return {
    invitationId: row.id,
    email: row.email,
    invited,
    byName: row.by_name,
    isByStaff: row.is_by_staff === 1,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
    end: row.end_kind ?? undefined,
  }
}

function invitedOf({ staff_role, customer_id, member_role }: InvitationRow): Invited | undefined {
  if (staff_role !== null) return { kind: 'staff', role: staff_role }
  return customer_id !== null && member_role !== null ? { kind: 'member', customerId: customer_id, role: member_role } : undefined
}
