// A computer of its own beside a running box: the agent's real program in a state folder of its own, set up and connected.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningBox, runHoldfast } from './start-box.ts'

const program = join(import.meta.dirname, '../../bin/holdfast-agent')

export interface Ended {
  readonly exitCode: number | null
  readonly output: string
  readonly errors: string
}

export interface AgentAtBox extends Disposable {
  readonly home: string
  run(words: readonly string[]): Promise<Ended>
  /** The same, expected to end with 0; what went wrong is in the error. */
  succeed(words: readonly string[]): Promise<Ended>
  /** Started and left running. */
  start(words: readonly string[]): { readonly process: ChildProcess; readonly ended: Promise<Ended> }
}

export const login = { email: 'ann@example.org', password: 'correct horse battery staple' } as const

/** The first administrator of a fresh box, and one computer connected as hers. */
export async function agentAtBox(box: Pick<RunningBox, 'url' | 'dataFolder' | 'pin'>): Promise<AgentAtBox> {
  const agent = newAgent()
  const passwordFile = join(agent.home, 'password')
  writeFileSync(passwordFile, login.password)
  const setup = await runHoldfast(['setup', '--email', login.email, '--name', 'Ann', '--password-file', passwordFile], {
    HOLDFAST_DATA: box.dataFolder,
  })
  if (setup.exitCode !== 0) throw new Error(`setup: ${setup.output}${setup.errors}`)
  await agent.succeed(connectWords(box, passwordFile))
  return agent
}

export function connectWords(box: Pick<RunningBox, 'url' | 'pin'>, passwordFile: string): string[] {
  const pin = box.pin === undefined ? [] : ['--fingerprint', box.pin]
  return ['connect', box.url, '--user', login.email, '--password-file', passwordFile, ...pin]
}

/** A computer that is not connected to anything yet. */
export function newAgent(): AgentAtBox {
  const home = mkdtempSync(join(tmpdir(), 'holdfast agent '))
  const start = (words: readonly string[]) => {
    const child = spawn(program, words, {
      env: { ...process.env, HOLDFAST_AGENT_HOME: join(home, 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return { process: child, ended: endOf(child) }
  }
  const run = (words: readonly string[]) => start(words).ended
  return {
    home,
    start,
    run,
    async succeed(words) {
      const ended = await run(words)
      if (ended.exitCode !== 0)
        throw new Error(`holdfast-agent ${words.join(' ')} ended with ${ended.exitCode}:\n${ended.output}\n${ended.errors}`)
      return ended
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  }
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const read = (stream: 'stdout' | 'stderr') => {
    let text = ''
    child[stream]?.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    return () => text
  }
  const output = read('stdout')
  const errors = read('stderr')
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, output: output(), errors: errors() }
}

/** The last line of a `--json` run: its summary. */
export function summaryOf(ended: Ended): Record<string, unknown> {
  const last = ended.output.trim().split('\n').at(-1)
  if (!last) throw new Error(`no output; exit ${ended.exitCode}: ${ended.errors}`)
  return JSON.parse(last) as Record<string, unknown>
}
