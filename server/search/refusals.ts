/** What did not fit: for a while nobody tries again. */
import type { Clock } from '../runtime/clock.ts'

interface Named {
  readonly jobId: number
}

const keptMs = 60_000
const maxKept = 1_000

export class Refusals {
  private readonly clock: Clock
  /** When, by the jobs; the oldest first. */
  private readonly times = new Map<string, number>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  note(jobs: readonly Named[]): void {
    this.tidy()
    this.times.delete(keyOf(jobs))
    this.times.set(keyOf(jobs), this.clock.now())
  }

  has(jobs: readonly Named[]): boolean {
    this.tidy()
    return this.times.has(keyOf(jobs))
  }

  private tidy(): void {
    for (const [key, at] of this.times)
      if (Math.abs(this.clock.now() - at) >= keptMs || this.times.size > maxKept) this.times.delete(key)
  }
}

function keyOf(jobs: readonly Named[]): string {
  return jobs.map(({ jobId }) => jobId).join(',')
}
