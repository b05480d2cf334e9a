/** What became of a restore, as the box is told. Names go as bytes do in JSON; each list is bounded, the numbers are not. */
import { type RestoreResult, type RevertResult, sourcePath, textOfBytes } from '../../engine/index.ts'
import { maxNamesReported, type RestoreCounters } from '../../selection/restore-order.ts'
import type { RestoreReport, RestoreTask } from '../link/restores-api.ts'

const detailMaxCharacters = 1000
/** Of the names of one list together: they wait in the book of work until the box has them. */
const namesMaxBytes = 256 * 1024

export interface RestoreEnd {
  readonly state: RestoreReport['state']
  readonly code?: string
  readonly detail?: string
  /** Of all attempts. */
  readonly counters: RestoreCounters
  /** Of the last attempt. Undefined: nothing was begun by it. */
  readonly result: RestoreResult | RevertResult | undefined
  readonly before: string | undefined
}

export function reportOf({ state, code, detail, counters, result, before }: RestoreEnd): RestoreReport {
  const reverted = result && 'removed' in result ? result : undefined
  return {
    state,
    code: code ?? null,
    detail: detail === undefined ? null : cut(detail),
    before: before ?? null,
    counters,
    kept: first(result?.kept).map(({ path, reason }) => ({ path: textOfBytes(path), reason })),
    beside: first(result?.beside).map(({ path, name }) => ({ path: textOfBytes(path), name: textOfBytes(name) })),
    failed: first(result?.failed).map((one) => ({ path: textOfBytes(one.path), code: one.code, detail: cut(one.detail) })),
    notSet: first(result?.notSet).map(({ path, what, detail: why }) => ({ path: textOfBytes(path), what, detail: cut(why) })),
    left: first(reverted?.left).map((path) => textOfBytes(path)),
  }
}

/** For a box that does not take the lists: the numbers, which it must not miss. */
export function withoutNames(report: RestoreReport): RestoreReport {
  return { ...report, kept: [], beside: [], failed: [], notSet: [], left: [] }
}

/** What was selected and could not be handed out has failed like any other file. */
export function withUnreadable<Result extends RestoreResult>(
  result: Result,
  { lost, absent, mode }: Pick<RestoreTask, 'lost' | 'absent' | 'mode'>,
): Result {
  const missing = mode === 'revert' ? [] : absent
  const failed = [
    ...lost.map((path) => ({
      path: sourcePath(path),
      code: 'record-damaged',
      detail: 'This part of the version is damaged on the box.',
    })),
    ...missing.map((path) => ({
      path: sourcePath(path),
      code: 'not-in-version',
      detail: 'The version has nothing of this path.',
    })),
  ]
  return { ...result, failedCount: result.failedCount + failed.length, failed: [...failed, ...result.failed] }
}

/**
 * Whether all of it is as it was asked for. What a rule keeps was asked for; what stays because its name was taken was not, nor what a
 * revert had to leave, or could not give back to its owner.
 */
export function stateOf(result: RestoreResult | RevertResult): 'done' | 'partly' | 'failed' {
  if (result.stopped) return 'failed'
  const isRevert = 'removed' in result
  const isLeft = isRevert && (result.leftCount > 0 || result.keptCount > 0 || result.notSetCount > 0)
  return result.failedCount > 0 || result.takenCount > 0 || isLeft ? 'partly' : 'done'
}

function first<T extends Buffer | { readonly path: Buffer }>(list: readonly T[] | undefined): readonly T[] {
  let room = namesMaxBytes
  const fits = (one: T) => {
    room -= Buffer.isBuffer(one) ? one.length : one.path.length
    return room >= 0
  }
  const taken: T[] = []
  for (const one of list?.slice(0, maxNamesReported) ?? []) {
    if (!fits(one)) break
    taken.push(one)
  }
  return taken
}

function cut(text: string): string {
  return [...text].slice(0, detailMaxCharacters).join('')
}
