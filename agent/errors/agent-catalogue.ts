/**
 * Every error that is born on this computer, once; the box's own come over the wire in the same shape. A code is a contract with
 * scripts and with the manual (docs/user/errors/<code>.md, a test compares). `title` says what happened, `who` who can mend it,
 * `hint` what that person does next; details of one case, and what was seen, travel with the error.
 */
export type WhoCanFix = 'you' | 'implementor' | 'administrator' | 'network'

export interface AgentCatalogueEntry {
  readonly title: string
  readonly who: WhoCanFix
  readonly hint: string
  /** 1: failed; 2: wrong usage. */
  readonly exitCode: 1 | 2
}

export const agentCatalogue = {
  // How the program was called
  'HF-USAGE': usage('This is not how the command is used', 'Run the command with --help to see what it takes.'),
  'HF-NOT-IN-THIS-VERSION': {
    ...usage('This version of Holdfast cannot do that yet', 'See the release notes, and update when a version brings it.'),
    who: 'administrator',
  },
  'HF-PASSWORD-FILE-UNREADABLE': usage(
    'The password file cannot be used',
    'Write the password as the only line of a file that you can read, and name it with --password-file.',
  ),

  // The way to the box
  'HF-URL-INVALID': usage('This is no address of a box', 'Give the address as the box prints it: https://name:port.'),
  'HF-INSECURE-URL': usage(
    'This address would send the password unprotected',
    'Use the https:// address of the box. Plain http:// is allowed to this computer itself only.',
  ),
  'HF-SERVER-UNREACHABLE': failure(
    'The box cannot be reached',
    'network',
    'Check that the box is running and that this computer has a network. Then try again.',
  ),
  'HF-WRONG-SCHEME': usage('The address has the wrong beginning', 'Use the other of http:// and https://.'),
  'HF-NOT-A-HOLDFAST-BOX': failure(
    'Something else than a Holdfast box answers there',
    'you',
    'Compare address and port with what the box prints when it starts.',
  ),
  'HF-CERTIFICATE-UNKNOWN': failure(
    'The box’s certificate is not the expected one',
    'you',
    'Compare the fingerprint with the one that the box shows, then connect with --fingerprint.',
  ),
  'HF-ANSWER-UNEXPECTED': failure(
    'The box answered something that this program does not understand',
    'administrator',
    'Update the box and this program to the same version.',
  ),

  // This computer and what it knows
  'HF-AGENT-NOT-CONNECTED': failure(
    'This computer is not connected to a box yet',
    'you',
    'Connect it: holdfast-agent connect ENROLMENT-LINK, or connect URL --user LOGIN',
  ),
  'HF-AGENT-ALREADY-CONNECTED': failure(
    'This computer is connected already',
    'you',
    'To renew the connection add --replace with this computer’s number; to appear as another computer add --as-new.',
  ),
  'HF-CONFIG-INVALID': failure(
    'The configuration is not right',
    'you',
    'Mend the place that the detail names, or put the backup beside it in its place.',
  ),
  'HF-SECRETS-UNUSABLE': failure(
    'This computer’s secrets cannot be read',
    'you',
    'Connect the computer again with --replace and its number.',
  ),
  'HF-STATE-UNUSABLE': failure(
    'The state folder cannot be used',
    'you',
    'Check who owns the folder and whether its disk is full, or name another with HOLDFAST_AGENT_HOME.',
  ),
  'HF-RUN-IN-PROGRESS': failure(
    'This is being done already',
    'you',
    'Wait until the other run has ended, or end it. Nothing was changed.',
  ),

  // What is backed up
  'HF-SOURCE-MISSING': failure(
    'There is no such file or folder',
    'you',
    'Check the spelling, and whether its disk is connected.',
  ),
  'HF-JOB-UNKNOWN': failure('There is no job of this name', 'you', 'Use one of the names that `holdfast-agent status` lists.'),
  'HF-NO-JOB': failure('Nothing is selected yet', 'you', 'Select files or folders first: holdfast-agent add PATH'),
  'HF-RUN-INTERRUPTED': failure(
    'The run was stopped',
    'you',
    'Start it again when you like. It continues: what the box already has is not sent twice.',
  ),

  // What is in the box
  'HF-NO-VERSION': failure('There is no such version', 'you', 'See the versions with `holdfast-agent snapshots`.'),
  'HF-VERSION-AMBIGUOUS': failure('Several versions begin like this', 'you', 'Give more characters of the id.'),
  'HF-PATH-NOT-IN-VERSION': failure(
    'The version does not hold this path',
    'you',
    'Look around with `holdfast-agent ls`, or find where a file was with `holdfast-agent find`.',
  ),
  'HF-DESTINATION-UNUSABLE': failure(
    'Nothing can be restored to this place',
    'you',
    'Choose a folder that you may write to with --to.',
  ),
  'HF-REVERT-REFUSED': failure(
    'Nothing was reverted, as it could not be taken back',
    'you',
    'Mend what the detail names, so that a backup takes everything there. Then ask again.',
  ),
  'HF-STORED-DATA-DAMAGED': failure(
    'What the box gave is not what was backed up',
    'administrator',
    'Run `holdfast check --data` on the box. Other versions may be whole.',
  ),

  // Without a box
  'HF-RECOVERY-CODE-WRONG': usage(
    'This recovery code has a slip in it',
    'Look at the group that the detail names, and compare its five signs with the paper.',
  ),
  'HF-RECOVERY-KIT-WRONG': usage(
    'This recovery kit does not open what is there',
    'Take the kit whose repository or server number is that of the copy.',
  ),
  'HF-RECOVERY-KIT-UNREADABLE': usage(
    'This file is no recovery kit',
    'Give the kit as text or page (txt, html), or a file with nothing but the code in it.',
  ),
  'HF-RECOVERY-SOURCE-WRONG': usage(
    'There are no backups of Holdfast in this folder',
    'Name the folder that holds `repositories`: the second copy, or the data folder of the old disk.',
  ),
  'HF-DEVICE-NEEDED': usage('Several computers are in this folder', 'Say which one with --device: its name or its id.'),

  'HF-DISK-FULL-HERE': failure('This computer’s disk is full', 'you', 'Free some space and try again.'),

  'HF-AGENT-INTERNAL': failure(
    'Something went wrong in this program',
    'administrator',
    'Try again. If it stays, send the newest file of the log folder to whoever looks after Holdfast.',
  ),
} as const satisfies Readonly<Record<`HF-${string}`, AgentCatalogueEntry>>

export type AgentCode = keyof typeof agentCatalogue

export const agentCodes = Object.keys(agentCatalogue) as readonly AgentCode[]

function usage(title: string, hint: string): AgentCatalogueEntry {
  return { title, who: 'you', hint, exitCode: 2 }
}

function failure(title: string, who: WhoCanFix, hint: string): AgentCatalogueEntry {
  return { title, who, hint, exitCode: 1 }
}
