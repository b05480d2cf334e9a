import type { MiddlewareHandler } from 'hono'
import type { AppEnvironment } from '../http/app-environment.ts'
import { Problem } from '../http/problem.ts'

/** The agents' protocol that this box speaks: the newest version, and the one before where there was one. */
export const protocolVersion = 1
export const oldestProtocolVersion = 1

/** Every request of an agent says which protocol it speaks; what the box does not speak is refused before anything happens. */
export function demandProtocol(): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const said = c.req.header('holdfast-protocol')
    const version = said !== undefined && /^\d{1,6}$/.test(said) ? Number(said) : 0
    if (version < oldestProtocolVersion)
      throw new Problem('HF-AGENT-TOO-OLD', {
        detail: `This box speaks protocol ${protocolVersion}; the agent, ${said ?? 'none'}.`,
      })
    if (version > protocolVersion)
      throw new Problem('HF-AGENT-TOO-NEW', { detail: `This box speaks protocol ${protocolVersion}; the agent, ${version}.` })
    await next()
  }
}
