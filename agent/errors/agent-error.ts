import type { AgentCode } from './agent-catalogue.ts'

export interface AgentErrorOptions {
  /** Replaces the catalogue's hint where the case allows a better one. */
  readonly hint?: string | undefined
  /** Further facts for programs, such as the fingerprint that was shown. Never a secret. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** An expected way for a command to fail. `message` is this case in words: cause and evidence, no secrets. */
export class AgentError extends Error {
  override readonly name = 'AgentError'
  readonly code: AgentCode
  readonly hint: string | undefined
  readonly members: Readonly<Record<string, unknown>>

  constructor(code: AgentCode, message: string, options: AgentErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.members = options.members ?? {}
  }
}

export function usageError(message: string, hint?: string): AgentError {
  return new AgentError('HF-USAGE', message, { hint })
}
