import { Problem } from '../http/problem.ts'
import type { Authentication } from '../users/authentication-service.ts'

export type FailedSignIn = Exclude<Authentication, { readonly kind: 'signed-in' }>

/** How a failed sign-in is answered: the same for a login that exists and one that does not. */
export function signInProblem(failed: FailedSignIn): Problem {
  switch (failed.kind) {
    case 'wrong-password':
      return new Problem('HF-WRONG-PASSWORD')
    case 'otp-needed':
      return new Problem('HF-OTP-NEEDED')
    case 'otp-wrong':
      return new Problem('HF-OTP-WRONG')
    case 'throttled':
      return throttledProblem(failed.retryAfterMs)
    default:
      return failed satisfies never
  }
}

export function throttledProblem(retryAfterMs: number): Problem {
  const seconds = Math.ceil(retryAfterMs / 1000)
  return new Problem('HF-RATE-LIMITED', {
    detail: `Too many attempts. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    headers: { 'retry-after': String(seconds) },
  })
}
