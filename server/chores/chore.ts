/**
 * A chore: work that the box does by itself, again and again, and that a person can have done now. It says when it is due, does it,
 * tells how far it is, ends early when asked to, and says in a sentence what came of it. It keeps its own place: a chore that was cut
 * off is simply run again.
 */

export interface Chore {
  /** `prune`: in addresses, rows, alarms, commands. */
  readonly name: string
  /** As people call it: `Freeing space`. */
  readonly title: string
  /** What it does and how often, in a sentence. */
  readonly about: string
  /** Its own page, where there is one. */
  readonly page?: string
  /** `heavy`: reads or writes much; one of these runs at a time. `light`: seconds; it waits for nobody. */
  readonly weight: 'heavy' | 'light'
  /** It decides by age: held while the clock is not to be believed. */
  readonly needsClock: boolean
  /** When it should run next; undefined: when somebody asks. In the past: now. Asked once a minute; it must be quick. */
  readonly dueAt: (state: ChoreState, nowMs: number) => number | undefined | Promise<number | undefined>
  readonly run: (running: ChoreRunning) => Promise<ChoreResult>
}

export interface ChoreRunning {
  /** Aborted when somebody cancels, or the box stops: end soon, with everything whole, by throwing the signal's reason. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: ChoreProgress) => void
  /** What `runNow` was given; undefined when it ran because it was due. */
  readonly input: unknown
}

export interface ChoreProgress {
  /** What is being done, in words: `reading packs`. */
  readonly words: string
  /** In units of `unit`; no total: nobody knows yet. */
  readonly done?: number
  readonly total?: number
  readonly unit?: 'bytes' | 'count'
}

export interface ChoreResult {
  /** A sentence for the card: `1.2 GiB were freed.` */
  readonly summary: string
  /** For the chore's own page: anything that is JSON. */
  readonly detail?: object
}

/** How the last run that ended, ended. `interrupted`: the box stopped, or was killed. */
export const choreOutcomes = ['done', 'failed', 'cancelled', 'interrupted'] as const
export type ChoreOutcome = (typeof choreOutcomes)[number]

export interface ChoreState {
  readonly name: string
  /** When the box began to have this chore. */
  readonly knownAt: number
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  readonly outcome: ChoreOutcome | undefined
  /** When it last ended well. */
  readonly goodAt: number | undefined
  /** In a row. */
  readonly failures: number
  /** What came of the last run, or why it failed. */
  readonly summary: string
  readonly detail: unknown
}

/** A run that has ended, as it is remembered. */
export interface PastRun {
  readonly name: string
  readonly startedAt: number
  readonly endedAt: number
  readonly outcome: ChoreOutcome
  readonly summary: string
}

/** Of each chore; older ones are forgotten as new ones end. */
export const pastRunsKept = 100

export type ChoreActivity =
  | { readonly kind: 'idle' }
  /** Waits for a heavy one before it. */
  | { readonly kind: 'queued' }
  | { readonly kind: 'running'; readonly sinceMs: number; readonly progress: ChoreProgress | undefined }

/** A chore as its card shows it. */
export interface ChoreView {
  readonly chore: Pick<Chore, 'name' | 'title' | 'about' | 'page' | 'weight'>
  readonly state: ChoreState
  readonly activity: ChoreActivity
  readonly nextAt: number | undefined
  /** It would run, but the clock is not to be believed. */
  readonly isHeld: boolean
}

export const choreFaults = ['unknown', 'running', 'held', 'cancelled'] as const
export type ChoreFault = (typeof choreFaults)[number]

export class ChoreError extends Error {
  override readonly name = 'ChoreError'
  readonly fault: ChoreFault

  constructor(fault: ChoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

/** Why a run is aborted that is to be done again at the next start; any other reason is somebody's will. */
export const boxStops = new ChoreError('cancelled', 'It was stopped, because the box stops.')

export const maxSummaryCharacters = 1000
