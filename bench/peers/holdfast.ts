// Holdfast as its users have it: a serving process with its own database, fsync on, and the agent's program, over loopback.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { folderBytes, measure, resetPeak, usageOf } from '../measure.ts'
import { fillWithChunks } from './fill-with-chunks.ts'
import type { Peer, PeerPlace, Step } from './peer.ts'

const root = join(import.meta.dirname, '../..')
const serverProgram = join(root, 'bin/holdfast')
const agentProgram = join(root, 'bin/holdfast-agent')

export interface HoldfastOptions extends PeerPlace {
  readonly name: string
  readonly isTls: boolean
  /** Chunks that the repository already holds, as rows; 0 for none. */
  readonly chunksHeld: number
}

export async function openHoldfast(options: HoldfastOptions): Promise<Peer> {
  const { folder, report } = options
  const data = join(folder, 'data')
  const password = join(folder, 'password')
  mkdirSync(folder, { recursive: true })
  writeFileSync(password, 'a password of the benchmark')
  const environment = {
    HOLDFAST_DATA: data,
    HOLDFAST_PORT: '0',
    HOLDFAST_TLS: options.isTls ? 'auto' : 'off',
    HOLDFAST_AGENT_HOME: join(folder, 'agent'),
  }
  const server = await serve(environment)
  run(
    serverProgram,
    [
      'setup',
      '--email',
      'bench@example.org',
      '--name',
      'Bench',
      '--password-file',
      password,
      '--recovery-kit-out',
      join(folder, 'kit.txt'),
    ],
    environment,
  )
  const pin = server.pin === undefined ? [] : ['--fingerprint', server.pin]
  run(agentProgram, ['connect', server.url, '--user', 'bench@example.org', '--password-file', password, ...pin], environment)
  if (options.chunksHeld > 0) await fillWithChunks(join(data, 'mysql.sock'), options.chunksHeld)

  const step = async (program: string, words: readonly string[]): Promise<Step> => {
    resetPeak(server.pid)
    const before = { server: usageOf(server.pid), database: databaseCpu(data) }
    const measured = await measure([program, ...words], { cwd: folder, environment, report })
    const after = usageOf(server.pid)
    const usage = {
      cpuS: after.cpuS - before.server.cpuS,
      peakMiB: after.peakMiB,
      databaseCpuS: databaseCpu(data) - before.database,
    }
    return { ...measured, server: usage }
  }
  const jobs = new Set<string>()
  return {
    name: options.name,
    version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
    backUp(source) {
      if (!jobs.has(source)) run(agentProgram, ['add', source], environment)
      jobs.add(source)
      return step(agentProgram, ['backup'])
    },
    restore: (source, to) => step(agentProgram, ['restore', 'latest', source, '--to', to]),
    restoreFile: (file, to) => step(agentProgram, ['restore', 'latest', file, '--to', to]),
    // the chunks of an old box are rows without files: a check would rightly call them missing
    ...(options.chunksHeld > 0 ? {} : { check: () => step(serverProgram, ['check', '--data']) }),
    storedBytes: () => repositoriesBytes(join(data, 'repositories')),
    async close() {
      server.process.kill('SIGTERM')
      if (server.process.exitCode === null) await once(server.process, 'close')
    },
  }
}

/** What is beside the repositories (the disk's reserve, its number) is no backup. */
function repositoriesBytes(folder: string): number {
  const uids = readdirSync(folder).filter((name) => /^[0-9a-f]{32}$/.test(name))
  return uids.reduce((sum, uid) => sum + folderBytes(join(folder, uid)), 0)
}

interface Serving {
  readonly process: ChildProcess
  readonly pid: number
  readonly url: string
  readonly pin: string | undefined
}

async function serve(environment: NodeJS.ProcessEnv): Promise<Serving> {
  const child = spawn(serverProgram, ['serve', '--json'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout! })) {
    child.stdout!.resume()
    const ready = JSON.parse(line) as { url: string; pin?: string; pid: number }
    return { process: child, pid: ready.pid, url: ready.url, pin: ready.pin }
  }
  throw new Error('the server did not start')
}

function run(program: string, words: readonly string[], environment: NodeJS.ProcessEnv): void {
  const result = spawnSync(program, words, { env: { ...process.env, ...environment }, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${result.stdout}${result.stderr}`)
}

function databaseCpu(data: string): number {
  return usageOf(Number(readFileSync(join(data, 'mysql.pid'), 'utf8'))).cpuS
}
