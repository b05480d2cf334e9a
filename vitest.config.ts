import { defineConfig } from 'vitest/config'

/** Two workers: some tests start whole boxes, each with processes of its own. */
const workers = 2

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: workers,
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
