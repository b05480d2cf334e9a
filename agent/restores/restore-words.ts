/** What became of a restore, as the box is told. Names go as bytes do in JSON; each list is bounded, the numbers are not. */
import { type RestoreResult, type RevertResult, textOfBytes } from '../../engine/index.ts'
import { type RestoreReport, reportedNamesMax } from '../link/restores-api.ts'

const detailMaxCharacters = 1000
/** Of the names of one list together: they wait in the book of work until the box has them. */
const namesMaxBytes = 256 * 1024

export interface RestoreEnd {
  readonly state: RestoreReport['state']
  readonly code?: string
  readonly detail?: string
  /** Undefined: nothing was begun. */
  readonly result: RestoreResult | RevertResult | undefined
  readonly before: string | undefined
  readonly attempts: number
}

export function reportOf({ state, code, detail, result, before, attempts }: RestoreEnd): RestoreReport {
  const reverted = result && 'removed' in result ? result : undefined
  return {
    state,
    code: code ?? null,
    detail: detail === undefined ? null : cut(detail),
    before: before ?? null,
    counters: {
      files: (result?.files ?? 0) + (result?.symlinks ?? 0) + (result?.others ?? 0),
      folders: result?.directories ?? 0,
      bytes: result?.bytes ?? 0,
      replaced: result?.replaced ?? 0,
      same: result?.unchanged ?? 0,
      kept: result?.keptCount ?? 0,
      beside: result?.besideCount ?? 0,
      failed: result?.failedCount ?? 0,
      verifiedFiles: result?.verified?.files ?? 0,
      verifiedBytes: result?.verified?.bytes ?? 0,
      removed: reverted?.removed ?? 0,
      left: reverted?.leftCount ?? 0,
      elapsedMs: Math.round(result?.elapsedMs ?? 0),
      attempts,
    },
    kept: first(result?.kept).map(({ path, reason }) => ({ path: textOfBytes(path), reason })),
    beside: first(result?.beside).map(({ path, name }) => ({ path: textOfBytes(path), name: textOfBytes(name) })),
    failed: first(result?.failed).map((one) => ({ path: textOfBytes(one.path), code: one.code, detail: cut(one.detail) })),
    left: first(reverted?.left).map((path) => textOfBytes(path)),
  }
}

/** Whether all of it is as it was asked for. What a rule keeps was asked for; what a revert had to leave was not. */
export function stateOf(result: RestoreResult | RevertResult): 'done' | 'partly' | 'failed' {
  if (result.stopped) return 'failed'
  const isLeft = 'removed' in result && (result.leftCount > 0 || result.keptCount > 0)
  return result.failedCount > 0 || isLeft ? 'partly' : 'done'
}

function first<T extends Buffer | { readonly path: Buffer }>(list: readonly T[] | undefined): readonly T[] {
  let room = namesMaxBytes
  const fits = (one: T) => {
    room -= Buffer.isBuffer(one) ? one.length : one.path.length
    return room >= 0
  }
  const taken: T[] = []
  for (const one of list?.slice(0, reportedNamesMax) ?? []) {
    if (!fits(one)) break
    taken.push(one)
  }
  return taken
}

function cut(text: string): string {
  return [...text].slice(0, detailMaxCharacters).join('')
}
