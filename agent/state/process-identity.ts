import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { kill } from 'node:process'

/**
 * A process that can be told from a later one with the same number: its number, when it started, and during which boot.
 * The number alone is reused, in containers nearly always.
 */
export interface ProcessIdentity {
  readonly pid: number
  readonly bootId: string
  readonly startTime: string
}

const slowestAnswerMs = 5000

/** The identity of a living process, or undefined when there is none of that number. */
export function findProcess(pid: number): ProcessIdentity | undefined {
  if (!isAlive(pid)) return undefined
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : otherStartTime(pid)
  return startTime === undefined ? undefined : { pid, bootId: bootId(), startTime }
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity | undefined): boolean {
  return other !== undefined && one.pid === other.pid && one.bootId === other.bootId && one.startTime === other.startTime
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
    // Field 22; the second is the program's name in brackets, which may hold spaces and brackets itself.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const hasEnded = fields[0] === 'Z'
    return hasEnded ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function otherStartTime(pid: number): string | undefined {
  // Windows reuses numbers rarely, and asking it takes longer than a backup.
  if (process.platform === 'win32') return 'unknown'
  try {
    const words = ['-o', 'lstart=', '-p', String(pid)]
    return execFileSync('ps', words, { encoding: 'utf8', timeout: slowestAnswerMs }).trim() || undefined
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
