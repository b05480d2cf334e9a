import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { formatDatabaseUrl } from '../../server/database/database-address.ts'
import { stopLeftServer } from './left-server.ts'
import { createMigratedDatabase } from './test-database.ts'

/**
 * Starts a real box for black-box tests: `bin/holdfast serve` as a process of its own, on a free port, over a temporary data
 * folder. Its database is a fresh one on the test run's server, or with `privateDatabase` its own as in real life.
 */
export type RunningBox = AsyncDisposable & {
  readonly url: string
  readonly dataFolder: string
  /** Undefined once the box is set up. */
  readonly setupUrl: string | undefined
  /** The authority's pin; undefined without TLS. */
  readonly pin: string | undefined
  readonly pid: number
  /** Its settings. */
  readonly environment: Readonly<Record<string, string>>
  /** What it wrote to standard error so far: its warnings. */
  readonly warnings: () => string
  /** Asks it to stop; answers with its exit code. The data folder stays. */
  readonly stop: () => Promise<number | null>
  /** As a power cut would. The data folder stays, and with a private database its server goes on running. */
  readonly kill: () => Promise<void>
  /** Starts again over the same data folder and database, on the same port, when stopped or killed. */
  readonly restart: (environment?: Readonly<Record<string, string>>) => Promise<RunningBox>
}

export type StartBoxOptions = {
  readonly environment?: Readonly<Record<string, string>>
  /** Made, and removed in the end, when not given. */
  readonly dataFolder?: string
  readonly privateDatabase?: boolean
}

const launcher = join(import.meta.dirname, '../../bin/holdfast')
const readySchema = z.object({
  event: z.literal('ready'),
  url: z.string(),
  setupUrl: z.string().optional(),
  pin: z.string().optional(),
  dataFolder: z.string(),
  pid: z.number(),
})

export async function startBox(options: StartBoxOptions = {}): Promise<RunningBox> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'holdfast box '))
  const database = options.privateDatabase ? {} : { HOLDFAST_DATABASE_URL: formatDatabaseUrl(await createMigratedDatabase()) }
  const environment = { HOLDFAST_PORT: '0', ...database, ...options.environment, HOLDFAST_DATA: dataFolder }
  return startOver({ environment, dataFolder, removesFolder: options.dataFolder === undefined })
}

/** Runs a command of `holdfast` to its end, against that box's data folder. */
export async function runHoldfast(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  options: { readonly input?: string; readonly launcher?: string; readonly cwd?: string } = {},
): Promise<{ readonly exitCode: number | null; readonly output: string; readonly errors: string }> {
  const child = spawn(options.launcher ?? launcher, words, {
    env: { ...withoutSettings(), ...environment },
    stdio: 'pipe',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const output = collect(child, 'stdout')
  const errors = collect(child, 'stderr')
  child.stdin.end(options.input ?? '')
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, output: output(), errors: errors() }
}

type Starting = {
  readonly environment: Readonly<Record<string, string>>
  readonly dataFolder: string
  readonly removesFolder: boolean
}

async function startOver(starting: Starting): Promise<RunningBox> {
  const { environment, dataFolder, removesFolder } = starting
  // Taken for an `npm start`, a box ends with its parent: a test run that is killed leaves none behind.
  const env = { ...withoutSettings(), ...environment, npm_lifecycle_event: 'start' }
  const child = spawn(launcher, ['serve', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const errors = collect(child, 'stderr')
  const exited = once(child, 'close')
  const ready = await readReadyLine(child, errors)
  const { port } = new URL(ready.url)
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const stop = async () => {
    if (isRunning()) child.kill('SIGTERM')
    await exited
    return child.exitCode
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    ...ready,
    setupUrl: ready.setupUrl,
    pin: ready.pin,
    environment,
    warnings: errors,
    stop,
    kill,
    restart: (more = {}) => startOver({ ...starting, environment: { ...environment, HOLDFAST_PORT: port, ...more } }),
    [Symbol.asyncDispose]: async () => {
      await stop()
      await stopLeftServer(ready.dataFolder)
      if (removesFolder) rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}

async function readReadyLine(child: ChildProcess, errors: () => string): Promise<z.infer<typeof readySchema>> {
  for await (const line of createInterface({ input: child.stdout! })) {
    // Reading on, so that a full pipe never holds the box up.
    child.stdout!.resume()
    const ready = readySchema.safeParse(JSON.parse(line))
    if (!ready.success) throw new Error(`the box did not start: ${line}\n${errors()}`)
    return ready.data
  }
  throw new Error(`the box did not start: ${errors()}`)
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  let text = ''
  child[stream]?.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  return () => text
}

/** The settings of whoever runs the tests are not those of the box under test. */
function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_')))
}
