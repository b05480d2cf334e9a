/** Where to go after signing in: a path on this box, never another site. */
const maxPathCharacters = 2048

/** A path that a browser cannot read as another host: one slash first, no backslash, no control characters. */
export function isLocalPath(text: string): boolean {
  return text.length <= maxPathCharacters && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)
}

export function localPathOr(text: string | undefined, otherwise: string): string {
  return text !== undefined && isLocalPath(text) ? text : otherwise
}

export function signInPath(next: string): string {
  return next === '/' || !isLocalPath(next) ? '/signin' : `/signin?next=${encodeURIComponent(next)}`
}
