/** A computer that has not reached its box for days says so, where its user looks and in its log: nobody else there can. */
import type { Program } from '../command-line/program.ts'
import type { Explanation } from '../errors/explain-error.ts'
import type { Known } from '../state/known.ts'

const dayMs = 24 * 60 * 60 * 1000
export const silentAfterMs = 3 * dayMs

/** Since when there was no contact, where that is too long; undefined: nothing to say. Pure. */
export function silentSince(known: Pick<Known, 'policy'>, nowMs: number): number | undefined {
  const heardAtMs = known.policy?.heardAtMs
  return heardAtMs === undefined || nowMs - heardAtMs < silentAfterMs ? undefined : heardAtMs
}

/** Lines for people: what, since when, why, and what helps. */
export function silenceLines(
  { words, surroundings }: Pick<Program, 'words' | 'surroundings'>,
  { sinceMs, url, why }: { readonly sinceMs: number; readonly url: string; readonly why: Pick<Explanation, 'detail' | 'code'> },
): readonly string[] {
  const days = Math.floor((surroundings.now() - sinceMs) / dayMs)
  return [
    `WARNING: no contact with the box for ${days} days, since ${words.moment(sinceMs)}. Nothing of this time is backed up there.`,
    `  Cause: ${why.detail} (${why.code})`,
    `  What to do: see that this computer reaches ${url}, and that the box is on. If its address has changed, connect again.`,
  ]
}

/** After a run that failed. The line in the log is for whoever looks later. */
export function warnOfSilence(
  program: Program,
  box: { readonly url: string; readonly known: Pick<Known, 'policy'>; readonly why: Explanation },
): void {
  const sinceMs = silentSince(box.known, program.surroundings.now())
  if (sinceMs === undefined) return
  for (const line of silenceLines(program, { sinceMs, ...box })) program.report.note(line)
  program.log.write('no contact', { since: new Date(sinceMs).toISOString(), code: box.why.code, url: box.url })
}
