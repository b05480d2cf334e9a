/**
 * Left-out files that somebody looked at and called known: a backup that leaves out nothing else counts as complete. What the backup
 * itself said of them stays; a file that nobody accepted makes it partial again.
 */
import { textOfBytes } from '../../engine/index.ts'
import { excludeTest } from '../../selection/exclude-pattern.ts'
import type { Id } from '../runtime/ids.ts'

export interface AcceptedSkip {
  readonly skipId: Id<'skp'>
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly job: string
  /** A path as it is, or a pattern as in a job's excludes. */
  readonly pattern: string
  readonly reason: string
  readonly acceptedBy: string
  readonly acceptedAt: number
}

export const maxAcceptedOfDevice = 200
export const maxSkipReasonCharacters = 500

export type IsKnown = (path: Buffer) => boolean

/** One test for all that was accepted of a job. A path with signs that patterns use is still the path itself. */
export function knownTest(accepted: readonly Pick<AcceptedSkip, 'pattern'>[]): IsKnown {
  if (accepted.length === 0) return () => false
  const exact = new Set(accepted.map(({ pattern }) => pattern))
  const isMatch = excludeTest([...exact], 'linux')
  return (path) => {
    const text = textOfBytes(path)
    return exact.has(text) || isMatch(text.replaceAll('\\', '/'), true)
  }
}

export function countKnown(
  accepted: readonly Pick<AcceptedSkip, 'pattern'>[],
  skipped: readonly { readonly path: Buffer }[],
): number {
  const isKnown = knownTest(accepted)
  return skipped.reduce((sum, { path }) => sum + (isKnown(path) ? 1 : 0), 0)
}

export const skipFaults = ['not-found', 'too-many', 'invalid'] as const
export type SkipFault = (typeof skipFaults)[number]

export class SkipError extends Error {
  override readonly name = 'SkipError'
  readonly fault: SkipFault

  constructor(fault: SkipFault, message: string) {
    super(message)
    this.fault = fault
  }
}
