/** The box under torture: started, told where to fall, killed, started again over the same data folder and database. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { callerFor } from '../server/cli/caller.ts'
import type { Given } from '../server/cli/command.ts'
import { findCommand } from '../server/cli/command-list.ts'
import { callCommand } from '../server/control/control-client.ts'
import { controlName } from '../server/control/protocol.ts'
import { findSocketPlace } from '../server/runtime/socket-place.ts'
import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import { isCrashPoint, type Order, type Strike, struckLine } from './box-orders.ts'

export interface BoxProcess {
  readonly dataFolder: string
  readonly pid: () => number
  readonly port: () => number
  readonly databasePid: () => number
  /** Starts it, or starts it again. A strike may end it on the way up: then it answers `fell`. */
  readonly start: (strike?: Strike) => Promise<'up' | 'fell'>
  /** Where it falls from now on; undefined: nowhere. */
  readonly strikeAt: (strike: Strike | undefined) => Promise<void>
  /** How far its clock is ahead of the machine's, from its next start on. */
  readonly setClock: (aheadMs: number) => void
  readonly isUp: () => boolean
  /** When it answers that database and disk are there; after two minutes in any case. */
  readonly ready: () => Promise<void>
  /** When the process that runs now is gone. */
  readonly fallen: () => Promise<void>
  /** Does something that makes the box start itself again, and waits until it is up, or fallen. */
  readonly restarted: (work: () => Promise<unknown>) => Promise<void>
  readonly kill: () => Promise<void>
  readonly stop: () => Promise<void>
  /** The same for good, with the database that a killed box leaves behind. */
  readonly close: () => Promise<void>
  /** Runs a command of `bin/holdfast` in the box, with its options as typed. Throws its problem. */
  readonly command: (
    name: string,
    given?: Given,
  ) => Promise<{ readonly exitCode: number; readonly result: Record<string, unknown> }>
  /** How often it was struck since a strike was set last. One that was given to a start counts as well. */
  readonly countStruck: () => number
  /** How often each point was reached since the last strike was set, or since the first start. */
  readonly pointsSince: () => ReadonlyMap<CrashPoint, number>
  /** All that were ever reached. */
  readonly pointsEver: () => ReadonlySet<CrashPoint>
  readonly warnings: () => string
}

/** As `bin/holdfast` calls it, but with room for what a start leaves behind: boxes start all the time here. */
export const nodeWords = ['--max-semi-space-size=32', '--experimental-ffi', '--disable-warning=ExperimentalWarning'] as const

const programFolder = join(import.meta.dirname, '..')
const startWithinMs = 300_000
const stopWithinMs = 30_000
const readyWithinMs = 120_000
const askAgainMs = 100

export function openBoxProcess(options: {
  readonly dataFolder: string
  readonly pointsFile: string
  /** The program to torture: this one, or a copy with a mistake in it. */
  readonly root?: string
}): BoxProcess {
  const { dataFolder, pointsFile } = options
  const program = join(options.root ?? programFolder, 'torture/box-program.ts')
  appendFileSync(pointsFile, '')
  let child: ChildProcess | undefined
  let ended: Promise<unknown> = Promise.resolve()
  let port = 0
  let isReady = Promise.withResolvers<void>()
  let aheadMs = 0
  let since = 0
  let errors = ''

  const pointsText = () => readFileSync(pointsFile, 'latin1')
  const pointsIn = (text: string) => text.split('\n').filter(isCrashPoint)
  const isUp = () => child !== undefined && child.exitCode === null && child.signalCode === null
  /** One that falls at this very moment obeys no more. */
  const order = async (given: Order) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    child!.once('message', () => resolve())
    child!.send(given, (error) => {
      if (error !== null) resolve()
    })
    await Promise.race([promise, ended])
    if (!child!.connected) await ended
  }
  const end = async (signal: NodeJS.Signals) => {
    if (!isUp()) return
    child!.kill(signal)
    const patience = setTimeout(() => child!.kill('SIGKILL'), stopWithinMs)
    await ended
    clearTimeout(patience)
  }
  return {
    dataFolder,
    pid: () => child!.pid!,
    port: () => port,
    databasePid: () => Number(readFileSync(join(dataFolder, 'mysql.pid'), 'utf8')),
    isUp,
    async start(strike) {
      child = spawn(
        process.execPath,
        [...nodeWords, program, pointsFile, String(aheadMs), ...(strike === undefined ? [] : [JSON.stringify(strike)])],
        { env: boxEnvironment(dataFolder), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
      )
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        errors = (errors + text).slice(-maxKeptErrors)
      })
      ended = once(child, 'close')
      createInterface({ input: child.stdout! }).on('line', (line) => {
        port = Number(new URL((JSON.parse(line) as { url: string }).url).port)
        isReady.resolve()
      })
      isReady = Promise.withResolvers<void>()
      const patience = setTimeout(() => child!.kill('SIGABRT'), startWithinMs)
      await Promise.race([isReady.promise, ended])
      clearTimeout(patience)
      if (isUp()) return 'up'
      if (strike !== undefined && child.signalCode === 'SIGKILL') return 'fell'
      throw new Error(`the box did not start (${child.exitCode ?? child.signalCode}): ${errors.slice(-2000)}`)
    },
    async ready() {
      for (const until = performance.now() + readyWithinMs; performance.now() < until && isUp(); ) {
        if (await isReadyAt(port)) return
        await sleep(askAgainMs)
      }
    },
    fallen: async () => {
      await ended
    },
    async strikeAt(strike) {
      // What an older strike still did belongs to it.
      await order({ kind: 'strike', strike: undefined })
      since = pointsText().length
      if (strike !== undefined) await order({ kind: 'strike', strike })
    },
    setClock(ahead) {
      aheadMs = ahead
    },
    async restarted(work) {
      isReady = Promise.withResolvers<void>()
      await work()
      await Promise.race([isReady.promise, ended])
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async close() {
      const databasePid = findDatabase(dataFolder)
      await end('SIGTERM')
      if (databasePid === undefined) return
      try {
        process.kill(databasePid, 'SIGKILL')
      } catch {
        // It ended with its box.
      }
    },
    async command(name, given = {}) {
      const found = findCommand(name.split(' '))
      if (found.kind !== 'found') throw new Error(`the command ${name} is ${found.kind}`)
      const command = (await found.command.load?.())!
      const request = { name, input: await command.prepare(callerFor(given, dataFolder)) }
      const socketPath = findSocketPlace({ dataFolder, name: controlName })
      const answer = socketPath && (await callCommand({ socketPath, request, report: () => {} }))
      if (!answer) throw new Error(`nobody takes the command ${name}`)
      if (answer.event === 'problem') throw new Error(`${name}: ${answer.problem.code}: ${answer.problem.detail}`)
      return { exitCode: answer.exitCode, result: answer.result }
    },
    countStruck: () =>
      pointsText()
        .slice(since)
        .split('\n')
        .filter((line) => line === struckLine).length,
    pointsSince() {
      const counts = new Map<CrashPoint, number>()
      for (const point of pointsIn(pointsText().slice(since))) counts.set(point, (counts.get(point) ?? 0) + 1)
      return counts
    },
    pointsEver: () => new Set(pointsIn(pointsText())),
    warnings: () => errors,
  }
}

const maxKeptErrors = 100_000

function findDatabase(dataFolder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataFolder, 'mysql.pid'), 'utf8'))
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    return words.includes(join(dataFolder, 'mysql')) ? pid : undefined
  } catch {
    return undefined
  }
}

async function isReadyAt(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
  } catch {
    return false // it fell, or is on its way up
  }
}

/** As `bin/holdfast` sets it; the settings of whoever runs the harness are not those of the box. */
export function boxEnvironment(dataFolder: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_'))
  return {
    ...Object.fromEntries(own),
    HOLDFAST_DATA: dataFolder,
    HOLDFAST_PORT: '0',
    UV_THREADPOOL_SIZE: '16',
    MALLOC_ARENA_MAX: '2',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(programFolder, 'node_modules', '.cache', 'torture'),
  }
}
