/**
 * The processes that draw small copies of pictures: at most two, started when there is something to draw, ended when nobody asked for
 * a while. One that takes too long is ended, and the picture counts as one that cannot be drawn; so it does when a process falls over.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { FrameReader, frameOf } from './frames.ts'

export type ThumbnailSize = 'small' | 'large'

export interface Thumbnailer extends AsyncDisposable {
  /** Undefined: too many wait already. Empty: it cannot be drawn. */
  readonly draw: (read: () => Promise<Buffer>, size: ThumbnailSize) => Promise<Buffer | undefined>
}

const childrenMax = 2
const waitingMax = 100
const usualTimeoutMs = 8000
const usualIdleMs = 30_000
/** What it may keep of its own; pictures are not counted in it. */
const heapMiB = 64
const programFolder = join(import.meta.dirname, '../..')
const empty = Buffer.alloc(0)

type Child = ChildProcessByStdio<Writable, Readable, null>

export function createThumbnailer(
  options: { readonly childFile?: string; readonly timeoutMs?: number; readonly idleMs?: number } = {},
): Thumbnailer {
  const {
    childFile = join(import.meta.dirname, 'thumbnail-child.ts'),
    timeoutMs = usualTimeoutMs,
    idleMs = usualIdleMs,
  } = options
  const free: DrawingProcess[] = []
  const living = new Set<DrawingProcess>()
  const waiting: (() => void)[] = []
  let busy = 0

  const takeProcess = (): DrawingProcess => {
    const known = free.pop()
    if (known !== undefined) return known
    const started = new DrawingProcess(childFile, idleMs, () => {
      living.delete(started)
      const at = free.indexOf(started)
      if (at >= 0) free.splice(at, 1)
    })
    living.add(started)
    return started
  }

  return {
    draw: async (read, size) => {
      if (busy >= childrenMax) {
        if (waiting.length >= waitingMax) return undefined
        // Whoever ends hands its place over.
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else {
        busy += 1
      }
      try {
        const picture = await read()
        const drawing = takeProcess()
        const drawn = await drawing.draw(picture, size, timeoutMs)
        if (drawing.isAlive) free.push(drawing)
        return drawn
      } finally {
        const next = waiting.shift()
        if (next === undefined) busy -= 1
        else next()
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...living].map((one) => one.end()))
    },
  }
}

class DrawingProcess {
  isAlive = true
  readonly #child: Child
  readonly #reader = new FrameReader()
  readonly #gone: Promise<void>
  readonly #idleMs: number
  #idle: NodeJS.Timeout | undefined
  #answer: ((drawn: Buffer) => void) | undefined

  constructor(childFile: string, idleMs: number, onGone: () => void) {
    this.#idleMs = idleMs
    this.#child = spawn(process.execPath, childArguments(childFile), { stdio: ['pipe', 'pipe', 'ignore'], env: {}, cwd: '/' })
    this.#child.unref()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gone = promise
    const die = () => {
      this.isAlive = false
      clearTimeout(this.#idle)
      this.#answer?.(empty)
      onGone()
      resolve()
    }
    this.#child.once('exit', die)
    this.#child.once('error', die)
    this.#child.stdin.on('error', () => {}) // its end is told by exit
    this.#child.stdout.on('data', (bytes: Buffer) => this.#hear(bytes))
    preferToLose(this.#child.pid)
  }

  async draw(picture: Buffer, size: ThumbnailSize, timeoutMs: number): Promise<Buffer> {
    clearTimeout(this.#idle)
    if (!this.isAlive) return empty
    const { promise, resolve } = Promise.withResolvers<Buffer>()
    this.#answer = resolve
    const tooLong = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs)
    this.#child.stdin.write(frameOf(Buffer.of(size === 'large' ? 1 : 0), picture))
    const drawn = await promise
    clearTimeout(tooLong)
    this.#answer = undefined
    this.#idle = setTimeout(() => void this.end(), this.#idleMs)
    this.#idle.unref()
    return drawn
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#gone
  }

  #hear(bytes: Buffer): void {
    try {
      for (const drawn of this.#reader.push(bytes)) this.#answer?.(drawn)
    } catch {
      this.#child.kill('SIGKILL')
    }
  }
}

/** No rights but to read its own program. */
function childArguments(childFile: string): readonly string[] {
  const packages = realpathSync(join(programFolder, 'node_modules'))
  const readable = [packages, join(programFolder, 'server/previews'), join(programFolder, 'package.json'), childFile]
  return [
    '--permission',
    '--allow-addons',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    `--max-old-space-size=${heapMiB}`,
    '--disable-warning=SecurityWarning',
    childFile,
  ]
}

/** A picture that takes all memory takes its own process with it, and not the box. */
function preferToLose(pid: number | undefined): void {
  if (process.platform !== 'linux' || pid === undefined) return
  writeFile(`/proc/${pid}/oom_score_adj`, '1000').catch(() => {}) // where /proc is not writable the system decides by size
}
