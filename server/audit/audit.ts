/** Who did what to which object, from where. Rows are written in the transaction of what they tell, and never changed. */
import type { Id } from '../runtime/ids.ts'

export const auditActions = [
  'box.set-up',
  'customer.created',
  'customer.changed',
  'customer.suspended',
  'customer.resumed',
  'customer.deleted',
  'customer.kept',
  'customer.exported',
  'customer.end-begun',
  'customer.ended',
  'customer.rebuilt',
  'box.rebuilt',
  'box.rebuild-confirmed',
  'subscription.created',
  'subscription.renewed',
  'subscription.ended',
  'subscription.plan-changed',
  'subscription.change-undone',
  'subscription.plan-asked',
  'plan.created',
  'plan.changed',
  'plan.retired',
  'plan.sold-again',
  'plan.moved',
  'backups.switched-off',
  'backups.switched-on',
  'user.created',
  'user.password-reset',
  'session.signed-in',
  'session.signed-out',
  'session.ended',
  'session.others-ended',
  'second-factor.on',
  'second-factor.off',
  'second-factor.code-used',
  'second-factor.codes-renewed',
  'user.renamed',
  'user.address-changed',
  'user.password-changed',
  'user.role-changed',
  'user.removed',
  'invitation.sent',
  'invitation.sent-again',
  'invitation.withdrawn',
  'invitation.accepted',
  'break-glass.began',
  'break-glass.opened',
  'break-glass.ended',
  'token.created',
  'token.revoked',
  'device.connected',
  'device.replaced',
  'device.revoked',
  'device.renamed',
  'device.moved',
  'device.moved-back',
  'device.forgotten',
  'device.removed',
  'device.question-answered',
  'device.doubt-answered',
  'enrolment.created',
  'enrolment.revoked',
  'recovery-kit.printed',
  'clock.confirmed',
  'server-kit.printed',
  'retention.changed',
  'version.pinned',
  'version.unpinned',
  'version.deleted',
  'version.taken-back',
  'version.noted',
  'version.note-cleared',
  'drill.ordered',
  'drill.cancelled',
  'chore.ordered',
  'chore.cancelled',
  'check.ordered',
  'repair.ordered',
  'disk.tried-again',
  'disk.accepted',
  'move.ordered',
  'move.given-up',
  'copy.run-ordered',
  'copy.stopped',
  'self-backup.ordered',
  'prune.now',
  'prune.allowed',
  'copy.added',
  'copy.changed',
  'copy.removed',
  'keys.box-key-ordered',
  'keys.epoch-rotated',
  'order.given',
  'restore.ordered',
  'restore.rehearsed',
  'restore.cancelled',
  'restore.ended',
  'skip.accepted',
  'skip.revoked',
  'mail.changed',
  'mail.tested',
  'box.address-changed',
  'outbox.retried',
  'outbox.dropped',
  'webhook.added',
  'webhook.changed',
  'webhook.removed',
  'letters.defaults-changed',
  'share.created',
  'share.changed',
  'share.revoked',
  'share.received',
  'shares.rules-changed',
] as const
export type AuditAction = (typeof auditActions)[number]

export type Actor =
  | { readonly kind: 'user'; readonly userId: Id<'usr'>; readonly email: string }
  /** Whoever may run `holdfast` on the box. */
  | { readonly kind: 'command' }
  /** Whoever opened the setup link. */
  | { readonly kind: 'setup-link' }
  /** A computer that came by an enrolment link or code, and who made that. */
  | { readonly kind: 'enrolment'; readonly enrolmentId: Id<'enr'>; readonly createdBy: string }
  /** Whoever opened a link that takes files. */
  | { readonly kind: 'share-link'; readonly shareId: Id<'shr'> }
  /** The box by itself, as its clock or a rule told it. */
  | { readonly kind: 'box' }

/** Who acts, and from where: what a service must be told to write its audit rows. */
export interface ActingAs {
  readonly actor: Actor
  readonly address: string
}

export interface AuditEntry extends ActingAs {
  readonly at: number
  readonly action: AuditAction
  readonly objectId?: string
  readonly customerId?: Id<'cus'>
  /** Facts in words and numbers. Never a secret. */
  readonly detail?: AuditDetail
}

export type AuditDetail = Readonly<Record<string, string | number | boolean>>

/** A row as it is read. `action` may be one of a version that this one does not know. */
export interface AuditRecord {
  readonly id: number
  readonly at: number
  readonly actorName: string
  readonly action: string
  readonly objectId: string | undefined
  readonly customerId: Id<'cus'> | undefined
  readonly address: string
  readonly detail: AuditDetail
}

export function isAuditAction(text: string): text is AuditAction {
  return (auditActions as readonly string[]).includes(text)
}

export const actingOnTheBox: ActingAs = { actor: { kind: 'command' }, address: 'the box itself' }

/** What nobody asked for just now. */
export const actingByItself: ActingAs = { actor: { kind: 'box' }, address: 'the box itself' }

export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return actor.email
    case 'command':
      return 'holdfast command'
    case 'setup-link':
      return 'setup link'
    case 'enrolment':
      return `enrolment link of ${actor.createdBy}`
    case 'share-link':
      return 'a link that takes files'
    case 'box':
      return 'the box'
    default:
      return actor satisfies never
  }
}
