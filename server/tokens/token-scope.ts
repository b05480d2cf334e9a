/** What a token may be used for, within what its user may do anyway. */
export const tokenScopes = ['read', 'files', 'manage', 'metrics'] as const
export type TokenScope = (typeof tokenScopes)[number]

export function isTokenScope(text: string): text is TokenScope {
  return (tokenScopes as readonly string[]).includes(text)
}
