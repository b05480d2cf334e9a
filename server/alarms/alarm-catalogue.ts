/**
 * Everything that the box wants a person to know without being asked, once. A code is a contract with scripts and with
 * docs/operator/alerts.md (a test compares them). `title` is a whole sentence, for it stands on Home in the place of the sentence;
 * `hint` says what `who` does next. What is true of one case only goes into an alarm's `detail`.
 */
import type { WhoCanFix } from '../http/problem-catalogue.ts'

/** `failure`: something is lost, refused, or in danger now. `warning`: it will be, unless somebody acts. */
export const alarmSeverities = ['failure', 'warning'] as const
export type AlarmSeverity = (typeof alarmSeverities)[number]

export interface AlarmEntry {
  readonly severity: AlarmSeverity
  readonly title: string
  readonly who: WhoCanFix
  readonly hint: string
}

export const alarmCatalogue = {
  // Disks
  'HF-STORAGE-WRONG-DISK': failure(
    'The disk with the backups is not there.',
    'administrator',
    'Mount the right disk, or say under Storage that the one that is there belongs there. Nothing is written meanwhile.',
  ),
  'HF-STORAGE-READ-ONLY': failure(
    'The disk of the box takes no more writes.',
    'administrator',
    'Look at the disk and its log, then let it be tried again under Storage. Restoring still works.',
  ),
  'HF-STORAGE-FULL': failure(
    'The disk of the box is full.',
    'administrator',
    'Make room: free space under Storage, move backups to another disk, or remove other programs’ files. Restoring still works.',
  ),
  'HF-DISK-LOW': warning(
    'The disk of the box is nearly full.',
    'administrator',
    'Free or add space soon, before backups are refused. Storage shows what uses it.',
  ),
  'HF-DISK-FULL-SOON': warning(
    'The disk of the box will be full within a month.',
    'administrator',
    'Plan for more space: Storage shows the day, and can move backups to another disk.',
  ),

  // The box's own care
  'HF-CHORE-FAILED': warning(
    'The box could not finish a part of its own care.',
    'administrator',
    'It tries again by itself. Read what it said under Storage; the log of the box has more.',
  ),
  'HF-CLOCK-JUMPED': warning(
    'The clock of the box jumped.',
    'administrator',
    'Set the clock right, then confirm it under Storage. Until then nothing old is removed.',
  ),
  'HF-PRUNE-REFUSED': warning(
    'The box freed no space, to be on the safe side.',
    'administrator',
    'Read why below. Where it is right all the same, confirm it under Storage, Freeing space.',
  ),
  'HF-REBUILD-NEEDED': failure(
    'The database is older than the stored files: backups wait.',
    'administrator',
    'Run `holdfast rebuild` on the box. It reads the files and deletes nothing.',
  ),
  'HF-REBUILD-UNCONFIRMED': warning(
    'The index was made anew from the files.',
    'administrator',
    'Look at the computers and their newest versions. When all are there, say so under Storage: until then nothing old is removed.',
  ),
  // What is stored, and whether it is whole
  'HF-DEVICE-SENT-DAMAGE': warning(
    'A computer sends data that does not open.',
    'implementor',
    'Its memory or its disk is failing: test both, replace what is bad. Its next backup sends the marked data again by itself.',
  ),
  'HF-DEVICE-CHANGED': warning(
    'A computer is not the one it was.',
    'implementor',
    'Say on the computer’s page whether its hardware was replaced. It is backed up meanwhile.',
  ),
  'HF-DEVICE-CLONED': failure(
    'Two computers use one identity.',
    'implementor',
    'Say on the computer’s page which of the two stays. The other one is not backed up until it is connected anew.',
  ),
  'HF-STORAGE-DAMAGED': failure(
    'Stored data is damaged.',
    'administrator',
    'Repair it under Storage, Check. What no copy holds any more is sent again by the next backup of the computer that has it.',
  ),
  'HF-DRILL-FAILED': failure(
    'A restore was tried, and not everything came back.',
    'administrator',
    'Repair it under Storage, Check. The proof names the files to the people of the account; older versions may still hold them.',
  ),
  'HF-DRILL-OVERDUE': warning(
    'No restore of a computer has been proved for thirty days.',
    'administrator',
    'Its page says why the last one could not be run. Press “Prove a restore now” there when that is over.',
  ),
  'HF-VERIFICATION-LATE': warning(
    'Data that arrived more than a day ago has not been opened yet.',
    'administrator',
    'The box is too busy, or cannot open it: its log says which. Nothing is lost; computers do not share it until then.',
  ),
  'HF-SELF-BACKUP-FAILED': failure(
    'The box could not back itself up.',
    'administrator',
    'Read why below; most often the disk is full. It tries again by itself, and `holdfast self-backup` does at once.',
  ),
  'HF-RECOVERY-KIT-DUE': warning(
    'A recovery kit should be printed.',
    'you',
    'Its owner prints it from Home, and puts it where the contracts are. It opens the backups when the box is gone.',
  ),
  'HF-SERVER-KIT-DUE': warning(
    'The recovery kit of the server should be printed.',
    'administrator',
    'Print it under Storage, Recovery, and keep it in another building. It brings the whole box back from a copy.',
  ),
  // Second copies
  'HF-COPY-FAILED': failure(
    'The second copy could not be brought up to date.',
    'administrator',
    'Read why below. It tries again by itself; what was copied before stays whole.',
  ),
  'HF-COPY-TOO-OLD': warning(
    'The second copy is too old.',
    'administrator',
    'See that its disk is connected, then run it under Storage, Second copy.',
  ),
  'HF-COPY-FOUND-DAMAGE': failure(
    'The second copy found files that are not as they were.',
    'administrator',
    'Read below on which side. What is damaged on one side is taken from the other; a disk that does this again should be replaced.',
  ),
  // Backups that do not come, or hold too little
  'HF-BACKUP-SILENT': failure(
    'A computer has had no good backup for too long.',
    'you',
    'Switch it on and see that it reaches the box: `holdfast-agent status` on it says what is wrong. If it is gone for good, revoke it.',
  ),
  'HF-BACKUP-EMPTY': failure(
    'A backup holds no files.',
    'you',
    'Look at what the computer backs up: a folder may have been moved, or a disk is not connected. Older versions are still there.',
  ),
  'HF-BACKUP-SHRANK': warning(
    'A backup holds less than half of what is usual.',
    'you',
    'If nobody cleared up, something is missing: look at the newest versions, and at the disk of the computer. Older versions are still there.',
  ),
  // What a plan allows
  'HF-QUOTA-NEARLY-FULL': warning(
    'Four fifths of a plan’s space are used.',
    'you',
    'Plan ahead: a larger plan, shorter rules, or fewer folders. Nothing is refused yet.',
  ),
  'HF-QUOTA-ALMOST-FULL': warning(
    'A plan’s space is almost used up.',
    'you',
    'Take a larger plan, let old versions go sooner, or leave folders out, before backups are refused.',
  ),
  'HF-QUOTA-FULL': failure(
    'A plan’s space is used up: new backups are refused.',
    'you',
    'Take a larger plan, or let old versions go. What is kept can be restored as before.',
  ),
  'HF-LICENCE-ENDS-SOON': warning('A plan ends within thirty days.', 'implementor', 'Renew it in good time.'),
  'HF-LICENCE-LAST-WEEK': warning('A plan ends within a week.', 'implementor', 'Renew it now, so that no backup is refused.'),
  'HF-LICENCE-LAST-DAY': warning('A plan ends tomorrow, or today.', 'implementor', 'Renew it today.'),
  'HF-LICENCE-ENDED': failure('A plan has ended.', 'implementor', 'Renew it. Everything that is kept can be restored as before.'),
  // What leaves the box
  'HF-MAIL-FAILED': failure(
    'Letters of the box do not arrive.',
    'administrator',
    'Send a test letter under Settings: it says what is wrong. Then have those that were given up tried again, or drop them.',
  ),
  'HF-WEBHOOK-FAILED': warning(
    'A program does not take the events of the box.',
    'you',
    'Test it where it is written down: Settings, or Letters of the account. What was given up can be tried again under Settings.',
  ),
} as const satisfies Readonly<Record<`HF-${string}`, AlarmEntry>>

export type AlarmCode = keyof typeof alarmCatalogue
export const alarmCodes = Object.keys(alarmCatalogue) as readonly AlarmCode[]

/** An older version's code, in a row that is still there, has no entry. */
export function findAlarmEntry(code: string): AlarmEntry | undefined {
  return Object.hasOwn(alarmCatalogue, code) ? alarmCatalogue[code as AlarmCode] : undefined
}

export function failure(title: string, who: WhoCanFix, hint: string): AlarmEntry {
  return { severity: 'failure', title, who, hint }
}

export function warning(title: string, who: WhoCanFix, hint: string): AlarmEntry {
  return { severity: 'warning', title, who, hint }
}
