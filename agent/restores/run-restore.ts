import { parseChunkId, type RestoreProgress, type RestoreResult, type RevertResult, restore, revert } from '../../engine/index.ts'
import type { Program } from '../command-line/program.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import type { RestoreTask } from '../link/restores-api.ts'
import { tellingApi } from '../link/telling-api.ts'
import { openProgressTeller, type ToldAmounts } from '../runs/progress-teller.ts'
import { runKeyOf } from '../runs/run-key.ts'
import { settingsOf } from './settings-of-task.ts'

/** The version that a revert can be taken back with. */
export interface Before {
  readonly id: string
  /** Hex. */
  readonly root: string
  readonly startedAtMs: number
}

const attemptCharacters = 12

/*
 * One task of the box done: files come back with the engine's own restore, each read back before it gets its name; how far it is, is told
 * to the box about once a second.
 */
export async function runRestore(
  program: Program,
  {
    task,
    before,
    isFirst,
    cancel,
    onEnded,
  }: {
    readonly task: RestoreTask
    readonly before: Before | undefined
    /** Nothing was begun before; otherwise what earlier attempts left half done is removed. */
    readonly isFirst: boolean
    readonly cancel: AbortController
    /** What was done, also when it is broken off. */
    readonly onEnded: (result: RestoreResult) => void
  },
): Promise<RestoreResult | RevertResult> {
  const { surroundings } = program
  const { job } = task.version
  const key = runKeyOf({ id: task.id, job })
  const signal = AbortSignal.any([surroundings.stop, cancel.signal])
  using box = openConnectedBox(program, { restore: task.id, signal })
  await box.pickUpKeys()
  await using teller = openProgressTeller({
    api: tellingApi(box.link),
    run: { run: key, job, restore: task.id },
    now: surroundings.now,
    onCancel: () => cancel.abort(),
  })
  const common = {
    ...{ records: box.target, secrets: box.secrets, items: task.items, verify: true },
    ...{
      randomBytes: surroundings.randomBytes,
      signal,
      onEnded,
      attempt: { of: key.slice(0, attemptCharacters), isFirst },
    },
    onProgress: (progress: RestoreProgress) => teller.note(told(progress)),
  }
  if (before === undefined) return await restore({ ...common, ...settingsOf(task) })
  const { root, startedAtMs } = before
  return await revert({ ...common, absent: task.absent, before: { root: parseChunkId(Buffer.from(root, 'hex')), startedAtMs } })
}

function told({ filesDone, filesTotal, bytesDone, bytesTotal, isTotalKnown }: RestoreProgress): ToldAmounts {
  return {
    phase: 'restoring',
    filesDone,
    filesTotal: isTotalKnown ? filesTotal : null,
    bytesDone,
    bytesTotal: isTotalKnown ? bytesTotal : null,
  }
}
