/** How a run went in the words of its computer: why it began, each attempt, and a copy of its log. Also of runs that never got here. */
import { gunzipSync } from 'node:zlib'
import type { Id } from '../runtime/ids.ts'
import type { RunKey, RunVerdict } from './run.ts'

export const runCauses = ['schedule', 'order', 'hand'] as const
export type RunCause = (typeof runCauses)[number]

export interface RunAttempt {
  readonly startedAt: number
  readonly endedAt: number
  /** Why it failed; nothing for the one that did not. */
  readonly code?: string | undefined
  readonly detail?: string | undefined
}

export interface RunReport {
  readonly key: RunKey
  readonly job: string
  readonly cause: RunCause
  readonly startedAt: number
  readonly endedAt: number
  readonly verdict: RunVerdict
  readonly code: string | undefined
  readonly detail: string | undefined
  readonly attempts: readonly RunAttempt[]
  readonly sentBytes: number | undefined
  /** gzip; the middle is left out where it was longer than fits. */
  readonly log: Buffer
}

export interface StoredReport {
  readonly cause: RunCause
  readonly attempts: readonly RunAttempt[]
  readonly sentBytes: number | undefined
  readonly hasLog: boolean
}

export interface LogToStore {
  readonly runId: Id<'run'>
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly report: RunReport
  readonly receivedAt: number
}

export const maxAttempts = 100
export const maxLogBytes = 256 * 1024
/** Unpacked: what a page shows, and no bomb. */
export const maxLogTextBytes = 4 * 1024 * 1024
export const maxReportBodyBytes = 768 * 1024
export const logsKeptMs = 400 * 24 * 60 * 60 * 1000
/** Of one customer; the oldest go first. */
export const maxLogBytesOfCustomer = 256 * 1024 * 1024

/** The text of a log; undefined where the bytes are none. */
export function findLogText(log: Buffer): string | undefined {
  if (log.length === 0) return ''
  try {
    return gunzipSync(log, { maxOutputLength: maxLogTextBytes }).toString('utf8')
  } catch {
    return undefined
  }
}
