/** With what links begin: the address by which people open the box, as it was said, else as this browser has it. */
import { type AgentAddress, addressFor } from '../devices/agent-steps.ts'
import type { AppContext } from '../http/app-environment.ts'
import type { BoxAddress } from '../mail/box-address.ts'

export type ShareOrigin = (c: AppContext) => Promise<{ readonly origin: string; readonly isThisComputerOnly: boolean }>

export function shareOriginBy(options: {
  readonly boxAddress: Pick<BoxAddress, 'find'>
  readonly agentAddress: AgentAddress
}): ShareOrigin {
  return async (c) => {
    const { url, source } = await options.boxAddress.find()
    const address = { ...options.agentAddress, publicUrl: source === 'listening' ? options.agentAddress.publicUrl : url }
    const { origin, isThisComputerOnly } = addressFor(c, address)
    return { origin, isThisComputerOnly }
  }
}
