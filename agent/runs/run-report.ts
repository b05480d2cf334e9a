import { gunzipSync, gzipSync } from 'node:zlib'

/** How a run went, as the box is told: with every attempt and a copy of the log. */
export interface RunReport {
  readonly job: string
  readonly cause: RunCause
  readonly startedAt: string
  readonly endedAt: string
  readonly verdict: 'ok' | 'partial' | 'failed' | 'refused'
  readonly code: string | null
  readonly detail: string | null
  readonly attempts: readonly ReportedAttempt[]
  readonly sentBytes: number | null
  /** gzip, base64. */
  readonly log: string
}

export type RunCause = 'schedule' | 'order' | 'hand'

export interface ReportedAttempt {
  readonly startedAt: string
  readonly endedAt: string
  readonly code: string | null
  readonly detail: string | null
}

export const reportedAttemptsMax = 100
/** The box takes no more. */
export const packedLogMaxBytes = 256 * 1024
const logTextMaxBytes = 2 * 1024 * 1024

/** The log packed; where it is too long its middle is left out, and says so: how it began and how it ended matter most. */
export function packLog(text: string): Buffer {
  for (let bytes = logTextMaxBytes; ; bytes = Math.floor(bytes / 2)) {
    const packed = gzipSync(withoutMiddle(text, bytes))
    if (packed.length <= packedLogMaxBytes) return packed
  }
}

export function unpackLog(packed: Buffer): string {
  return gunzipSync(packed, { maxOutputLength: 2 * logTextMaxBytes }).toString('utf8')
}

function withoutMiddle(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes) return text
  const lines = text.split('\n')
  const [head, tail]: [string[], string[]] = [[], []]
  let room = maxBytes
  for (let from = 0, to = lines.length - 1; from <= to; from += 1, to -= 1) {
    room -= Buffer.byteLength(lines[from]!) + Buffer.byteLength(lines[to]!) + 2
    if (room < 0) break
    head.push(lines[from]!)
    tail.unshift(lines[to]!)
  }
  const left = lines.length - head.length - tail.length
  return [...head, `… ${left} lines are left out here: the log was longer than the box keeps …`, ...tail].join('\n')
}
