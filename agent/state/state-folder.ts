import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import { AgentError } from '../errors/agent-error.ts'

/*
 * Where the agent keeps what it knows. The configuration is what matters and what people may edit; secrets are a file for its owner
 * alone; caches and what `status` says offline can be deleted at any time.
 */

export interface StateFolder {
  readonly path: string
  readonly configurationFile: string
  readonly secretsFile: string
  /** What was last heard of the box, for `status` without a network. */
  readonly knownFile: string
  readonly logFolder: string
  readonly lockFolder: string
  readonly cacheFolder: string
  /** A log for each run, until the box has its copy. */
  readonly runLogFolder: string
  /** What the box has not heard yet of runs. */
  readonly outboxFolder: string
  /** What `run` has taken on: orders, due times, runs that are not done. */
  readonly workFile: string
  /** Counts the changes of the jobs. */
  readonly revisionFile: string
  /** Of one job on one box, so that a new connection never meets an old cache. */
  cacheFile(device: string, job: string): string
  lockFile(name: string): string
}

export function stateFolderAt(path: string, platform: NodeJS.Platform): StateFolder {
  const { join } = platform === 'win32' ? win32 : posix
  const cacheFolder = join(path, 'cache')
  const lockFolder = join(path, 'locks')
  const logFolder = join(path, 'log')
  return {
    path,
    configurationFile: join(path, 'holdfast-agent.xml'),
    secretsFile: join(path, 'secrets.json'),
    knownFile: join(path, 'known.json'),
    logFolder,
    lockFolder,
    cacheFolder,
    runLogFolder: join(logFolder, 'runs'),
    outboxFolder: join(path, 'outbox'),
    workFile: join(path, 'work.json'),
    revisionFile: join(path, 'revision.json'),
    cacheFile: (device, job) => join(cacheFolder, `${fileNameOf(device)}.${fileNameOf(job)}`),
    lockFile: (name) => join(lockFolder, `${fileNameOf(name)}.lock`),
  }
}

/** `HOLDFAST_AGENT_HOME`, else the usual place of this system; root's is the machine's. */
export function stateFolderPath(where: {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeFolder: string
  readonly workingFolder: string
  readonly isRoot: boolean
}): string {
  const { environment, platform, homeFolder, isRoot } = where
  const { join, resolve } = platform === 'win32' ? win32 : posix
  if (environment.HOLDFAST_AGENT_HOME) return resolve(where.workingFolder, environment.HOLDFAST_AGENT_HOME)
  if (platform === 'win32') return join(environment.LOCALAPPDATA || join(homeFolder, 'AppData', 'Local'), 'Holdfast Agent')
  if (platform === 'darwin') return join(isRoot ? '/' : homeFolder, 'Library', 'Application Support', 'Holdfast Agent')
  if (isRoot) return '/var/lib/holdfast-agent'
  return join(environment.XDG_STATE_HOME || join(homeFolder, '.local', 'state'), 'holdfast-agent')
}

/** Makes the folders that are missing, for their owner alone. */
export function prepareStateFolder(state: StateFolder): void {
  try {
    for (const folder of [
      state.path,
      state.logFolder,
      state.lockFolder,
      state.cacheFolder,
      state.runLogFolder,
      state.outboxFolder,
    ])
      mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw stateError(state.path, cause)
  }
}

export function stateError(path: string, cause: unknown): AgentError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new AgentError('HF-STATE-UNUSABLE', `${path}: ${reason}`, { cause })
}

/** A full or read-only disk, or what else `stateError` tells: it may pass. */
export function isStateError(error: unknown): boolean {
  return error instanceof AgentError && error.code === 'HF-STATE-UNUSABLE'
}

const readableMax = 40

/** Any name as a safe file name: readable where it can be, and never that of another. */
function fileNameOf(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]*$/.test(name) && name.length <= readableMax) return name
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, readableMax)
  // A dot, which no readable name has, keeps the two kinds apart.
  return `${readable}.${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
}
