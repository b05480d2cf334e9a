/** Letters to people who are asked in, let in, or sent away. */
import type { Letter } from './letter.ts'

type Role = 'administrator' | 'implementor' | 'owner' | 'member' | 'viewer'
type NamedCustomer = { readonly name: string; readonly number: string }

const mays: Readonly<Record<Role, string>> = {
  administrator: 'You would look after the whole box: its customers, its disks, its people.',
  implementor: 'You would set up customers and computers, and see how they stand. File names and contents stay their own.',
  owner: 'You would see all computers and files of this account, get files back, and say who else may.',
  member: 'You would see all computers and files of this account, and get files back.',
  viewer: 'You would see all computers and files of this account, and get files back; changing anything is for others.',
}
const nouns: Readonly<Record<Role, string>> = {
  administrator: 'an administrator',
  implementor: 'an implementor',
  owner: 'an owner',
  member: 'a member',
  viewer: 'a viewer',
}

export function invitationLetter(to: {
  readonly byName: string
  readonly role: Role
  /** Undefined: into the staff of the box. */
  readonly customer: NamedCustomer | undefined
  readonly path: string
}): Letter {
  const where = to.customer === undefined ? 'the staff of this backup box' : `the backups of ${to.customer.name}`
  return {
    subject: `${to.byName} invites you to ${where}`,
    paragraphs: [
      `${to.byName} invites you to ${where}, as ${nouns[to.role]}.`,
      mays[to.role],
      'The link works once, and for seven days. If you do not know what this is about, leave this letter alone.',
    ],
    ...(to.customer === undefined ? {} : { facts: [{ label: 'Account', value: `${to.customer.name} (${to.customer.number})` }] }),
    action: { label: 'Accept the invitation', path: to.path },
    quiet: ['You get this letter because somebody typed your mail address into an invitation.'],
  }
}

export function roleChanged(of: { readonly customer: NamedCustomer | undefined; readonly role: Role | undefined }): Letter {
  const where = of.customer === undefined ? 'the staff of this backup box' : `the backups of ${of.customer.name}`
  return of.role === undefined
    ? {
        subject: `You do not belong to ${where} any more`,
        paragraphs: [`You do not belong to ${where} any more.`, 'Your login stays; what it opened there is closed.'],
        quiet: ['You get this letter because your rights changed.'],
      }
    : {
        subject: `You are ${nouns[of.role]} now`,
        paragraphs: [`In ${where} you are ${nouns[of.role]} now.`, mays[of.role].replaceAll('would ', '')],
        quiet: ['You get this letter because your rights changed.'],
      }
}
