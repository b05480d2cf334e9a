import type { MiddlewareHandler } from 'hono'
import type { Randomness } from '../runtime/randomness.ts'
import type { AppEnvironment } from './app-environment.ts'

const requestIdBytes = 9

/** Gives each request an id of our own making (a client's is never taken over: it would end up in logs and pages). */
export function requestIds(randomness: Randomness): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const requestId = `req_${randomness.bytes(requestIdBytes).toString('base64url')}`
    c.set('requestId', requestId)
    c.env?.outgoing?.setHeader('x-request-id', requestId)
    await next()
    c.header('x-request-id', requestId)
  }
}
