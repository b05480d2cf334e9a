/** The books of what the threads of the index hold: whose names, how many bytes, who needs them now, and what may give way. */
import type { JobIndexFacts } from './index-messages.ts'

export interface HeldNames {
  readonly jobId: number
  /** The thread that has them. */
  readonly thread: number
  /** The newest number that is in them. */
  version: number
  bytes: number
  isOvergrown: boolean
  /** Searches that need them now. */
  users: number
}

interface Filling {
  readonly thread: number
  bytes: number
}

export class IndexMemory {
  private readonly maxBytes: number
  private readonly threads: number
  /** In the order in which they were last asked for. */
  private readonly held = new Map<number, HeldNames>()
  private readonly filling = new Map<number, Filling>()
  private awaitingRelease: (() => void)[] = []

  constructor({ maxBytes, threads }: { readonly maxBytes: number; readonly threads: number }) {
    this.maxBytes = maxBytes
    this.threads = threads
  }

  get bytes(): number {
    return sumBytes(this.held.values()) + sumBytes(this.filling.values())
  }

  get isFull(): boolean {
    return this.bytes > this.maxBytes
  }

  find(jobId: number): HeldNames | undefined {
    return this.held.get(jobId)
  }

  /** Whether these jobs alone are more than there may be. */
  isTooMuch(jobIds: readonly number[]): boolean {
    const own = jobIds.flatMap((jobId) => this.filling.get(jobId) ?? this.held.get(jobId) ?? [])
    return sumBytes(own) > this.maxBytes
  }

  /** What is used stays, until it is released. */
  use(names: HeldNames): void {
    names.users += 1
    if (this.held.delete(names.jobId)) this.held.set(names.jobId, names)
  }

  release(used: readonly HeldNames[]): void {
    for (const names of used) names.users -= 1
    const waiting = this.awaitingRelease
    this.awaitingRelease = []
    for (const resolve of waiting) resolve()
  }

  /** Settles with the next release. */
  async released(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.awaitingRelease.push(resolve)
    return promise
  }

  /** In the thread that has older names of the job, or else the one with the least. */
  beginFilling(jobId: number): number {
    const thread = this.held.get(jobId)?.thread ?? this.lightest()
    this.filling.set(jobId, { thread, bytes: 0 })
    return thread
  }

  grow(jobId: number, bytes: number): void {
    const filling = this.filling.get(jobId)
    if (filling !== undefined) filling.bytes = bytes
  }

  endFilling(jobId: number): void {
    this.filling.delete(jobId)
  }

  /** Names that were filled, or followed a new version: used once. Whoever needs the older ones of the job goes on needing these. */
  hold(jobId: number, given: { readonly thread: number; readonly version: number; readonly facts: JobIndexFacts }): HeldNames {
    const { thread, version, facts } = given
    const { bytes, isOvergrown } = facts
    const names = Object.assign(this.held.get(jobId) ?? { jobId, thread, users: 0 }, { version, bytes, isOvergrown })
    this.held.set(jobId, names)
    this.use(names)
    return names
  }

  /**
   * Takes out of the books what is not needed, what was not asked for longest first, until the rest fits. Older names of a job that is
   * being filled go only in its own turn, with `filler`: the thread may just be putting the new ones in their place.
   */
  takeIdle(filler: number): readonly HeldNames[] {
    const idle: HeldNames[] = []
    let left = this.bytes
    for (const names of this.held.values()) {
      if (left <= this.maxBytes) break
      if (names.users > 0 || (names.jobId !== filler && this.filling.has(names.jobId))) continue
      idle.push(names)
      left -= names.bytes
    }
    for (const { jobId } of idle) this.held.delete(jobId)
    return idle
  }

  /** Out of the books, whether there is room or not. */
  take(names: HeldNames): readonly HeldNames[] {
    this.held.delete(names.jobId)
    return [names]
  }

  /** The thread died. */
  forget(thread: number): void {
    for (const names of this.held.values()) if (names.thread === thread) this.held.delete(names.jobId)
  }

  private lightest(): number {
    const loads = Array.from({ length: this.threads }, () => 0)
    for (const { thread, bytes } of [...this.held.values(), ...this.filling.values()]) loads[thread]! += bytes
    return loads.indexOf(Math.min(...loads))
  }
}

function sumBytes(all: Iterable<{ readonly bytes: number }>): number {
  let sum = 0
  for (const { bytes } of all) sum += bytes
  return sum
}
