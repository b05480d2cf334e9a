import { setTimeout as wait } from 'node:timers/promises'

const patienceMs = 30_000
const askEveryMs = 5

/** Repeats an expectation about another process until it holds, and gives its result; the last failure is thrown when it never does. */
export async function eventually<Result>(expectation: () => Promise<Result> | Result): Promise<Result> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await expectation()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await wait(askEveryMs)
  }
}
