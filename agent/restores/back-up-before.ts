import { isSameJobName } from '../../selection/job-name.ts'
import { isWithin } from '../../selection/source-path.ts'
import type { Program } from '../command-line/program.ts'
import { readConfiguration } from '../config/configuration-file.ts'
import { isPassing } from '../daemon/retry.ts'
import { AgentError } from '../errors/agent-error.ts'
import type { Explanation } from '../errors/explain-error.ts'
import type { RestoreTask } from '../link/restores-api.ts'
import { runJob } from '../runs/run-job.ts'
import { runKeyOf } from '../runs/run-key.ts'
import type { RunOutbox } from '../runs/run-outbox.ts'
import { publicPrefix } from '../selection/wanted-version.ts'
import type { Before } from './run-restore.ts'

/*
 * A version of what is there now, before anything of it is reverted. It has to hold everything below what was selected: otherwise nothing
 * is touched, because it could not be taken back.
 */
export async function backUpBefore(
  program: Program,
  outbox: RunOutbox,
  {
    task,
    order,
    tries,
    cancel,
  }: {
    readonly task: RestoreTask
    readonly order: string
    /** With this one: each has a run of its own. */
    readonly tries: number
    readonly cancel: AbortController
  },
): Promise<Before> {
  const { state, surroundings } = program
  const { jobs, options } = readConfiguration(state.configurationFile, surroundings.platform)
  const job = jobs.find(({ name }) => isSameJobName(name, task.version.job))
  if (job === undefined) throw refused(`There is no job "${task.version.job}" on this computer any more.`)
  const paths = [...task.items.map(({ path }) => path), ...task.absent].map(absolute)
  const outside = paths.find((path) => !job.sources.some((source) => isWithin(source, path)))
  if (outside !== undefined) throw refused(`${outside.toString()} is not backed up by the job "${job.name}" any more.`)
  const startedAtMs = surroundings.now()
  const { outcome } = await runJob(program, outbox, {
    ...{ job, cause: 'order', attempts: [], cancel, isDryRun: false, compression: undefined },
    key: runKeyOf({ id: `${order} ${tries}`, job: job.name }),
    limitBytesPerSecond: options.limitBytesPerSecond,
  })
  if (outcome.kind === 'failed') throw failedBefore(outcome.why)
  const { verdict, snapshot, root, skipped, counts } = outcome.result
  if (verdict === 'failed' || snapshot === undefined) throw refused('The backup before it made no version.')
  const left = skipped.find(({ path }) => paths.some((selected) => isWithin(selected, path)))
  if (left !== undefined) throw refused(`The backup before it could not take ${left.path.toString()}: ${left.detail}`)
  if (counts.skipped > skipped.length) throw refused(`The backup before it left out ${counts.skipped} files.`)
  return { id: publicPrefix(snapshot.id), root: root.toString('hex'), startedAtMs }
}

/** What a box, or a proxy before it, answers that cannot do its work right now. */
const passingStatuses: readonly unknown[] = [500, 502, 503, 504]

/** Another backup that runs, or a box that is away, passes. */
function failedBefore(why: Explanation): AgentError {
  if (why.code === 'HF-RUN-IN-PROGRESS') return new AgentError('HF-RUN-IN-PROGRESS', why.detail)
  if (isPassing(why) || passingStatuses.includes(why.members.status)) return new AgentError('HF-SERVER-UNREACHABLE', why.detail)
  return refused(`The backup before it failed: ${why.detail}`)
}

function refused(detail: string): AgentError {
  return new AgentError('HF-REVERT-REFUSED', detail)
}

/** As sources are written; on Windows that begins with the drive. */
function absolute(path: Buffer): Buffer {
  return path[1] === 0x3a ? Buffer.from(path.toString().replaceAll('/', '\\')) : Buffer.concat([Buffer.from('/'), path])
}
