import { describe, expect, test } from 'vitest'
import { releaseResult } from '../../../engine/system/release-piece.ts'

describe('the memory of a result that is used up', () => {
  test('goes back at once', () => {
    const result = Buffer.from(new ArrayBuffer(100_000), 8, 90_000)
    releaseResult(result)
    expect(result.buffer.byteLength).toBe(0)
  })

  test.each([
    { title: 'a view of a pool', bytes: () => Buffer.from(new ArrayBuffer(1024 ** 2), 0, 100_000) },
    { title: 'what node takes from its own pool', bytes: () => Buffer.allocUnsafe(20_000) },
    { title: 'memory that threads share', bytes: () => Buffer.from(new SharedArrayBuffer(100_000)) },
  ])('stays for $title', ({ bytes }) => {
    const kept = bytes()
    const { byteLength } = kept.buffer
    releaseResult(kept)
    expect(kept.buffer.byteLength).toBe(byteLength)
    expect(kept.length).toBeGreaterThan(0)
  })
})
