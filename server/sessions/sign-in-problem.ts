import { Problem } from '../http/problem.ts'
import type { Authentication } from '../users/authentication-service.ts'

/** How a failed sign-in is answered: the same for a login that exists and one that does not. */
export function signInProblem(failed: Exclude<Authentication, { readonly kind: 'signed-in' }>): Problem {
  switch (failed.kind) {
    case 'wrong-password':
      return new Problem('HF-WRONG-PASSWORD')
    case 'throttled': {
      const seconds = Math.ceil(failed.retryAfterMs / 1000)
      return new Problem('HF-RATE-LIMITED', {
        detail: `Too many attempts. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
        headers: { 'retry-after': String(seconds) },
      })
    }
    default:
      return failed satisfies never
  }
}
