import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { kill } from 'node:process'
import mysql from 'mysql2/promise'
import { findCommandLine, findProcess, isSameProcess, type ProcessIdentity } from '../../runtime/process-identity.ts'
import { waitUntil } from '../../runtime/wait-until.ts'
import { DatabaseError } from '../database-error.ts'
import { lastErrors } from './server-folder.ts'
import { identifyingOptions, type ServerOptions, serverOptions } from './server-options.ts'

/** Enough for InnoDB to read back a full redo log from a slow disk after a crash. */
const maxRecoveryMs = 10 * 60_000
const askEveryMs = 20
const maxShutdownMs = 60_000
const maxKillMs = 10_000
const lookAtAdoptedEveryMs = 500
const maxLogBytes = 8 * 1024 * 1024
const maxReadLogBytes = 64 * 1024

export type ServerProcess = {
  readonly pid: number
  readonly origin: 'started' | 'adopted'
  /** Settles when the process is gone, for whatever reason. */
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts the server over its folder, or takes over the one that a killed Holdfast left behind. Answers once it takes connections. */
export async function openServerProcess(options: ServerOptions, logFile: string): Promise<ServerProcess> {
  const orphan = findOrphan(options)
  if (orphan !== undefined) {
    if (isStartedAs(orphan, serverOptions(options)) && (await isAnswering(options.socketPath))) return adopt(orphan)
    await stopProcess(orphan)
  }
  return start(options, logFile)
}

function findOrphan(options: ServerOptions): ProcessIdentity | undefined {
  const pid = readPid(options.pidFile)
  const identity = pid === undefined ? undefined : findProcess(pid)
  const [folderOption] = identifyingOptions(options)
  return identity !== undefined && folderOption !== undefined && isStartedAs(identity, [folderOption]) ? identity : undefined
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim())
    return Number.isInteger(pid) && pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

/** With an older Holdfast's settings, or a smaller pool from before memory was added, it is better started anew. */
function isStartedAs(identity: ProcessIdentity, words: readonly string[]): boolean {
  const commandLine = findCommandLine(identity.pid)
  return commandLine !== undefined && words.every((word) => commandLine.includes(word))
}

function adopt(identity: ProcessIdentity): ServerProcess {
  const isGone = () => !isSameProcess(identity, findProcess(identity.pid))
  const ended = (async () => {
    while (!(await waitUntil(isGone, { withinMs: maxRecoveryMs, everyMs: lookAtAdoptedEveryMs })));
  })()
  return { pid: identity.pid, origin: 'adopted', ended, stop: () => stopProcess(identity) }
}

async function stopProcess(identity: ProcessIdentity): Promise<void> {
  const isGone = () => !isSameProcess(identity, findProcess(identity.pid))
  if (isGone()) return
  signal(identity.pid, 'SIGTERM')
  if (await waitUntil(isGone, { withinMs: maxShutdownMs, everyMs: askEveryMs })) return
  // Its log brings it back to the last acknowledged transaction.
  signal(identity.pid, 'SIGKILL')
  await waitUntil(isGone, { withinMs: maxKillMs, everyMs: askEveryMs })
}

async function start(options: ServerOptions, logFile: string): Promise<ServerProcess> {
  rotate(logFile)
  const log = openSync(logFile, 'a', 0o600)
  const logStart = statSync(logFile).size
  // A group of its own, so that Ctrl-C in a terminal reaches Holdfast alone, which then stops its database last.
  const child = spawn(options.program.path, serverOptions(options), { stdio: ['ignore', log, log], detached: true, cwd: '/' })
  closeSync(log)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await once(child, 'spawn')
  const pid = child.pid
  if (pid === undefined) throw startFailed('it has no process number', logFile, logStart)
  // The server writes the same number, but late; killed before that it would be an orphan nobody finds.
  writeFileSync(options.pidFile, `${pid}\n`, { mode: 0o600 })
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const isReady = await waitUntil(async () => hasEnded() || (await isAnswering(options.socketPath)), {
    withinMs: maxRecoveryMs,
    everyMs: askEveryMs,
  })
  if (hasEnded()) throw startFailed(`it ended with ${child.exitCode ?? child.signalCode}`, logFile, logStart)
  if (!isReady) {
    child.kill('SIGKILL')
    throw startFailed(`it did not answer within ${maxRecoveryMs / 60_000} minutes`, logFile, logStart)
  }
  child.unref()
  return {
    pid,
    origin: 'started',
    ended,
    stop: async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), maxShutdownMs)
      await ended
      clearTimeout(timer)
    },
  }
}

async function isAnswering(socketPath: string): Promise<boolean> {
  try {
    const connection = await mysql.createConnection({ socketPath, user: 'root', connectTimeout: 5000 })
    await connection.end()
    return true
  } catch {
    return false
  }
}

function rotate(logFile: string): void {
  const stats = statSync(logFile, { throwIfNoEntry: false })
  if (stats !== undefined && stats.size > maxLogBytes) renameSync(logFile, `${logFile}.1`)
}

function startFailed(reason: string, logFile: string, logStart: number): DatabaseError {
  const said = readFileSync(logFile).subarray(logStart).subarray(-maxReadLogBytes).toString()
  return new DatabaseError('start-failed', `the database did not start: ${reason}`, {
    hint: `${lastErrors(said)} The whole log is ${logFile}.`,
  })
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
