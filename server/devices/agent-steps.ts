/** What the pages tell a new computer to type: this box's address as it is reached now, and its pin. */
import type { AgentSteps } from '../../views/partials/agent-steps.ts'
import type { Account } from '../accounts/account.ts'
import type { AppContext } from '../http/app-environment.ts'

export interface AgentAddress {
  /** Replaces the address the browser has used. */
  readonly publicUrl: string | undefined
  /** Of the box's own authority; undefined where its certificate comes from elsewhere, or there is none. */
  readonly pin: string | undefined
}

export function agentStepsFor(c: AppContext, { publicUrl, pin }: AgentAddress, { user }: Account): AgentSteps {
  const { origin, hostname } = new URL(publicUrl ?? c.req.url)
  return { address: origin, pin, login: user.email, isThisComputerOnly: isLoopback(hostname) }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
