import type { Log } from './log.ts'

/** Does something again and again, one after the other: a slow turn delays the next. A failed turn is logged, and the next one comes. */
export function every(intervalMs: number, work: () => Promise<void>, log: Log): { readonly stop: () => Promise<void> } {
  let turn: Promise<void> = Promise.resolve()
  let isRunning = false
  const timer = setInterval(() => {
    if (isRunning) return
    isRunning = true
    turn = work()
      .catch((error: unknown) => log.error({ err: error }, 'work that comes again and again failed this time'))
      .finally(() => {
        isRunning = false
      })
  }, intervalMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await turn
    },
  }
}
