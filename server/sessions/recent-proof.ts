/**
 * Acts that cannot be taken back, or that open much, ask once more who it is: a browser that somebody left open must not be enough.
 * Call it first, when the form is shown and again when it is sent. A page sends the person to /me/prove and back (error-boundary.ts).
 * Tokens and computers have nothing to show, and are refused.
 */
import type { AppContext } from '../http/app-environment.ts'
import { Problem } from '../http/problem.ts'

export function requireRecentProof(c: AppContext): void {
  if (c.var.session?.hasRecentProof !== true) throw new Problem('HF-PROOF-NEEDED')
}
