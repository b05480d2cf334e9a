/**
 * When the box backs itself up because of what it sees: soon after something changed and then stayed as it was for a while. A chore does
 * it every night besides; where that did not happen, this does it as well. Pure.
 */

export interface WatchState {
  /** Of the newest self-backup. */
  readonly saved: { readonly print: string; readonly atMs: number } | undefined
  /** What was seen last, since when it is so, and since when it differs from what is saved. */
  readonly seen: { readonly print: string; readonly sinceMs: number; readonly unsavedSinceMs: number } | undefined
}

export type DueReason = 'first' | 'changed' | 'daily'

/** Looked at this often, a change is saved within 60 s of the last one. */
export const lookEveryMs = 10_000
const quietMs = 40_000
/** Changes that do not stop do not put it off for ever. */
const unsavedMaxMs = 600_000
const dailyMs = 26 * 3_600_000

export function lookAt(
  state: WatchState,
  print: string,
  nowMs: number,
): { readonly state: WatchState; readonly due: DueReason | undefined } {
  const { saved } = state
  if (saved === undefined) return { state, due: 'first' }
  if (saved.print === print)
    return { state: { saved, seen: undefined }, due: nowMs - saved.atMs >= dailyMs ? 'daily' : undefined }
  const unsavedSinceMs = state.seen?.unsavedSinceMs ?? nowMs
  const sinceMs = state.seen?.print === print ? state.seen.sinceMs : nowMs
  const isDue = nowMs - sinceMs >= quietMs || nowMs - unsavedSinceMs >= unsavedMaxMs
  return { state: { saved, seen: { print, sinceMs, unsavedSinceMs } }, due: isDue ? 'changed' : undefined }
}
