/** What became of one path of one backup plan: each state it was in, and when it was not there. Pure. */
import type { PathState } from '../catalogue/path-states.ts'
import { firstAtLeast } from '../catalogue/sorted-numbers.ts'
import { type LiveState, liveStates, receivedAtOf, type SearchedJob, type SeenIn } from './search.ts'

/** Numbers instead of versions, before their ids are asked for. */
export type HistoryPiece =
  | { readonly kind: 'state'; readonly state: LiveState; readonly versions: number }
  /** The first and the last version without it. */
  | { readonly kind: 'gap'; readonly firstAt: number; readonly lastAt: number; readonly isNow: boolean }

export type HistoryRow =
  | {
      readonly kind: 'state'
      readonly type: PathState['type']
      readonly sizeBytes: number
      readonly changedAtNs: bigint
      readonly first: SeenIn
      /** No checkpoint, where there is another: it can still be had tomorrow. */
      readonly last: SeenIn
      /** How many versions hold it like this. */
      readonly versions: number
      /** Than the state before; undefined: there was none right before it. */
      readonly moreBytes: number | undefined
    }
  | Extract<HistoryPiece, { kind: 'gap' }>

/** Newest first. */
export function historyPieces(
  changes: Parameters<typeof liveStates>[0],
  job: Pick<SearchedJob, 'version' | 'live'>,
): readonly HistoryPiece[] {
  const { numbers } = job.live
  const states = liveStates(changes, job)
  const pieces: HistoryPiece[] = []
  let later = numbers.length
  for (const state of states) {
    const end = firstAtLeast(numbers, state.lastNumber) + 1
    if (end < later) pieces.push(gap(job, end, later))
    later = firstAtLeast(numbers, state.firstNumber)
    pieces.push({ kind: 'state', state, versions: end - later })
  }
  return pieces
}

function gap({ live }: Pick<SearchedJob, 'live'>, from: number, before: number): HistoryPiece {
  const { numbers } = live
  return {
    kind: 'gap',
    firstAt: receivedAtOf(live, numbers[from]!),
    lastAt: receivedAtOf(live, numbers[before - 1]!),
    isNow: before === numbers.length,
  }
}
