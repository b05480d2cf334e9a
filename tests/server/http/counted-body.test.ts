import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { announcedBytes, countedBody } from '../../../server/http/counted-body.ts'
import { Problem } from '../../../server/http/problem.ts'

async function* pieces(...sizes: readonly number[]) {
  for (const size of sizes) yield new Uint8Array(size)
}

async function* cutAfter(size: number) {
  yield new Uint8Array(size)
  throw new Error('ECONNRESET')
}

async function outcome(
  body: AsyncIterable<Uint8Array>,
  limits: { maxBytes: number; announcedBytes?: number },
): Promise<string | number> {
  let passed = 0
  try {
    for await (const piece of countedBody(body, limits)) passed += piece.byteLength
    return passed
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return `${error.code} after ${passed}`
  }
}

describe('a counted body', () => {
  const table = [
    { title: 'nothing', body: pieces(), limits: { maxBytes: 10 }, expect: 0 },
    { title: 'just the limit', body: pieces(4, 6), limits: { maxBytes: 10 }, expect: 10 },
    { title: 'one byte over', body: pieces(4, 6, 1), limits: { maxBytes: 10 }, expect: 'HF-BODY-TOO-LARGE after 10' },
    { title: 'one large piece', body: pieces(1000), limits: { maxBytes: 10 }, expect: 'HF-BODY-TOO-LARGE after 0' },
    { title: 'as announced', body: pieces(4, 6), limits: { maxBytes: 99, announcedBytes: 10 }, expect: 10 },
    {
      title: 'short of it',
      body: pieces(4),
      limits: { maxBytes: 99, announcedBytes: 10 },
      expect: 'HF-BODY-LENGTH-MISMATCH after 4',
    },
    {
      title: 'past it',
      body: pieces(4, 7),
      limits: { maxBytes: 99, announcedBytes: 10 },
      expect: 'HF-BODY-LENGTH-MISMATCH after 4',
    },
    {
      title: 'announced too large',
      body: pieces(1),
      limits: { maxBytes: 10, announcedBytes: 11 },
      expect: 'HF-BODY-TOO-LARGE after 0',
    },
    { title: 'cut off', body: cutAfter(4), limits: { maxBytes: 10 }, expect: 'HF-BODY-LENGTH-MISMATCH after 4' },
  ]
  test.each(table)('$title', async ({ body, limits, expect: expected }) => {
    expect(await outcome(body, limits)).toBe(expected)
  })

  test('never passes more than the limit on, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 20 }), fc.nat(300), async (sizes, maxBytes) => {
        const total = sizes.reduce((sum, size) => sum + size, 0)
        const result = await outcome(pieces(...sizes), { maxBytes })
        if (total <= maxBytes) expect(result).toBe(total)
        else expect(result).toMatch(/^HF-BODY-TOO-LARGE/)
      }),
    )
  })

  test('stops the sender when its reader stops', async () => {
    let isStopped = false
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(10)
      } finally {
        isStopped = true
      }
    }
    await expect(outcome(endless(), { maxBytes: 100 })).resolves.toBe('HF-BODY-TOO-LARGE after 100')
    expect(isStopped).toBe(true)
  })
})

test.each([
  ['17', 17],
  ['0', 0],
  [undefined, undefined],
  ['', undefined],
  ['-1', undefined],
  ['1e9', undefined],
  ['0x10', undefined],
  ['99999999999999999999', undefined],
] as const)('Content-Length %j announces %j', (text, expected) => {
  expect(announcedBytes(text)).toBe(expected)
})
