/** What the system says when a connection does not come about, in words that help. */
export interface ConnectionWords {
  readonly says: string
  readonly hint: string
}

const known: Readonly<Record<string, ConnectionWords>> = {
  ENOTFOUND: { says: 'no computer of this name is known', hint: 'Check the spelling, or use the box’s address in numbers.' },
  EAI_AGAIN: { says: 'the name could not be looked up', hint: 'Check this computer’s network and its name server.' },
  ECONNREFUSED: {
    says: 'the computer is there, and nothing listens on this port',
    hint: 'Check the port, and that the box is running.',
  },
  ETIMEDOUT: { says: 'nobody answers', hint: 'Check the address, and whether a firewall stands between.' },
  TimeoutError: { says: 'nobody answers', hint: 'Check the address, and whether a firewall stands between.' },
  EHOSTUNREACH: { says: 'there is no way to this address', hint: 'Check the address and this computer’s network.' },
  ENETUNREACH: { says: 'there is no way to this network', hint: 'Check this computer’s network.' },
}

export function findConnectionWords(cause: unknown): ConnectionWords | undefined {
  const code = connectionCode(cause)
  return Object.hasOwn(known, code) ? known[code] : undefined
}

/** A name with several addresses fails with one error around those of each. */
export function connectionCode(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return connectionCode(cause.errors[0])
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.name : ''
}
