/** Bree's timer, on real time. */
import { expect, test } from 'vitest'
import { everyMinute } from '../../../server/jobs/minutes.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { eventually } from '../../support/eventually.ts'

test('calls again and again, one turn at a time, goes on after a failure, and waits for the last turn when it stops', async () => {
  let began = 0
  let ended = 0
  let together = 0
  const minutes = await everyMinute(
    async () => {
      began += 1
      together = Math.max(together, began - ended)
      await new Promise((resolve) => setTimeout(resolve, 150))
      ended += 1
      if (began === 1) throw new Error('the first turn fails')
    },
    { log: silentLog, intervalMs: 50 },
  )
  await eventually(() => expect(began).toBeGreaterThanOrEqual(3))
  await minutes.stop()
  expect(together).toBe(1)
  expect(ended).toBe(began)
  const atStop = began
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(began).toBe(atStop)
})
