/** What an earlier drill found damaged, and what of it is still to be read again after the next. Pure. */
import type { OpenPath } from './drill.ts'
import type { DrilledResult } from './drill-version.ts'
import type { DrillPlan } from './pick-plans.ts'

/** What is beyond is not looked for by itself: chance and the nightly check find it. */
const maxOpen = 200

export interface OpenAfter {
  readonly open: readonly OpenPath[]
  /** Of plans that this drill did not come to: how many. */
  readonly unread: number
}

/** A path leaves it when it was read whole, when the newest version of its plan has it no more, and when its plan has no version. */
export function openAfter(
  before: readonly OpenPath[],
  {
    plans,
    results,
  }: { readonly plans: readonly DrillPlan[]; readonly results: readonly Pick<DrilledResult, 'drilled' | 'cut'>[] },
): OpenAfter {
  const jobs = new Set(plans.map(({ job }) => job))
  const found = results.flatMap(({ drilled: { job, files, lost } }) => [
    ...files.filter(({ problem }) => problem !== undefined).map(({ path }) => ({ job, path })),
    ...lost.map(({ path }) => ({ job, path })),
  ])
  const unread = before.filter(({ job }) => jobs.has(job) && !results.some(({ drilled }) => drilled.job === job))
  // Where folders could not be read, nobody knows what they hold.
  const unseen = results.flatMap(({ drilled: { job, files, lost }, cut }) =>
    lost.length === 0 && cut === undefined
      ? []
      : before.filter((one) => one.job === job && !files.some(({ path }) => path === one.path)),
  )
  const keyed = new Map([...found, ...unseen, ...unread].map((one) => [JSON.stringify([one.job, one.path]), one]))
  return { open: [...keyed.values()].slice(0, maxOpen), unread: unread.length }
}
