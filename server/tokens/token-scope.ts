/**
 * What a token may be used for, within what its user may do anyway. `files`: names and contents of what was backed up; `write`:
 * customers, plans, computers, switches; `shares`: links for people outside the account, to its files (with `files`) and into its inbox. None gives people, rights, keys or deletions away.
 */
export const tokenScopes = ['read', 'files', 'write', 'shares'] as const
export type TokenScope = (typeof tokenScopes)[number]

export function isTokenScope(text: string): text is TokenScope {
  return (tokenScopes as readonly string[]).includes(text)
}
