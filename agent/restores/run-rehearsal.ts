import { rehearse, textOfBytes } from '../../engine/index.ts'
import type { Program } from '../command-line/program.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import type { RehearsalReport, RestoreTask } from '../link/restores-api.ts'
import { freeBytesAt, settingsOf } from './settings-of-task.ts'

/** Longer nobody looks at the page for it. */
const rehearseForMs = 25_000

/** Counts what a restore would meet here, with the engine's own decisions and without a write. */
export async function runRehearsal(program: Program, task: RestoreTask, stop: AbortSignal): Promise<RehearsalReport> {
  const signal = AbortSignal.any([program.surroundings.stop, stop])
  using box = openConnectedBox(program, { restore: task.id, signal })
  await box.pickUpKeys()
  const untilMs = performance.now() + rehearseForMs
  const settings = { ...settingsOf(task), records: box.target, secrets: box.secrets, items: task.items, signal }
  const { replaced, gone, fails, ...counts } = await rehearse({
    ...settings,
    absent: task.mode === 'revert' ? task.absent : [],
    countsRest: task.mode === 'revert',
    goesOn: () => performance.now() < untilMs,
  })
  return {
    ...counts,
    fails: fails + task.lost.length,
    freeBytes: freeBytesAt(task) ?? null,
    replaced: replaced.map((path) => textOfBytes(path)),
    gone: gone.map((path) => textOfBytes(path)),
  }
}
