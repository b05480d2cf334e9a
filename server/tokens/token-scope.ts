/**
 * What a token may be used for, within what its user may do anyway. `files`: names and contents of what was backed up; `write`:
 * customers, plans, computers, switches. None gives people, rights, keys or deletions away.
 */
export const tokenScopes = ['read', 'files', 'write'] as const
export type TokenScope = (typeof tokenScopes)[number]

export function isTokenScope(text: string): text is TokenScope {
  return (tokenScopes as readonly string[]).includes(text)
}
