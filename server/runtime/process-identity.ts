import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { kill } from 'node:process'

/**
 * A process that can be told from a later one with the same number: its number, when it started, and during which boot.
 * The number alone is reused, and in a container it is nearly always the same.
 */
export type ProcessIdentity = {
  readonly pid: number
  readonly bootId: string
  readonly startTime: string
}

/** The identity of a living process, or undefined when there is none with that number. */
export function findProcess(pid: number): ProcessIdentity | undefined {
  if (!isAlive(pid)) return undefined
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : portableStartTime(pid)
  return startTime === undefined ? undefined : { pid, bootId: bootId(), startTime }
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity | undefined): boolean {
  return other !== undefined && one.pid === other.pid && one.bootId === other.bootId && one.startTime === other.startTime
}

/** The words a process was started with, or undefined when it is gone or does not tell. */
export function findCommandLine(pid: number): readonly string[] | undefined {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(' ')
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function linuxStartTime(pid: number): string | undefined {
  try {
    // Field 22; the second field is the program's name in brackets and may hold spaces and brackets itself.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const state = fields[0]
    // A zombie has ended; only its parent has not looked yet.
    return state === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function portableStartTime(pid: number): string | undefined {
  if (process.platform === 'win32') return 'unknown'
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
