/**
 * The computer that is backed up: the agent's real program, with a state folder of its own. Backups under a fault are processes of
 * their own, which can be killed; what only looks (lists, restores) runs the same program inside the harness, which is quicker.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { argumentBytes } from '../agent/command-line/argument-bytes.ts'
import { runProgram } from '../agent/command-line/run-program.ts'

export interface AgentEnd {
  readonly exitCode: number | null
  readonly output: string
  readonly errors: string
}

export interface StartedAgent {
  readonly process: ChildProcess
  readonly ended: Promise<AgentEnd>
}

export interface Computer {
  readonly stateFolder: string
  readonly start: (words: readonly string[]) => StartedAgent
  /** In this process. */
  readonly run: (words: readonly string[]) => Promise<AgentEnd>
}

const version = '0.0.0-torture'
/** None of its tasks here takes more than seconds. */
const patienceMs = 180_000
const programFolder = join(import.meta.dirname, '..')

export function computerAt(stateFolder: string, options: { readonly root?: string } = {}): Computer {
  const environment = { ...withoutSettings(), HOLDFAST_AGENT_HOME: stateFolder, TZ: 'UTC' }
  return {
    stateFolder,
    start(words) {
      const program = join(options.root ?? programFolder, 'bin/holdfast-agent')
      const child = spawn(program, words, {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: patienceMs,
        killSignal: 'SIGKILL',
      })
      return { process: child, ended: endOf(child) }
    },
    async run(words) {
      const texts = { output: '', errors: '' }
      const outputTo = (name: 'output' | 'errors') => ({
        isTerminal: false,
        columns: () => 80,
        write: (text: string) => {
          texts[name] += text
        },
      })
      const exitCode = await runProgram(words, version, {
        environment,
        platform: process.platform,
        homeFolder: homedir(),
        workingFolder: stateFolder,
        hostName: hostname(),
        isRoot: process.getuid?.() === 0,
        processId: process.pid,
        now: Date.now,
        timeZone: 'UTC',
        locale: 'en',
        randomBytes,
        output: outputTo('output'),
        errors: outputTo('errors'),
        terminal: undefined,
        stop: AbortSignal.timeout(patienceMs),
        bytesOfArgument: argumentBytes(words, () => Buffer.from(`${words.join('\0')}\0`)),
      })
      return { exitCode, ...texts }
    },
  }
}

/** The last line of a `--json` run. */
export function summaryOf(end: AgentEnd): Record<string, unknown> {
  const last = end.output.trim().split('\n').at(-1)
  if (!last) throw new Error(`the agent said nothing and ended with ${end.exitCode}: ${end.errors}`)
  return JSON.parse(last) as Record<string, unknown>
}

async function endOf(child: ChildProcess): Promise<AgentEnd> {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part
    })
  }
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, output: texts.stdout, errors: texts.stderr }
}

function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_')))
}
