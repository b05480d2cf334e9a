/**
 * The box's one timer: Bree, on real time, once a minute. What is due then is decided by the injected clock, so that everything but
 * this file can be tested in moved time. A turn that takes longer than a minute delays the next; a failed one is logged, and the next comes.
 */
import { join } from 'node:path'
import Bree from 'bree'
import type { Log } from '../runtime/log.ts'

const job = 'minute'
const everyMs = 60_000

export async function everyMinute(
  work: () => Promise<void>,
  options: { readonly log: Log; readonly intervalMs?: number },
): Promise<{ readonly stop: () => Promise<void> }> {
  const { log } = options
  let turn: Promise<void> | undefined
  const take = () => {
    turn ??= work()
      .catch((error: unknown) => log.error({ err: error }, 'the work of this minute failed'))
      .finally(() => {
        turn = undefined
      })
  }
  const bree = new Bree({
    root: false,
    // Its own schedules are not used; a zone that it cannot read would stop the box.
    timezone: 'UTC',
    acceptedExtensions: ['.ts'],
    logger: { info: () => {}, warn: (...said) => log.warn({ said }, 'bree'), error: (...said) => log.error({ said }, 'bree') },
    // No timeout: the first turn comes after a minute, when the box is up and has answered whoever waited for it.
    jobs: [{ name: job, path: join(import.meta.dirname, 'minute.ts'), interval: options.intervalMs ?? everyMs, timeout: false }],
    workerMessageHandler: ({ message }) => {
      if (message === 'done') take()
    },
    errorHandler: (error) => log.error({ err: error }, 'the thread of the minute failed'),
  })
  await bree.start(job)
  return {
    stop: async () => {
      await bree.stop(job)
      await turn
    },
  }
}
