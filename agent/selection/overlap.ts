import { isWithin } from '../../selection/source-path.ts'

/** Two selected places that share files, and what was made of it. */
export interface Overlap {
  readonly kind: 'same' | 'inside' | 'around' | 'other-job'
  readonly path: Buffer
  readonly other: Buffer
  /** Of `other`, where it is another job. */
  readonly job?: string
}

/** Adds places to a selection so that no file is in it twice. Pure. */
export function selectSources(plan: {
  readonly selected: readonly Buffer[]
  readonly added: readonly Buffer[]
  readonly others: readonly { readonly name: string; readonly sources: readonly Buffer[] }[]
}): { readonly sources: readonly Buffer[]; readonly overlaps: readonly Overlap[] } {
  let sources = plan.selected
  const overlaps: Overlap[] = []
  for (const path of plan.added) {
    const around = sources.find((source) => isWithin(source, path))
    if (around) {
      overlaps.push({ kind: around.equals(path) ? 'same' : 'inside', path, other: around })
      continue
    }
    const inside = sources.filter((source) => isWithin(path, source))
    overlaps.push(...inside.map((other) => ({ kind: 'around' as const, path, other })))
    sources = [...sources.filter((source) => !inside.includes(source)), path]
    for (const { name, sources: theirs } of plan.others)
      for (const other of theirs)
        if (isWithin(other, path) || isWithin(path, other)) overlaps.push({ kind: 'other-job', path, other, job: name })
  }
  return { sources, overlaps }
}
