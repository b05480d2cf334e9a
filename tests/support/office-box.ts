import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AgentOptions, type AgentRun, runAgent } from './run-agent.ts'
import { type RunningBox, runHoldfast, startBox } from './start-box.ts'

/** A running box that is set up, and a folder for the agents that are connected to it. */
export interface OfficeBox extends AsyncDisposable {
  readonly box: RunningBox
  readonly user: string
  readonly passwordFile: string
  readonly folder: string
  /** Runs the agent whose state folder has that name. */
  agent(name: string, words: readonly string[], options?: Partial<AgentOptions>): Promise<AgentRun>
  /** The same, connected first. */
  connect(name: string, more?: readonly string[]): Promise<AgentRun>
  homeOf(name: string): string
}

const user = 'ann@office.example'
const password = 'correct horse battery staple'

export async function officeBox(environment: Readonly<Record<string, string>> = {}): Promise<OfficeBox> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast office '))
  const passwordFile = join(folder, 'password.txt')
  writeFileSync(passwordFile, `${password}\n`)
  const box = await startBox({ environment })
  const setup = ['setup', '--email', user, '--name', 'Ann', '--password-file', passwordFile]
  const done = await runHoldfast(setup, { ...box.environment })
  if (done.exitCode !== 0) throw new Error(`setup failed: ${done.errors}${done.output}`)

  const homeOf = (name: string) => join(folder, 'agents', name)
  mkdirSync(join(folder, 'agents'))
  const agent: OfficeBox['agent'] = (name, words, options = {}) => runAgent(words, { home: homeOf(name), ...options })
  return {
    box,
    user,
    passwordFile,
    folder,
    homeOf,
    agent,
    connect: (name, more = []) =>
      agent(name, ['connect', box.url, '--user', user, '--password-file', passwordFile, '--name', name, ...more]),
    [Symbol.asyncDispose]: async () => {
      await box[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
