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

/** As a computer must write it, and whether it means the same box from everywhere. */
export function addressFor(
  c: AppContext,
  { publicUrl, pin }: AgentAddress,
): { readonly origin: string; readonly pin: string | undefined; readonly isThisComputerOnly: boolean } {
  const { origin, hostname } = new URL(publicUrl ?? c.req.url)
  return { origin, pin, isThisComputerOnly: isLoopback(hostname) }
}

export function agentStepsFor(c: AppContext, agentAddress: AgentAddress, { user }: Account): AgentSteps {
  const { origin, pin, isThisComputerOnly } = addressFor(c, agentAddress)
  return { address: origin, pin, login: user.email, isThisComputerOnly }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
