// Whole processes, by the operating system's own accounting: wall time, CPU seconds (with children), peak resident memory.

import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

export interface Measured {
  readonly wallS: number
  readonly cpuS: number
  /** Of the largest single process. */
  readonly peakMiB: number
  readonly stdout: string
}

/** wait4() from Python's standard library: Node does not tell a child's usage. */
const wrapper = `
import os, sys, json
pid = os.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
open(sys.argv[1], 'w').write(json.dumps({'cpu': usage.ru_utime + usage.ru_stime, 'peak': usage.ru_maxrss / 1024}))
sys.exit(os.waitstatus_to_exitcode(status) & 255)
`

export async function measure(
  command: readonly string[],
  options: { cwd: string; environment?: NodeJS.ProcessEnv; report: string; okCodes?: readonly number[] },
): Promise<Measured> {
  const started = performance.now()
  const child = spawn('python3', ['-c', wrapper, options.report, ...command], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => stdout.push(data))
  child.stderr.on('data', (data: Buffer) => stderr.push(data))
  const code = await new Promise<number>((resolve) => child.on('close', (value) => resolve(value ?? 255)))
  const wallS = (performance.now() - started) / 1000
  if (!(options.okCodes ?? [0]).includes(code)) {
    throw new Error(
      `${command.join(' ')}\nended with ${code}\n${Buffer.concat(stdout).subarray(-2000)}\n${Buffer.concat(stderr).subarray(-4000)}`,
    )
  }
  const usage = JSON.parse(readFileSync(options.report, 'utf8')) as { cpu: number; peak: number }
  return { wallS, cpuS: usage.cpu, peakMiB: usage.peak, stdout: Buffer.concat(stdout).toString() }
}

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK']).stdout?.toString() || 100)

/** CPU seconds so far, memory now and at most since `resetPeak` of a running process. */
export function usageOf(pid: number): { readonly cpuS: number; readonly residentMiB: number; readonly peakMiB: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024
  return {
    cpuS: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    residentMiB: mib('VmRSS'),
    peakMiB: mib('VmHWM'),
  }
}

export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** Bytes of all files below a folder, as a listing shows them. */
export function folderBytes(folder: string): number {
  let total = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) total += statSync(join(entry.parentPath, entry.name)).size
  }
  return total
}

export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
