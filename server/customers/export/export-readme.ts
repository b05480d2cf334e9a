/** The page that explains an export to whoever opens it years later. Pure. */
import { type Customer, formatCustomerNumber } from '../customer.ts'

export function exportReadme(
  { name, number }: Pick<Customer, 'name' | 'number'>,
  { madeAt, isForOwner, host }: { readonly madeAt: number; readonly isForOwner: boolean; readonly host: string },
): string {
  const lines = [
    `Export of ${name} (${formatCustomerNumber(number)})`,
    `Made by the backup box ${host} on ${new Date(madeAt).toISOString()}.`,
    '',
    'What is in it',
    '',
    '  details    who the customer is',
    '  people     who may sign in, and as what',
    '  plans      the licences it has or had',
    '  computers  what is backed up',
    '  jobs       the backup plans of those computers',
    '  runs       when each backup ran and how it ended',
    `  versions   what can be restored: times and counts${isForOwner ? ', and what you wrote about them' : ''}`,
    '  links      links for people outside: when they were made and end, how often they were used',
    '  restores   what went back to computers, and how it ended',
    '  audit      who changed what, and from where',
    '',
    'Each is there twice: as CSV, which office programs open, and as JSON for programs. Long ones come in numbered parts.',
    'All times are UTC. Sizes are bytes. A text that a spreadsheet would take for a formula has an apostrophe in front.',
    'Passwords, keys, and the names and contents of backed up files are not in it.',
    '',
  ]
  return [...lines, ...(isForOwner ? restoring(host) : []), ''].join('\r\n')
}

function restoring(host: string): readonly string[] {
  return [
    'How to restore your files',
    '',
    `  In a browser   Sign in at ${host}, choose a computer, a version and a folder, and take it as a ZIP.`,
    '  On a computer  holdfast-agent ls latest                what is in the newest version',
    '                 holdfast-agent restore latest --to DIR  brings it back into the folder DIR',
    '  Without the box, from a copy of its stored files and your printed recovery kit:',
    '                 holdfast-agent restore latest --to DIR --from FOLDER --recovery-kit FILE',
    '',
    'Print the recovery kit while you can sign in: Account, Recovery kit. Without it nobody can open the backups once the box is gone.',
  ]
}
