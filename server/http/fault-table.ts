import { Problem, type ProblemOptions } from './problem.ts'
import type { ProblemCode } from './problem-catalogue.ts'

/** An area's error: one class, a closed set of faults. `message` is written for people and safe to show; causes stay in the log. */
export interface AreaError<Fault extends string> extends Error {
  readonly fault: Fault
  readonly hint?: string | undefined
}

/** Knows the problem of an error, or says nothing. */
export type ProblemFinder = (error: unknown) => Problem | undefined

/**
 * The table of one border and one area: each fault has its code. A fault without a row does not compile.
 *
 * @example
 * export const subscriptionProblems = faultTable(SubscriptionError, { expired: 'HF-LICENCE-EXPIRED', 'not-found': 'HF-NOT-FOUND' })
 */
export function faultTable<Fault extends string, Failure extends AreaError<Fault>>(
  errorClass: new (...args: never[]) => Failure & { readonly fault: Fault },
  codes: Readonly<Record<Failure['fault'], ProblemCode>>,
  extras: (error: Failure) => ProblemOptions = () => ({}),
): ProblemFinder {
  return (error) => {
    if (!(error instanceof errorClass)) return undefined
    const hint = error.hint === undefined ? {} : { hint: error.hint }
    return new Problem(codes[error.fault as Failure['fault']], { detail: error.message, cause: error, ...hint, ...extras(error) })
  }
}
