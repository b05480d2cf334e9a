/** Several at a time, or one alone, in the order in which they came: nobody comes in beside one who is alone, or before one who waits. */
export class FillingTurns {
  private readonly queue: Waiting[] = []
  private running = 0
  private isAlone = false

  async together<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.run(false, work)
  }

  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.run(true, work)
  }

  private async run<Result>(isAlone: boolean, work: () => Promise<Result>): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.queue.push({ isAlone, begin: resolve })
    this.next()
    await promise
    try {
      return await work()
    } finally {
      this.running -= 1
      this.isAlone = false
      this.next()
    }
  }

  private next(): void {
    for (let [first] = this.queue; first !== undefined; [first] = this.queue) {
      if (this.isAlone || (first.isAlone && this.running > 0)) return
      this.queue.shift()
      this.running += 1
      this.isAlone = first.isAlone
      first.begin()
    }
  }
}

interface Waiting {
  readonly isAlone: boolean
  readonly begin: () => void
}
