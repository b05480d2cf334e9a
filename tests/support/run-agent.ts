import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** `bin/holdfast-agent` as a process of its own, with a state folder of its own: what users and scripts run. */
export interface AgentRun {
  readonly exitCode: number | null
  readonly output: string
  readonly errors: string
  /** Standard output as `--json` writes it: one object a line. */
  readonly json: () => readonly AgentJson[]
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into it as scripts do, and fail where it is not as expected
export type AgentJson = any

export interface AgentOptions {
  readonly home: string
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  /** Runs as this user of the system. */
  readonly uid?: number
}

export const agentLauncher = join(import.meta.dirname, '../../bin/holdfast-agent')

/** Runs a command to its end. */
export async function runAgent(words: readonly string[], options: AgentOptions): Promise<AgentRun> {
  const agent = startAgent(words, options)
  agent.process.stdin.end(options.input ?? '')
  return await agent.ended
}

export interface StartedAgent {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<AgentRun>
  /** What came on standard output so far. */
  readonly output: () => string
}

export function startAgent(words: readonly string[], options: AgentOptions): StartedAgent {
  const environment = { ...withoutSettings(), TZ: 'UTC', ...options.environment, HOLDFAST_AGENT_HOME: options.home }
  const child = spawn(agentLauncher, words, {
    env: environment,
    stdio: 'pipe',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  const output = collect(child, 'stdout')
  const errors = collect(child, 'stderr')
  const end = async (): Promise<AgentRun> => {
    const [exitCode] = (await once(child, 'close')) as [number | null]
    const text = output()
    return {
      exitCode,
      output: text,
      errors: errors(),
      json: () =>
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as AgentJson),
    }
  }
  return { process: child, ended: end(), output }
}

function collect(child: ChildProcessWithoutNullStreams, name: 'stdout' | 'stderr'): () => string {
  const parts: Buffer[] = []
  child[name].on('data', (part: Buffer) => parts.push(part))
  return () => Buffer.concat(parts).toString('utf8')
}

function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_')))
}
