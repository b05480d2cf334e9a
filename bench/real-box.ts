/** A box and a computer's agent as their users have them: a serving process with its own database, fsync on, and the agent's program. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..')
export const serverProgram = join(root, 'bin/holdfast')
export const agentProgram = join(root, 'bin/holdfast-agent')
/** Of the administrator, who is also the owner of the first account. */
export const benchLogin = { email: 'bench@example.org', password: 'a password of the benchmark' } as const

export interface RealBox {
  readonly url: string
  readonly pid: number
  /** Of the certificate, where there is one. */
  readonly pin: string | undefined
  /** The box's data folder. */
  readonly data: string
  /** What both programs need to know. */
  readonly environment: NodeJS.ProcessEnv
  /** Both end with an exception where the program says no. */
  readonly runServer: (...words: readonly string[]) => void
  readonly runAgent: (...words: readonly string[]) => void
  readonly stop: () => Promise<void>
}

/** Everything lies below `folder`; a box that is there already goes on. */
export async function openRealBox(folder: string, { isTls }: { readonly isTls: boolean }): Promise<RealBox> {
  mkdirSync(folder, { recursive: true })
  const data = join(folder, 'data')
  const environment = {
    ...process.env,
    HOLDFAST_DATA: data,
    HOLDFAST_PORT: '0',
    HOLDFAST_TLS: isTls ? 'auto' : 'off',
    HOLDFAST_AGENT_HOME: join(folder, 'agent'),
  }
  const { child, ...ready } = await serve(environment)
  return {
    ...{ ...ready, data, environment },
    runServer: (...words) => run(serverProgram, words, environment),
    runAgent: (...words) => run(agentProgram, words, environment),
    stop: () => stop(child),
  }
}

/** Makes the first account, and connects this computer to it. */
export function setUpRealBox(box: RealBox, folder: string): void {
  const password = join(folder, 'password')
  writeFileSync(password, benchLogin.password)
  const login = ['--password-file', password]
  box.runServer('setup', '--email', benchLogin.email, '--name', 'Bench', ...login, '--recovery-kit-out', join(folder, 'kit.txt'))
  const pin = box.pin === undefined ? [] : ['--fingerprint', box.pin]
  box.runAgent('connect', box.url, '--user', benchLogin.email, ...login, ...pin)
}

async function serve(environment: NodeJS.ProcessEnv) {
  const child = spawn(serverProgram, ['serve', '--json'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    child.stdout.resume()
    const { url, pin, pid } = JSON.parse(line) as { url: string; pin?: string; pid: number }
    return { child, url, pid, pin }
  }
  throw new Error('the box did not start')
}

export async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
}

function run(program: string, words: readonly string[], environment: NodeJS.ProcessEnv): void {
  const result = spawnSync(program, words, { env: environment, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${result.stdout}${result.stderr}`)
}
