import type { Chore } from '../chores/chore.ts'
import type { DrillsRun, DrillsService } from './drills-service.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Each computer once a week, at its own quarter of an hour of one of the nights; and whoever is asked for, at once. */
export function drillsChore({ drills }: { readonly drills: DrillsService }): Chore {
  return {
    name: 'drills',
    title: 'Proving restores',
    about:
      'Once a week for each computer, in one of the nights: files of its newest good versions are brought back and compared with what is stored.',
    weight: 'heavy',
    needsClock: false,
    // At least once a day: it also tells which computers lack a proof.
    dueAt: async ({ startedAt, knownAt }) => {
      const daily = (startedAt ?? knownAt) + dayMs
      return Math.min((await drills.dueAt()) ?? daily, daily)
    },
    run: async ({ signal, onProgress }) => {
      const done = await drills.run({
        signal,
        onProgress: (_drill, { names, bytes }) =>
          onProgress(
            names === undefined
              ? { words: 'bringing files back', done: bytes, unit: 'bytes' }
              : { words: 'opening folders', done: names, unit: 'count' },
          ),
      })
      return { summary: summaryOf(done), detail: done }
    },
  }
}

function summaryOf({ proved, damaged, notRun, waiting, overdue }: DrillsRun): string {
  const said = [
    ...(proved + damaged + notRun > 0 ? [`Proved: ${proved}.`] : waiting === 0 ? ['No restore was due.'] : []),
    ...(damaged === 0 ? [] : [`With damage: ${damaged}.`]),
    ...(notRun === 0 ? [] : [`Could not be run: ${notRun}.`]),
    ...(waiting === 0 ? [] : [`Still waiting: ${waiting}.`]),
    ...(overdue === 0 ? [] : [`Computers without a proof for thirty days: ${overdue}.`]),
  ]
  return said.join(' ')
}
