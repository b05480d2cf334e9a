/**
 * A drill proves that restoring works, by restoring: files of a computer's newest good versions are brought back into a scratch folder
 * by the way an agent's restore takes, and compared byte for byte with a second reading of what is stored. It says what was read and
 * what was not; it changes nothing but the marks on what it finds damaged, as a check does.
 */
import type { Id } from '../runtime/ids.ts'

/** `week`: the computer's turn came. */
export const drillCauses = ['week', 'person'] as const
export type DrillCause = (typeof drillCauses)[number]

export const drillStates = ['waiting', 'running', 'proved', 'damaged', 'not-run', 'cancelled'] as const
export type DrillState = (typeof drillStates)[number]
export type DrillOutcome = Exclude<DrillState, 'waiting' | 'running'>

/** Why it could not run. */
export const drillReasons = ['no-version', 'nothing', 'no-disk', 'no-room', 'no-keys', 'stopped', 'error'] as const
export type DrillReason = (typeof drillReasons)[number]

export interface Drill {
  readonly drillId: Id<'drl'>
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly cause: DrillCause
  /** A mail address; undefined: the box by itself. */
  readonly askedBy: string | undefined
  readonly askedAt: number
  readonly state: DrillState
  /** How often it was begun: a box that stops in the middle begins it again. */
  readonly attempts: number
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  readonly reason: DrillReason | undefined
  /** In words, without names of files: staff read it. */
  readonly detail: string | undefined
  /** Of the program that ran it. */
  readonly program: string
  readonly counts: DrillCounts
}

export interface DrillCounts {
  /** Backup plans that have a good version. */
  readonly plans: number
  /** Of these, the newest versions that were drilled. */
  readonly versions: number
  /** Files, folders and links whose names, sizes and times were read. */
  readonly entries: number
  /** Of them, files; 0: nobody counted. */
  readonly filesTotal: number
  /** Brought back, and what came back is what is stored. */
  readonly files: number
  readonly bytes: number
  /** Of these, whose time of the last change the box's disk could not keep. */
  readonly untimed: number
  /** Not brought back, only read by two ways, in parts where they are too large. */
  readonly readTwice: number
  readonly readTwiceBytes: number
  /** Files that did not come back as stored, and folders that could not be read. */
  readonly damaged: number
}

export const noCounts: DrillCounts = {
  plans: 0,
  versions: 0,
  entries: 0,
  filesTotal: 0,
  files: 0,
  bytes: 0,
  untimed: 0,
  readTwice: 0,
  readTwiceBytes: 0,
  damaged: 0,
}

/** Where a list of them goes on. */
export interface DrillCursor {
  readonly askedAt: number
  readonly drillId: string
}

/** What was read, with names: for whoever may read files. */
export interface DrillEvidence {
  /** The files were drawn by it: the same seed draws the same files. */
  readonly seed: string
  readonly versions: readonly DrilledVersion[]
  /** What was damaged, and what was before and has not been read whole since: the next drill reads it, whatever it draws. */
  readonly open: readonly OpenPath[]
}

export interface OpenPath {
  readonly job: string
  /** As in DrilledFile. */
  readonly path: string
}

export interface DrilledVersion {
  readonly version: Id<'snap'>
  readonly job: string
  readonly receivedAt: number
  readonly entries: number
  readonly files: readonly DrilledFile[]
  /** Folders of which something could not be read; the first of them. */
  readonly lost: readonly { readonly path: string; readonly why: string }[]
}

/** `again`: an earlier drill found it damaged. */
export const fileCauses = ['random', 'newest', 'largest', 'again'] as const
export type FileCause = (typeof fileCauses)[number]

/** `read-twice`: nothing was written; both ways read the same, which says nothing of name, size and time. */
export const fileWays = ['restored', 'read-twice'] as const
export type FileWay = (typeof fileWays)[number]

export interface DrilledFile {
  /** Bytes as text: engine/format/byte-text.ts. */
  readonly path: string
  readonly why: readonly FileCause[]
  readonly sizeBytes: number
  readonly way: FileWay
  readonly isTimeCompared: boolean
  /** Of a file that is too large to be read whole: what was read of it. Otherwise all of it was. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[] | undefined
  /** Of what was read, in order; undefined where it could not be. */
  readonly sha256: string | undefined
  /** What was wrong; undefined: nothing. */
  readonly problem: string | undefined
}

/** How a computer stands, as its drills left it. */
export interface DrillStanding {
  readonly deviceId: Id<'dev'>
  /** When the last one ended. */
  readonly triedAt: number | undefined
  readonly outcome: DrillOutcome | undefined
  readonly lastDrill: Id<'drl'> | undefined
  readonly provedAt: number | undefined
  readonly provedDrill: Id<'drl'> | undefined
  /** The last that found damage, until one proves that it is mended. */
  readonly damage: { readonly atMs: number; readonly drillId: Id<'drl'> } | undefined
  /** Why the last one could not run, if it could not. */
  readonly notRunDetail: string | undefined
}

const dayMs = 24 * 60 * 60 * 1000
/** A computer with good versions whose restore nobody has proved for so long is told of. */
export const overdueAfterMs = 30 * dayMs

export const drillFaults = ['no-version', 'too-many', 'not-found', 'ended'] as const
export type DrillFault = (typeof drillFaults)[number]

export class DrillError extends Error {
  override readonly name = 'DrillError'
  readonly fault: DrillFault

  constructor(fault: DrillFault, message: string) {
    super(message)
    this.fault = fault
  }
}

export function isOver(state: DrillState): state is DrillOutcome {
  return state !== 'waiting' && state !== 'running'
}
