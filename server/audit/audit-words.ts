/** What each row of the audit log says, as the rest of a sentence that begins with who did it. Pure. */
import type { AuditAction, AuditDetail, AuditRecord } from './audit.ts'

/** The detail of a row, and what its object is called as far as anybody still knows. */
type Told = { readonly detail: AuditDetail; readonly object: string; readonly text: (field: string) => string }
type Say = (told: Told) => string

const named =
  (words: string): Say =>
  ({ object }) =>
    object === '' ? words : `${words} ${object}`
const plain =
  (words: string): Say =>
  () =>
    words

/** A title to choose by, without objects, and the sentence. */
const words = {
  'box.set-up': ['Box set up', plain('set up this box')],
  'customer.created': ['Customer founded', ({ text, object }) => `founded the customer ${text('name') || object}`],
  'customer.changed': [
    'Customer’s details changed',
    ({ text, object }) => `changed the details of ${object || text('name')}: ${fieldsText(text('fields'))}`,
  ],
  'customer.suspended': ['Customer suspended', ({ text, object }) => `suspended ${object || text('name')}: ${text('reason')}`],
  'customer.resumed': ['Customer resumed', ({ text, object }) => `let ${object || text('name')} back up again`],
  'customer.deleted': [
    'Customer deleted',
    ({ text, object }) => `deleted ${object || text('name')}; it ends ${dayText(text('endsAt'))}`,
  ],
  'customer.kept': ['Customer kept after all', ({ text, object }) => `kept ${object || text('name')} after all`],
  'customer.exported': [
    'Customer exported',
    ({ text, object }) => `took an export of ${object || text('name')}${text('names') === 'true' ? ', with names of files' : ''}`,
  ],
  'customer.end-begun': ['End of a customer begun', ({ text }) => `began to end ${text('number')}: its days were over`],
  'customer.ended': ['Customer ended', ({ text }) => `ended ${text('number')}: keys, backups and details are gone`],
  'customer.rebuilt': [
    'Customer made by a rebuild',
    ({ object }) => `found backups that no customer was known for, and made ${object || 'one'} for them`,
  ],
  'box.rebuilt': ['Index rebuilt', plain('made the index anew from the files')],
  'box.rebuild-confirmed': ['Rebuild confirmed', plain('confirmed what a rebuild had made')],
  'subscription.created': [
    'Licence given',
    ({ text, object }) => `gave ${withArticle('plan', text('plan'))} with the licence ${text('licenceKey') || object}`,
  ],
  'subscription.renewed': ['Licence renewed', named('renewed the licence')],
  'subscription.ended': ['Licence ended', named('ended the licence')],
  'subscription.plan-changed': ['Plan changed', ({ text }) => `changed the plan ${text('from')} to ${text('to')}`],
  'subscription.change-undone': ['Change of plan undone', ({ text }) => `undid a change of plan: it is ${text('plan')} again`],
  'subscription.plan-asked': ['Another plan asked for', ({ text }) => `asked for ${text('to')} instead of ${text('from')}`],
  'plan.created': ['Plan made', ({ text }) => `made the plan ${text('name')}`],
  'plan.changed': ['Plan changed for sale', ({ text }) => `changed the plan ${text('name')}`],
  'plan.retired': ['Plan retired', ({ text }) => `stopped the sale of the plan ${text('name')}`],
  'plan.sold-again': ['Plan sold again', ({ text }) => `let the plan ${text('name')} be sold again`],
  'plan.moved': ['Plan moved in the list', ({ text }) => `moved the plan ${text('name')} in the list`],
  'backups.switched-off': ['Backups paused', ({ text, object }) => `paused the backups of ${object}: ${text('reason')}`],
  'backups.switched-on': ['Backups taken again', ({ object }) => `let backups of ${object} be taken again`],
  'user.created': ['Login made', ({ text, object }) => `made a login for ${text('email') || object}`],
  'user.password-reset': ['Password set anew', named('set a new password for')],
  'session.signed-in': ['Signed in', plain('signed in')],
  'session.signed-out': ['Signed out', plain('signed out')],
  'session.ended': ['Session ended', plain('ended one of the sessions')],
  'session.others-ended': ['Other sessions ended', plain('ended every other session')],
  'second-factor.on': ['Second factor on', named('switched on the second factor of')],
  'second-factor.off': ['Second factor off', named('switched off the second factor of')],
  'second-factor.code-used': ['Recovery code used', plain('signed in with a recovery code instead of the second factor')],
  'second-factor.codes-renewed': ['Recovery codes renewed', plain('made new recovery codes of the second factor')],
  'user.renamed': ['Name changed', named('changed the name of')],
  'user.address-changed': ['Mail address changed', named('changed the mail address of')],
  'user.password-changed': ['Password changed', named('changed the password of')],
  'user.role-changed': [
    'Role changed',
    ({ text, object }) => `made ${text('email') || object} ${text('to') || 'none'} (before: ${text('from') || 'none'})`,
  ],
  'user.removed': ['Person removed', ({ text, object }) => `took away the access of ${text('email') || object}`],
  'invitation.sent': ['Invitation sent', ({ text }) => `invited ${text('email')} as ${text('role')}`],
  'invitation.sent-again': ['Invitation sent again', ({ text }) => `sent ${text('email')} the invitation again`],
  'invitation.withdrawn': ['Invitation withdrawn', ({ text }) => `withdrew the invitation of ${text('email')}`],
  'invitation.accepted': ['Invitation accepted', ({ text }) => `accepted the invitation as ${text('role')}`],
  'break-glass.began': ['Emergency access begun', ({ text }) => `took emergency access to names and contents: ${text('reason')}`],
  'break-glass.opened': ['Read by emergency access', plain('read names or contents by emergency access')],
  'break-glass.ended': ['Emergency access ended', plain('ended the emergency access')],
  'token.created': ['Token made', ({ text }) => `made a token for ${scopesText(text('scopes'))}`],
  'token.revoked': ['Token withdrawn', plain('withdrew a token')],
  'device.connected': ['Computer connected', ({ text, object }) => `connected the computer ${object || text('name')}`],
  'device.replaced': ['Computer replaced', ({ text, object }) => `let another computer take over ${object || text('name')}`],
  'device.revoked': ['Computer revoked', ({ text, object }) => `withdrew the access of the computer ${object || text('name')}`],
  'device.renamed': ['Computer renamed', named('renamed the computer')],
  'device.moved': ['Computer moved to another plan', named('moved to another plan the computer')],
  'device.moved-back': ['Move of a computer undone', named('moved back to its plan the computer')],
  'device.forgotten': ['Computer forgotten', ({ text, object }) => `forgot the computer ${text('name') || object}`],
  'device.removed': ['Computer removed', ({ text, object }) => `removed the computer ${text('name') || object}`],
  'device.question-answered': [
    'Question about a computer answered',
    ({ text, object }) => `answered which computer ${object || text('computer')} is: ${text('answer')}`,
  ],
  'device.doubt-answered': [
    'Doubt about a computer answered',
    ({ text, object }) => `answered the doubt about the computer ${object}: ${text('answer')}`,
  ],
  'enrolment.created': ['Enrolment link made', plain('made a link that lets computers in')],
  'enrolment.revoked': ['Enrolment link withdrawn', plain('withdrew a link that lets computers in')],
  'recovery-kit.printed': ['Recovery kit printed', named('printed the recovery kit of')],
  'clock.confirmed': ['Clock confirmed', plain('confirmed the clock of the box')],
  'server-kit.printed': ['Box’s recovery kit printed', plain('printed the recovery kit of the box')],
  'retention.changed': ['Rules of keeping changed', named('changed how long versions are kept of')],
  'version.pinned': ['Version pinned', plain('pinned a version, so that no rule lets it go')],
  'version.unpinned': ['Version unpinned', plain('took the pin off a version')],
  'version.deleted': ['Version deleted', plain('put a version into the bin')],
  'version.taken-back': ['Version taken back', plain('took a version back out of the bin')],
  'version.noted': ['Version named', plain('wrote a name or a note on a version')],
  'version.note-cleared': ['Name of a version removed', plain('removed the name and the note of a version')],
  'drill.ordered': ['Proof of a restore asked for', named('had a restore proved of the computer')],
  'drill.cancelled': ['Proof of a restore stopped', named('stopped the proof of a restore of the computer')],
  'chore.ordered': ['Job started', ({ text }) => `had the job “${text('chore')}” begin at once`],
  'chore.cancelled': ['Job ended early', ({ text }) => `had the job “${text('chore')}” end early`],
  'check.ordered': ['Check started', plain('had everything that is stored read and checked')],
  'repair.ordered': ['Repair started', plain('had damaged data repaired')],
  'disk.tried-again': ['Disk tried again', plain('had a disk tried again after trouble')],
  'disk.accepted': ['Disk accepted', plain('said that a disk belongs to this box')],
  'move.ordered': ['Move of backups started', plain('had backups moved to another folder')],
  'move.given-up': ['Move of backups given up', plain('gave up a move of backups')],
  'copy.run-ordered': ['Second copy started', named('had a second copy brought up to date or read back:')],
  'copy.stopped': ['Second copy stopped', named('stopped the work on a second copy:')],
  'self-backup.ordered': ['Self-backup made', plain('had the box back itself up at once')],
  'prune.now': ['Space freed now', plain('freed space now')],
  'prune.allowed': ['More freeing allowed', named('allowed that more is freed than usual, of')],
  'copy.added': ['Second copy added', named('added the second copy')],
  'copy.changed': ['Second copy changed', named('changed the second copy')],
  'copy.removed': ['Second copy forgotten', named('forgot a second copy')],
  'keys.box-key-ordered': ['New key of the box', plain('ordered a new key of the box')],
  'keys.epoch-rotated': ['New epoch of keys', named('made a new epoch of the keys of')],
  'mail.changed': ['Mail server changed', plain('changed the mail server')],
  'mail.tested': ['Mail server tested', plain('sent a letter to test the mail server')],
  'outbox.retried': ['Letter tried again', plain('had a letter tried again at once')],
  'outbox.dropped': ['Letter dropped', plain('dropped a letter that was not sent')],
  'box.address-changed': ['Address of the box changed', plain('changed the address of the box')],
  'webhook.added': ['Webhook added', plain('added a webhook')],
  'webhook.changed': ['Webhook changed', plain('changed a webhook')],
  'webhook.removed': ['Webhook removed', plain('removed a webhook')],
  'letters.defaults-changed': ['Letters by default changed', plain('changed which letters are sent by default')],
  'order.given': ['Computer asked to do something', named('asked for something to be done by')],
  'restore.ordered': ['Files asked back to a computer', named('asked for files to go back to')],
  'restore.rehearsed': ['Restore to another computer tried out', named('let another computer’s files be compared with those of')],
  'restore.cancelled': ['Restore cancelled', named('cancelled a restore to')],
  'restore.ended': ['Restore ended', ({ text, object }) => `ended a restore to ${object}: ${text('state')}`],
  'skip.accepted': ['Left-out file accepted', named('accepted that a file stays out of the backups of')],
  'skip.revoked': [
    'Left-out file not accepted any more',
    named('does not accept any more that a file stays out of the backups of'),
  ],
  'share.created': [
    'Link made',
    ({ text }) => (text('kind') === 'upload' ? 'made a link that takes files' : 'made a link to files of a version'),
  ],
  'share.changed': ['Link changed', plain('changed a link to files')],
  'share.revoked': ['Link withdrawn', plain('withdrew a link to files')],
  'share.received': ['Files sent by a link', ({ text }) => `sent ${text('files')} files (${text('bytes')} bytes)`],
  'shares.rules-changed': ['Rules of sharing changed', plain('changed what links may do')],
} as const satisfies Readonly<Record<AuditAction, readonly [title: string, say: Say]>>

export function auditTitle(action: AuditAction): string {
  return words[action][0]
}

/** `suspended Calder & Rowe (C-000002): invoices are open`. An action of a later version is told by its name. */
export function auditSentence(
  record: Pick<AuditRecord, 'action' | 'detail' | 'objectId'>,
  objectName: string | undefined,
): string {
  const { action, detail, objectId } = record
  const say = (words as Readonly<Record<string, readonly [string, Say]>>)[action]?.[1]
  const told = { detail, object: objectName ?? objectId ?? '', text: (field: string) => String(detail[field] ?? '') }
  return say === undefined ? `${action} ${told.object}`.trim() : say(told)
}

const fieldNames: Readonly<Record<string, string>> = {
  name: 'name',
  taxId: 'tax id',
  timeZone: 'time zone',
  email: 'mail address',
  phone: 'telephone',
}

function fieldsText(fields: string): string {
  return fields
    .split(', ')
    .map((field) => fieldNames[field] ?? field)
    .join(', ')
}

function scopesText(scopes: string): string {
  return scopes.split(' ').join(' and ')
}

function withArticle(noun: string, name: string): string {
  return name === '' ? `a ${noun}` : `the ${noun} ${name}`
}

function dayText(iso: string): string {
  return iso === '' ? 'later' : `on ${iso.slice(0, 10)}`
}
