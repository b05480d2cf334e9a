/** Verification waits while bytes move, and not for ever. */
import { expect, test } from 'vitest'
import { movableClock } from '../../../server/runtime/clock.ts'
import { createTraffic } from '../../../server/traffic/traffic.ts'
import { patienceMs, politePause } from '../../../server/verification/polite-pause.ts'

const start = Date.UTC(2026, 2, 14)

function scene() {
  const clock = movableClock(start)
  const traffic = createTraffic({ clock })
  const stopping = new AbortController()
  const pause = politePause({ traffic, clock, signal: stopping.signal })
  let isOver = false
  const begin = (receivedAt = start) =>
    pause({ receivedAt }).then(() => {
      isOver = true
    })
  return { clock, traffic, stopping, begin, isOver: () => isOver }
}

test('traffic is over a moment after its last end, once for each beginning', () => {
  const { clock, traffic } = scene()
  expect(traffic.isBusy()).toBe(false)
  const ends = [traffic.begin(), traffic.begin()]
  ends[0]!()
  ends[0]!()
  expect(traffic.isBusy()).toBe(true)
  ends[1]!()
  expect(traffic.isBusy()).toBe(true)
  clock.advance(3000)
  expect(traffic.isBusy()).toBe(false)
  clock.advance(-60_000)
  expect(traffic.isBusy()).toBe(false)
})

test('nothing moves: it goes on at once', async () => {
  await scene().begin()
})

test('a backup runs: it waits until that is over', async () => {
  const { clock, traffic, begin, isOver } = scene()
  const end = traffic.begin()
  const paused = begin()
  await Promise.resolve()
  expect(isOver()).toBe(false)
  end()
  clock.advance(3000)
  await paused
})

test('a backup runs, and the data has waited for half a day: it goes on beside it', async () => {
  const { clock, traffic, begin } = scene()
  traffic.begin()
  clock.advance(patienceMs + 1)
  await begin()
  expect(traffic.isBusy()).toBe(true)
})

test('the box stops: it does not wait on', async () => {
  const { traffic, stopping, begin } = scene()
  traffic.begin()
  const paused = begin()
  stopping.abort()
  await paused
})
