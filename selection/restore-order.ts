/** What both programs call a restore by order: how it is asked for, and what is counted of it. The words are those of the wire. */

/** `restore`: files come back beside or over what is there. `revert`: everything below becomes as it was; nothing is lost by it. */
export const restoreModes = ['restore', 'revert'] as const
export type RestoreMode = (typeof restoreModes)[number]

export const restoreRules = ['keep-both', 'replace-older', 'replace-all'] as const
export type RestoreRule = (typeof restoreRules)[number]

export const restoreCounters = [
  'files',
  'folders',
  'bytes',
  'replaced',
  /** Were there already, with the same bytes. */
  'same',
  'kept',
  'beside',
  'failed',
  /** Owners, modes, times and attributes that could not be set; the files are there. */
  'notSet',
  /** Left out: the program that listens on a socket makes it. */
  'sockets',
  /** Read back and compared with the ids of the version. */
  'verifiedFiles',
  'verifiedBytes',
  /** By a revert: what the version has not. */
  'removed',
  /** By a revert: what stayed, because the version made before does not hold it as it is. */
  'left',
  'elapsedMs',
  /** Times that writing was begun: once, unless it was interrupted. */
  'attempts',
] as const
export type RestoreCounter = (typeof restoreCounters)[number]
/** As the computer counted, over all attempts. */
export type RestoreCounters = Readonly<Record<RestoreCounter, number>>

export const nothingCounted = Object.fromEntries(restoreCounters.map((name) => [name, 0])) as RestoreCounters

/** What a restore would do, counted without doing it. */
export const rehearsalCounters = [
  'creates',
  'folders',
  'replaces',
  'beside',
  'same',
  'keeps',
  'fails',
  /** Are there, and not in the version: what a revert takes away. */
  'goes',
  /** Of what would be written. */
  'bytes',
] as const
export type RehearsalCounters = Readonly<Record<(typeof rehearsalCounters)[number], number>>

/** Names of one list in a report; the counters beside it go on. */
export const maxNamesReported = 500
/** Names of one list in a rehearsal. */
export const maxNamesRehearsed = 100
