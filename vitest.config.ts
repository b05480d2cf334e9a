import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Two workers: some tests start whole boxes, each with processes of its own. */
const workers = 2

/** What starts boxes and browsers takes longest: begun last, one worker would be done long before the other. */
const longest = [/^tests\/e2e\//, /^tests\/(faults|scripts|server\/rebuild|server\/cli|agent\/cli)\//]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((pattern) => pattern.test(relative(import.meta.dirname, moduleId)))
      return index === -1 ? longest.length : index
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: workers,
    // No module keeps a state of its own between tests; loading all of them for each file takes a fifth of the time.
    isolate: false,
    // Threads load the engine anew each time: kept as compiled, as bin/holdfast does, that takes a third of the time of many tests.
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(homedir(), '.cache/holdfast/node') },
    sequence: { sequencer: LongestFirst },
    // Bounds for what hangs; what is slow belongs into the bench.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    teardownTimeout: 60_000,
    // A condition that is waited for may take its time on a busy machine; it fails when it never comes.
    expect: { poll: { timeout: 20_000 } },
    // A thrown error that no test waited for is a defect, not noise.
    dangerouslyIgnoreUnhandledErrors: false,
  },
})
