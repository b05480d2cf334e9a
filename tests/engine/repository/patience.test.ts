import { describe, expect, test } from 'vitest'
import { openApplianceLink, RefusedError, StorageError } from '../../../engine/index.ts'
import { createPace } from '../../../engine/repository/pace.ts'
import { isPassing, patiently } from '../../../engine/repository/patience.ts'

const refused = (status: number, code: string) => new RefusedError({ code, title: code, status })

describe('an error', () => {
  test.each([
    { error: new StorageError('unreachable', 'cut'), passes: true },
    { error: new StorageError('broken', 'senseless'), passes: false },
    { error: new StorageError('denied', 'another box'), passes: false },
    { error: refused(503, 'HF-DATABASE-DOWN'), passes: true },
    { error: refused(503, 'HF-BUSY'), passes: true },
    { error: refused(429, 'HF-RATE-LIMITED'), passes: true },
    { error: refused(503, 'HF-STORAGE-READ-ONLY'), passes: false },
    { error: refused(503, 'HF-REBUILD-NEEDED'), passes: false },
    { error: refused(507, 'HF-STORAGE-FULL'), passes: false },
    { error: refused(402, 'HF-LICENCE-EXPIRED'), passes: false },
    { error: new Error('a defect'), passes: false },
  ])('$error.message: worth another try is $passes', ({ error, passes }) => {
    expect(isPassing(error)).toBe(passes)
  })
})

describe('work', () => {
  const failing = (errors: readonly Error[]) => {
    let runs = 0
    return async () => {
      const error = errors[runs++]
      if (error !== undefined) throw error
      return runs
    }
  }
  const cut = new StorageError('unreachable', 'cut')

  test('is done again after what passes', async () => {
    expect(await patiently({ forMs: 10_000, now: Date.now }, failing([cut]))).toBe(2)
  })

  test('is not done again when patience has ended', async () => {
    await expect(patiently({ forMs: 100, now: Date.now }, failing([cut]))).rejects.toBe(cut)
  })

  test('is not done again after what stays', async () => {
    const full = refused(507, 'HF-STORAGE-FULL')
    await expect(patiently({ forMs: 10_000, now: Date.now }, failing([full]))).rejects.toBe(full)
  })

  test('ends with its signal', async () => {
    const stop = new AbortController()
    const work = patiently({ forMs: 60_000, now: Date.now, signal: stop.signal }, failing([cut, cut, cut, cut, cut, cut]))
    stop.abort(new Error('stopped by its user'))
    await expect(work).rejects.toThrow()
  })
})

describe('a paced upload', () => {
  test('takes as long as its rate says, in small pieces, all bytes in order', async () => {
    const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, index) => index % 251))
    const pace = createPace({ bytesPerSecond: 200_000, now: Date.now })
    const startedMs = performance.now()
    const pieces: Uint8Array[] = []
    for await (const piece of pace.pieces(bytes)) pieces.push(Buffer.from(piece))
    expect(performance.now() - startedMs).toBeGreaterThan(200)
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(10_000)
  })
})

describe('a link', () => {
  test.each(['http://192.168.1.5:8080', 'http://box.example', 'http://127.evil.example'])(
    'in the clear to %s is refused',
    (url) => {
      expect(() => openApplianceLink({ url, trust: { kind: 'plain' }, userAgent: 'test', now: Date.now })).toThrow('https')
    },
  )

  test.each(['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:8080'])('in the clear to %s is allowed', (url) => {
    openApplianceLink({ url, trust: { kind: 'plain' }, userAgent: 'test', now: Date.now }).close()
  })
})
