/**
 * Backups and restores that run now, as their computers tell about once a second. In memory only: a sign of progress costs no statement, and one
 * that was lost with a restart of the box comes again within seconds. Numbers and a phase, never a name.
 */
import type { RunKey } from '../runs/run.ts'
import type { Id } from '../runtime/ids.ts'

export const backupPhases = ['scanning', 'sending', 'finishing', 'restoring'] as const
export type BackupPhase = (typeof backupPhases)[number]

export interface ProgressTold {
  readonly phase: BackupPhase
  readonly filesDone: number
  readonly filesTotal: number | undefined
  readonly bytesDone: number
  readonly bytesTotal: number | undefined
  readonly bytesPerSecond: number
}

export interface RunningBackup extends ProgressTold {
  readonly deviceId: Id<'dev'>
  readonly customerId: Id<'cus'>
  /** As it was called when the backup began. */
  readonly computer: string
  readonly run: RunKey
  readonly job: string
  /** It is no backup: files come back by this order. */
  readonly restore: Id<'rst'> | undefined
  readonly startedAt: number
  readonly heardAt: number
  /** Somebody asked it to stop. */
  readonly isStopping: boolean
}

/** A backup that has not been heard of for so long is not shown as running. */
export const believedForMs = 45_000
export const maxRunningBackups = 5000
/** Of one account: pages that watch. */
export const maxWatchersOfCustomer = 50
export const maxWatchers = 1000

const longestLeftMs = 99 * 3_600_000

/** Undefined while there is nothing to guess by. */
export function timeLeftMs({ phase, bytesDone, bytesTotal, bytesPerSecond }: ProgressTold): number | undefined {
  if (
    (phase !== 'sending' && phase !== 'restoring') ||
    bytesTotal === undefined ||
    bytesPerSecond <= 0 ||
    bytesDone >= bytesTotal
  )
    return undefined
  const leftMs = ((bytesTotal - bytesDone) / bytesPerSecond) * 1000
  return leftMs > longestLeftMs ? undefined : leftMs
}
