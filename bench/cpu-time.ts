/** What processes have cost so far, from Linux's own books: worth more than the clock on a machine that others use too. */
import { readFileSync } from 'node:fs'

const msPerTick = 10

/** Processor time of these processes with all their threads; undefined where there is no /proc. */
export function cpuMs(pids: readonly number[]): number | undefined {
  try {
    return pids.map(ticksOf).reduce((sum, ticks) => sum + ticks, 0) * msPerTick
  } catch {
    return undefined
  }
}

/** The most memory that a process had at once, in MiB; undefined where there is no /proc. */
export function peakMemoryMiB(pid: number): number | undefined {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? undefined : Number(kib) / 1024
  } catch {
    return undefined
  }
}

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // utime and stime are the 14th and 15th of all; the first two are cut off with the name.
  return Number(fields[11]) + Number(fields[12])
}
