// What running and interrupted backups rely on, without a version that would say so.

export interface Claims {
  /** The sequence of the oldest session that lives; undefined: none does. */
  readonly oldestLive: number | undefined
  /** Sessions that sent records for a version that has not come: their job made no final one since, and its computer is about. */
  readonly unfinished: ReadonlySet<number>
  /** Sessions that were given up for good: nobody comes back with the rest. */
  readonly givenUp: ReadonlySet<number>
}

/**
 * Whether a pack stays although no version needs it: a session that lives was promised something in it (or may have been: stamps only
 * keep the newest), or it came for a version that is still expected.
 */
export function isHeld(pack: { readonly claimSeq: number; readonly sessionSeq: number }, claims: Claims): boolean {
  if (claims.oldestLive !== undefined && pack.claimSeq >= claims.oldestLive) return true
  return claims.unfinished.has(pack.sessionSeq)
}

/** Whether a pack came for nothing, and no later session has relied on it. */
export function isGivenUp(pack: { readonly claimSeq: number; readonly sessionSeq: number }, claims: Claims): boolean {
  return claims.givenUp.has(pack.sessionSeq) && pack.claimSeq <= pack.sessionSeq
}
