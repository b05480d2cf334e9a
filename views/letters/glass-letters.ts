import type { Letter } from './letter.ts'

/** To every owner, in the moment in which somebody of the box's staff may read their files. */
export function glassBroken(of: {
  readonly byName: string
  readonly reason: string
  readonly customer: { readonly name: string; readonly number: string }
}): Letter {
  return {
    subject: `${of.byName} looks into files of ${of.customer.name}`,
    paragraphs: [
      `${of.byName}, an administrator of the backup box, has opened the names and contents of your files for one hour.`,
      'Nothing can be changed that way. What is opened is written down, and you can read it on the page behind the button.',
      'If you do not know the reason below, ask.',
    ],
    state: 'partial',
    facts: [
      { label: 'Reason given', value: of.reason },
      { label: 'Account', value: `${of.customer.name} (${of.customer.number})` },
    ],
    action: { label: 'See what was opened', path: '/account/people' },
    quiet: ['Every owner of the account gets this letter. It cannot be switched off.'],
  }
}
