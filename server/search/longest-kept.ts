/** Of several versions that hold the same: the one that stays longest, as far as that can be told. Pure. */
import type { VersionKept } from '../retention/foresee.ts'

const order = ['going', 'in-bin', 'undo', 'until', 'while', 'for-good'] as const satisfies readonly VersionKept['kind'][]

export function longestKept(all: readonly VersionKept[]): VersionKept | undefined {
  return all.toSorted((one, other) => order.indexOf(other.kind) - order.indexOf(one.kind) || endOf(other) - endOf(one))[0]
}

function endOf(kept: VersionKept): number {
  return 'atMs' in kept ? kept.atMs : 0
}
