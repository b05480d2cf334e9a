import type { Explanation } from '../errors/explain-error.ts'

/*
 * When a backup that failed is tried again. Only where the way to the box, or the box itself, was the reason: what a person has to mend
 * does not get better by waiting.
 */

const passingCodes: ReadonlySet<string> = new Set([
  'HF-SERVER-UNREACHABLE',
  'HF-BUSY',
  'HF-DATABASE-DOWN',
  'HF-SESSION-GONE',
  'HF-STALE-HEAD',
])

export function isPassing({ code, who }: Pick<Explanation, 'code' | 'who'>): boolean {
  return who === 'network' || passingCodes.has(code)
}

const minutes = [1, 2, 5, 10, 15, 30]
const minuteMs = 60_000

/** After the first failure a minute, then longer, half an hour at most; unevenly, so that computers do not come in step. */
export function retryDelayMs(failures: number, share: number): number {
  const wait = minutes[Math.min(failures, minutes.length) - 1] ?? minutes[0]!
  return Math.round(wait * minuteMs * (0.75 + share / 2))
}

const firstContactMs = 1000
const longestContactMs = 5 * minuteMs

/** Between two tries to reach the box. */
export function contactDelayMs(failures: number, share: number): number {
  return Math.round(Math.min(longestContactMs, firstContactMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + share / 2))
}
