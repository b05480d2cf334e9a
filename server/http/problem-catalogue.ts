/**
 * Every error that Holdfast reports to the outside, once.
 * A code is a contract with scripts and with the manual: docs/user/errors/<code>.md exists for each (a test compares them).
 * `title` says what happened, `who` who can mend it, `hint` what that person does next. Details of one case go into `detail`.
 */
export const whoCanFix = ['you', 'implementor', 'administrator', 'network'] as const
export type WhoCanFix = (typeof whoCanFix)[number]

export interface CatalogueEntry {
  readonly status: number
  readonly title: string
  readonly who: WhoCanFix
  readonly hint: string
}

export const problemCatalogue = {
  // Who is asking
  'HF-SIGN-IN-NEEDED': entry(401, 'Sign in first', 'you', 'Sign in, or send an API token in the Authorization header.'),
  'HF-WRONG-PASSWORD': entry(
    401,
    'Mail address and password do not match',
    'you',
    'Check both, or ask the administrator to reset the password.',
  ),
  'HF-OTP-NEEDED': entry(
    401,
    'A code of the second factor is needed',
    'you',
    'Send the code that your authenticator shows as well: `--otp N`, or `otp` in the body. A recovery code will do.',
  ),
  'HF-OTP-WRONG': entry(
    401,
    'This code is not right',
    'you',
    'Wait for the next code and type that one: each works once. Is the clock of the telephone right? A recovery code will do.',
  ),
  'HF-PROOF-NEEDED': entry(
    403,
    'This asks for your password once more',
    'you',
    'Show that it is you on the page My sign-in, then do it again within ten minutes.',
  ),
  'HF-LINK-ENDED': entry(
    410,
    'This link does not work any more',
    'you',
    'It was used, withdrawn, or is too old. Ask whoever sent it for another one.',
  ),
  'HF-LAST-OWNER': entry(409, 'An account keeps its last owner', 'you', 'Make somebody else an owner first.'),
  'HF-LAST-ADMINISTRATOR': entry(
    409,
    'A box keeps its last administrator',
    'administrator',
    'Make somebody else an administrator first.',
  ),
  'HF-TOKEN-INVALID': entry(
    401,
    'This token is not valid',
    'you',
    'It may have expired or been withdrawn. Make a new one, or connect the computer again.',
  ),
  'HF-FORBIDDEN': entry(
    403,
    'Your role does not allow this',
    'administrator',
    'Ask an administrator, or the owner of the account, for the right.',
  ),
  'HF-SCOPE-MISSING': entry(403, 'The token lacks a scope for this', 'you', 'Make a token with the scope that the detail names.'),
  'HF-CROSS-SITE': entry(
    403,
    'The request came from another site',
    'you',
    'Open the page at the address of the box itself and try again.',
  ),
  'HF-RATE-LIMITED': entry(429, 'Too many attempts', 'you', 'Wait as long as the Retry-After header says, then try again.'),
  'HF-BUSY': entry(503, 'The box is busy', 'you', 'Try again in a few seconds.'),
  'HF-SEARCH-TOO-LARGE': entry(
    503,
    'There are more files than the box may keep in memory for searching',
    'administrator',
    'Choose one computer to search on. An administrator can give the search more memory: HOLDFAST_SEARCH_MEMORY.',
  ),

  'HF-SEARCH-TOO-HARD': entry(
    422,
    'The pattern takes too long to look for',
    'you',
    'Search for fewer of its letters, with fewer wildcards, or on one computer.',
  ),

  // What was asked
  'HF-NOT-FOUND': entry(404, 'There is nothing here', 'you', 'Check the address or the id. It may have been removed.'),
  'HF-METHOD-NOT-ALLOWED': entry(
    405,
    'This address does not take this method',
    'you',
    'Use one of the methods in the Allow header.',
  ),
  'HF-VALIDATION': entry(
    422,
    'Something in the request is not right',
    'you',
    'The errors list names each field and what is allowed.',
  ),
  'HF-MALFORMED': entry(400, 'The request could not be read', 'you', 'Send well-formed JSON or a form, in UTF-8.'),
  'HF-UNSUPPORTED-TYPE': entry(415, 'This kind of body is not understood', 'you', 'Send application/json, or for pages a form.'),
  'HF-SHARING-OFF': entry(
    403,
    'Nothing can be shared from here now',
    'implementor',
    'Ask for a plan that has sharing in it, or ask the administrator of the box what links may do.',
  ),
  'HF-CONFLICT': entry(409, 'This contradicts what is there', 'you', 'Load the current state and decide again.'),
  'HF-BASKET-FULL': entry(
    409,
    'The basket is full',
    'you',
    'Choose a folder instead of many files in it, or get out what the basket holds and empty it.',
  ),
  'HF-BODY-TOO-LARGE': entry(413, 'The request is too large', 'you', 'Send less at once. The detail names the limit.'),
  'HF-BODY-LENGTH-MISMATCH': entry(
    400,
    'The request was longer or shorter than announced',
    'network',
    'Send it again. If it happens often, look at what sits between.',
  ),
  'HF-NOT-IN-THIS-VERSION': entry(
    501,
    'This version of Holdfast cannot do that yet',
    'administrator',
    'See the release notes, and update the box when a version brings it.',
  ),

  // First steps
  'HF-SETUP-DONE': entry(
    409,
    'This box is already set up',
    'you',
    'Sign in. A forgotten password is reset with `holdfast user reset`.',
  ),
  'HF-SETUP-TOKEN-INVALID': entry(
    403,
    'This setup link is not valid',
    'administrator',
    'Start the box again: it prints a new link until the box is set up.',
  ),
  'HF-SETUP-NEEDED': entry(
    409,
    'This box is not set up yet',
    'administrator',
    'Open the setup link that the box printed when it started.',
  ),
  'HF-PASSWORD-TOO-WEAK': entry(
    422,
    'This password is too easy to guess',
    'you',
    'Take at least 12 characters. A few unrelated words are good.',
  ),
  'HF-USER-EXISTS': entry(
    409,
    'There is already a login with this mail address',
    'you',
    'Use another address, or reset that login’s password.',
  ),

  // Computers and their connection
  'HF-AGENT-TOO-OLD': entry(
    426,
    'This agent is too old for the box',
    'you',
    'Install the current agent from the box. The detail names the download.',
  ),
  'HF-AGENT-TOO-NEW': entry(
    426,
    'This agent is newer than the box',
    'administrator',
    'Update the box, or use the agent that the box offers.',
  ),
  'HF-DEVICE-CLONED': entry(
    409,
    'Two computers use the same identity',
    'implementor',
    'Say on the computer’s page which of the two stays; the other one connects anew. Nothing was written.',
  ),
  'HF-DEVICE-KNOWN': entry(
    409,
    'This looks like a computer that is known',
    'you',
    'Take its place with --replace and its number, or add --as-new for a computer of its own. Nothing was done yet.',
  ),
  'HF-ENROLMENT-UNKNOWN': entry(
    401,
    'This enrolment link or code is not known here',
    'you',
    'Copy the whole link, or type the code again. It may belong to another box.',
  ),
  'HF-ENROLMENT-EXPIRED': entry(
    410,
    'This enrolment link has run out',
    'implementor',
    'Ask whoever sent it for a new one. It is made under Computers, Add a computer.',
  ),
  'HF-ENROLMENT-USED': entry(
    410,
    'This enrolment link was used up',
    'implementor',
    'Ask whoever sent it for a new one. It is made under Computers, Add a computer.',
  ),
  'HF-ENROLMENT-REVOKED': entry(
    410,
    'This enrolment link was withdrawn',
    'implementor',
    'Ask whoever sent it for a new one, if this computer should be backed up.',
  ),
  'HF-ENROLMENTS-EXCEEDED': entry(
    409,
    'There are too many open enrolment links',
    'you',
    'Withdraw those that nobody needs any more, then make the new one.',
  ),
  'HF-DEVICE-REVOKED': entry(
    403,
    'This computer’s access was withdrawn',
    'implementor',
    'Connect the computer again, if it should be backed up.',
  ),
  'HF-CUSTOMER-NEEDED': entry(
    422,
    'This login belongs to several customers',
    'you',
    'Say which one with --customer. The errors list names them.',
  ),
  'HF-NO-CUSTOMER': entry(
    403,
    'This login cannot connect computers for any customer',
    'administrator',
    'Ask to be made an owner or member of the customer.',
  ),
  'HF-CERTIFICATE-UNKNOWN': entry(
    421,
    'The box’s certificate is not the expected one',
    'you',
    'Compare the fingerprint with the one that the box shows, then connect with --fingerprint.',
  ),

  // Plans and licences
  'HF-LICENCE-MISSING': entry(402, 'There is no plan for this', 'implementor', 'Give the customer a plan.'),
  'HF-LICENCE-NOT-STARTED': entry(
    402,
    'The plan has not started yet',
    'implementor',
    'Wait for the first day of the plan, or move it.',
  ),
  'HF-LICENCE-EXPIRED': entry(
    402,
    'The plan has run out',
    'implementor',
    'Renew the plan. What was backed up stays and can be restored.',
  ),
  'HF-PLAN-DEVICES-EXCEEDED': entry(
    402,
    'The plan’s computers are all in use',
    'implementor',
    'Take a larger plan, or remove a computer that is no longer needed.',
  ),
  'HF-QUOTA-EXCEEDED': entry(
    507,
    'The plan’s space is used up',
    'implementor',
    'Take a larger plan, or leave out folders that need no backup.',
  ),
  'HF-BACKUPS-SWITCHED-OFF': entry(
    403,
    'Backups are switched off',
    'implementor',
    'Have them switched on again by whoever looks after the account.',
  ),
  'HF-CUSTOMER-LEAVING': entry(
    403,
    'This account was deleted',
    'administrator',
    'Ask the owner or the administrator to keep the account. Restoring works until it ends.',
  ),
  'HF-TOO-SOON': entry(
    429,
    'The plan backs up less often',
    'you',
    'Wait, start the backup by hand, or take a plan with a shorter interval.',
  ),
  'HF-CUSTOMER-SUSPENDED': entry(403, 'This account is suspended', 'administrator', 'Ask the administrator of the box.'),

  // Sending a backup
  'HF-SESSION-GONE': entry(
    410,
    'The upload session has ended',
    'you',
    'Start the backup again. What had arrived is not sent twice.',
  ),
  'HF-RUN-DONE': entry(409, 'This run has made its version already', 'you', 'Nothing has to be done. The version is there.'),
  'HF-ORDERS-FULL': entry(
    409,
    'Too many orders wait for this computer',
    'you',
    'Switch the computer on: it takes them one after the other.',
  ),
  'HF-JOBS-NOT-TOLD': entry(
    409,
    'The computer has not told what it backs up',
    'you',
    'Run `holdfast-agent run` there, or a backup. Then its jobs appear here.',
  ),
  'HF-STALE-HEAD': entry(
    409,
    'Another version was committed meanwhile',
    'you',
    'The agent seals the version again and retries by itself.',
  ),
  'HF-CHUNKS-MISSING': entry(
    409,
    'The box lacks parts of this version',
    'you',
    'The agent sends what is missing and retries by itself.',
  ),
  'HF-PACK-DAMAGED': entry(
    422,
    'The uploaded pack is damaged',
    'network',
    'The agent sends it again. If it happens often, test the memory of that computer.',
  ),
  'HF-PACK-WRONG-REPOSITORY': entry(422, 'The pack belongs to another repository', 'you', 'Connect this computer again.'),
  'HF-PACK-HASH-MISMATCH': entry(
    422,
    'The pack does not have the announced hash',
    'network',
    'The agent sends it again. If it happens often, look at what sits between.',
  ),
  'HF-PACK-TOO-LARGE': entry(413, 'The pack is larger than format 1 allows', 'you', 'Update the agent.'),
  'HF-PACK-CONFLICT': entry(
    409,
    'There is a different pack with this id',
    'administrator',
    'Run `holdfast check --data` on the box.',
  ),
  'HF-SNAPSHOT-INVALID': entry(422, 'The version’s record is not valid', 'you', 'Update the agent and start the backup again.'),
  'HF-EPOCH-CHANGED': entry(
    409,
    'The box lost data since this backup began',
    'you',
    'The agent asks again for all it needs and sends what was lost.',
  ),

  // The box itself
  'HF-STORAGE-FULL': entry(507, 'The box’s disk is full', 'administrator', 'Free or add space. Restoring still works.'),
  'HF-STORAGE-READ-ONLY': entry(
    503,
    'The box’s disk takes no more writes',
    'administrator',
    'A write failed. Check the disk and its log, then start the box again.',
  ),
  'HF-STORAGE-WRONG-DISK': entry(
    503,
    'The disk with the backups is not there',
    'administrator',
    'Mount the right disk, or say on the page Storage that the one that is there belongs there.',
  ),
  'HF-MOVE-DIFFERS': entry(
    500,
    'The copy on the other disk is not the same',
    'administrator',
    'Look at that disk; the backups stay where they were. Then start the move again, or give it up.',
  ),
  'HF-DATABASE-DOWN': entry(
    503,
    'The database does not answer',
    'administrator',
    'Look at the log of the box. It reconnects by itself.',
  ),
  'HF-NOT-READY': entry(
    503,
    'The box cannot work right now',
    'administrator',
    'The detail names what fails. Look at the log of the box; it recovers by itself where it can.',
  ),
  'HF-REBUILD-NEEDED': entry(
    503,
    'The database knows less than the stored files',
    'administrator',
    'Run `holdfast rebuild` on the box.',
  ),
  'HF-RECORD-DAMAGED': entry(
    500,
    'A stored record is damaged',
    'administrator',
    'Run `holdfast check --data`: it names the files that are affected.',
  ),
  'HF-KEYS-LOST': entry(
    500,
    'The box cannot open these backups',
    'administrator',
    'Bring back keys/master.key of this box from its copy. The recovery kit opens the backups without the box.',
  ),
  'HF-PRUNE-REFUSED': entry(
    409,
    'Nothing was freed, to be on the safe side',
    'administrator',
    'Read why under Storage, Freeing space. Where it is right all the same, confirm it there.',
  ),
  'HF-PRUNE-NOT-CONFIRMED': entry(
    409,
    'Another number was confirmed than the plan shows',
    'administrator',
    'Look at the plan again, and type the number that it shows now.',
  ),
  'HF-KEY-FILE-REFUSED': entry(
    500,
    'The new box key cannot be written',
    'administrator',
    'Make the folder of the master key writable for the box until the change is done, then order it again. Nothing was changed.',
  ),
  'HF-CHECK-FOUND-DAMAGE': entry(
    500,
    'The check found damage',
    'administrator',
    'Read the report, then run it with --repair. What no copy holds is sent again by the next backup.',
  ),

  // Bringing the box back
  'HF-RECOVERY-CODE-WRONG': entry(
    422,
    'This recovery code has a slip in it',
    'you',
    'Look at the group that the detail names, and compare its five signs with the paper.',
  ),
  'HF-RECOVERY-KIT-WRONG': entry(
    422,
    'This recovery kit does not open what is there',
    'you',
    'Take the kit whose repository or server number is that of the copy.',
  ),
  'HF-RECOVERY-KIT-UNREADABLE': entry(
    422,
    'This file is no recovery kit',
    'you',
    'Give the kit as text or page (txt, html), or a file with nothing but the code in it.',
  ),
  'HF-RECOVERY-SOURCE-WRONG': entry(
    422,
    'There are no backups of Holdfast in this folder',
    'you',
    'Name the folder that holds `repositories`: the second copy, or the data folder of the old disk.',
  ),
  'HF-SELF-BACKUP-DAMAGED': entry(
    500,
    'The box’s own backup is damaged',
    'administrator',
    'Try another copy: the second copy, or the data folder of the old disk.',
  ),
  'HF-SELF-BACKUP-NEWER': entry(
    409,
    'The box’s own backup is from a newer Holdfast',
    'administrator',
    'Install the version of Holdfast that the box had, or a newer one, and try again.',
  ),
  'HF-SELF-BACKUP-FAILED': entry(
    500,
    'The box could not back itself up',
    'administrator',
    'See the detail: most often the disk is full or takes no more writes.',
  ),
  'HF-DATA-FOLDER-NOT-EMPTY': entry(
    409,
    'This data folder is not empty',
    'you',
    'Recover into a new, empty folder: HOLDFAST_DATA=NEW holdfast recover FROM.',
  ),
  'HF-RECOVERY-UNFINISHED': entry(
    409,
    'This box is only half recovered',
    'administrator',
    'Call the same `holdfast recover` again: it goes on where it was broken off.',
  ),

  // Second copies
  'HF-COPY-PLACE-UNUSABLE': entry(
    503,
    'The place of the second copy cannot be used',
    'administrator',
    'See that the disk is connected and mounted, and that the box may write there. The detail says what failed.',
  ),
  'HF-COPY-PLACE-TAKEN': entry(
    409,
    'Something else lies in that place',
    'administrator',
    'Choose an empty folder on another disk.',
  ),
  'HF-COPY-WRONG-PLACE': entry(
    503,
    'The disk of the second copy is not there',
    'administrator',
    'Connect and mount the disk of this copy. Nothing was written to what lies there now.',
  ),
  'HF-COPY-PLACE-FULL': entry(
    507,
    'The disk of the second copy is full',
    'administrator',
    'Free space there, or move the copy to a larger disk. What was copied stays whole.',
  ),
  'HF-COPY-SOURCE-LOST': entry(
    503,
    'The box’s own disk is not as it was',
    'administrator',
    'Look at the disk of the box before anything else. The second copy was left as it is, and files can be restored from it.',
  ),
  'HF-COPY-NEWER': entry(
    503,
    'The second copy is newer than the box',
    'administrator',
    'The disk or the database of the box came out of an older backup. Recover the box from the copy, or run `holdfast rebuild`.',
  ),
  'HF-COPY-RUNNING': entry(
    409,
    'This copy is running already',
    'administrator',
    'Wait for its end, or stop it first. Its page shows how far it is.',
  ),
  'HF-COPY-DAMAGED': entry(
    500,
    'The second copy is not as it should be',
    'administrator',
    'Run the copy again: what is missing or damaged there is copied anew. If it happens often, replace that disk.',
  ),
  // Starting the box
  'HF-SETTING-WRONG': entry(
    500,
    'A setting is wrong',
    'administrator',
    'Correct it in the environment or in holdfast.env, then start again. docs/operator/settings.md lists them all.',
  ),
  'HF-DATA-FOLDER-IN-USE': entry(
    409,
    'Another Holdfast uses this data folder',
    'administrator',
    'Stop it first. A second box needs a folder and a port of its own: HOLDFAST_DATA, HOLDFAST_PORT.',
  ),
  'HF-DATABASE-UNUSABLE': entry(
    503,
    'The database cannot be used',
    'administrator',
    'Put right what the detail names, then start again.',
  ),
  'HF-CANNOT-LISTEN': entry(
    500,
    'The box cannot open its port',
    'administrator',
    'Choose another port or address, then start again.',
  ),
  'HF-MASTER-KEY-WRONG': entry(
    500,
    'The master key is missing or wrong',
    'administrator',
    'Bring the file back from its copy. Without it nothing that is stored can be opened.',
  ),
  'HF-CLOCK-JUMPED': entry(
    409,
    'The clock of the box jumped',
    'administrator',
    'Set the clock right, then confirm it on the page Storage or with `holdfast clock --confirm`.',
  ),
  'HF-CANCELLED': entry(409, 'It was stopped before its end', 'you', 'Start it again when you like. What was done stays done.'),
  'HF-INTERNAL': entry(
    500,
    'Something went wrong in the box',
    'administrator',
    'Try again. If it stays, give the request id to the administrator.',
  ),
} as const satisfies Readonly<Record<`HF-${string}`, CatalogueEntry>>

export type ProblemCode = keyof typeof problemCatalogue

export const problemCodes = Object.keys(problemCatalogue) as readonly ProblemCode[]

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(problemCatalogue, text)
}

/** What happened, as people say it; a code that is not the box's own stands for itself. */
export function titleOfCode(code: string): string {
  return isProblemCode(code) ? problemCatalogue[code].title : code
}

function entry(status: number, title: string, who: WhoCanFix, hint: string): CatalogueEntry {
  return { status, title, who, hint }
}
