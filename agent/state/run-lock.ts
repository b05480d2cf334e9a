import { setTimeout as wait } from 'node:timers/promises'
import { AgentError } from '../errors/agent-error.ts'
import { type HeldLock, type LockHolder, takeLock } from './lock-file.ts'
import { type StateFolder, stateError } from './state-folder.ts'

export interface LockMaker {
  readonly state: StateFolder
  readonly processId: number
  readonly now: () => number
  readonly randomBytes: (length: number) => Buffer
}

/** Of an edit of the configuration: a matter of milliseconds. */
const editPatienceMs = 5000
const lookAgainEveryMs = 20

const backupLock = 'backup'
const daemonLock = 'run'

/** One backup at a time on this computer. @throws AgentError HF-RUN-IN-PROGRESS naming who has it */
export function takeRunLock(maker: LockMaker): HeldLock {
  const attempt = attemptLock(maker, backupLock)
  if (attempt.kind === 'held') return attempt.lock
  throw inProgress('This computer is being backed up', attempt.holder)
}

/** Who backs this computer up now; undefined: nobody. */
export function findRunner(maker: LockMaker): LockHolder | undefined {
  return holderOf(maker, backupLock)
}

/** One `holdfast-agent run` at a time. @throws AgentError HF-RUN-IN-PROGRESS */
export function takeDaemonLock(maker: LockMaker): HeldLock {
  const attempt = attemptLock(maker, daemonLock)
  if (attempt.kind === 'held') return attempt.lock
  throw inProgress('`holdfast-agent run` is at work already', attempt.holder)
}

export function isDaemonRunning(maker: LockMaker): boolean {
  return holderOf(maker, daemonLock) !== undefined
}

function holderOf(maker: LockMaker, name: string): LockHolder | undefined {
  const attempt = attemptLock(maker, name)
  if (attempt.kind === 'taken') return attempt.holder
  attempt.lock.release()
  return undefined
}

/** One edit of configuration and secrets at a time; a second one waits a little. */
export async function takeEditLock(maker: LockMaker): Promise<HeldLock> {
  for (let waitedMs = 0; ; waitedMs += lookAgainEveryMs) {
    const attempt = attemptLock(maker, 'configuration')
    if (attempt.kind === 'held') return attempt.lock
    if (waitedMs >= editPatienceMs) throw inProgress('The configuration is being changed', attempt.holder)
    await wait(lookAgainEveryMs)
  }
}

function attemptLock(maker: LockMaker, name: string) {
  const path = maker.state.lockFile(name)
  try {
    return takeLock({ path, processId: maker.processId, nowMs: maker.now(), randomBytes: maker.randomBytes })
  } catch (cause) {
    throw stateError(path, cause)
  }
}

function inProgress(what: string, holder: LockHolder): AgentError {
  const since = new Date(holder.sinceMs).toISOString()
  return new AgentError('HF-RUN-IN-PROGRESS', `${what} by process ${holder.pid}, since ${since}.`, {
    members: { pid: holder.pid, since },
  })
}
