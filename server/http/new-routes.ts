import { type Hook, OpenAPIHono } from '@hono/zod-openapi'
import type { ZodError } from 'zod'
import type { AppEnvironment } from './app-environment.ts'
import { type FieldError, Problem } from './problem.ts'

const maxReportedErrors = 20

/** An empty router for one noun's routes, with our answer to input that does not fit its schema. */
export function newRoutes(): OpenAPIHono<AppEnvironment> {
  return new OpenAPIHono<AppEnvironment>({ defaultHook: refuseInvalid })
}

// biome-ignore lint/suspicious/noExplicitAny: the library's own type of a hook that serves every schema
const refuseInvalid: Hook<any, AppEnvironment, any, any> = (result) => {
  if (result.success) return
  // An id that is none is as absent as one that was never given.
  if (result.target === 'param') throw new Problem('HF-NOT-FOUND')
  throw validationProblem(result.target, result.error)
}

/** Names fields and rules, never the values that were sent: one of them may be a password. */
export function validationProblem(target: string, error: ZodError): Problem {
  const errors = error.issues.slice(0, maxReportedErrors).map((issue): FieldError => {
    return { field: [target, ...issue.path.map(String)].join('.'), message: issue.message }
  })
  const [first] = errors
  return new Problem('HF-VALIDATION', { errors, ...(first === undefined ? {} : { detail: `${first.field}: ${first.message}` }) })
}
