import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeSnapshotBody, readSnapshotBody, type SnapshotBody } from '../../../engine/index.ts'
import { snapshotBodies } from '../arbitraries.ts'
import { faultOf } from '../expect-format-error.ts'

const body: SnapshotBody = fc.sample(snapshotBodies, { numRuns: 1, seed: 7 })[0]!
const json = () => JSON.parse(encodeSnapshotBody(body).toString('utf8'))
const read = (value: unknown) => readSnapshotBody(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))

describe('what a snapshot says', () => {
  test('comes back', () => {
    fc.assert(
      fc.property(snapshotBodies, (given) => {
        expect(readSnapshotBody(encodeSnapshotBody(given))).toEqual(given)
      }),
    )
  })

  test('may say more than we know', () => {
    expect(read({ ...json(), mood: 'good' })).toEqual(body)
  })

  test('must say each of its fields', () => {
    for (const field of Object.keys(json()).filter((name) => name !== 'parent')) {
      const { [field]: _, ...rest } = json()
      expect(
        faultOf(() => read(rest)),
        field,
      ).toBe('snapshot-damaged')
    }
    for (const field of Object.keys(json().counts)) {
      const { [field]: _, ...counts } = json().counts
      expect(
        faultOf(() => read({ ...json(), counts })),
        field,
      ).toBe('snapshot-damaged')
    }
  })

  test.each([
    { title: 'not JSON', value: '{' },
    { title: 'no object', value: [] },
    { title: 'a verdict of its own', value: { ...json(), verdict: 'fine' } },
    { title: 'a time that is no whole number', value: { ...json(), startedMs: 0.5 } },
    { title: 'a time beyond 2^53', value: { ...json(), startedMs: 2 ** 53 } },
    { title: 'fewer files than none', value: { ...json(), counts: { ...json().counts, files: -1 } } },
    { title: 'a flag that is a word', value: { ...json(), isCheckpoint: 'true' } },
    { title: 'a parent that is no id', value: { ...json(), parent: 'yesterday' } },
    { title: 'a path of another spelling', value: { ...json(), sources: ['\0L2hvbWU='] } },
    { title: 'a path with a lone surrogate', value: { ...json(), sources: ['/home/\ud800'] } },
  ])('is damage when it is $title', ({ value }) => {
    expect(faultOf(() => read(value))).toBe('snapshot-damaged')
  })

  test('is damage when its bytes are not UTF-8', () => {
    const bytes = encodeSnapshotBody({ ...body, host: 'PC_LEFT' })
    bytes[bytes.indexOf('PC_LEFT') + 2] = 0xff
    expect(faultOf(() => readSnapshotBody(bytes))).toBe('snapshot-damaged')
  })

  test('is bounded, and does not tire of brackets', () => {
    expect(faultOf(() => read(`"${'a'.repeat(8 * 1024 * 1024)}"`))).toBe('limit-exceeded')
    expect(faultOf(() => read('['.repeat(1024 * 1024)))).toBe('snapshot-damaged')
  })

  test('fits its record, however long the list of skipped files and their paths', () => {
    const path = Buffer.alloc(4_095, '/\u0001')
    const file = { path, reason: 'unreadable' as const, detail: `EACCES: permission denied, open '${path}'` }
    const encoded = encodeSnapshotBody({ ...body, skipped: Array.from({ length: 20_000 }, () => file) })
    expect(encoded.length).toBeLessThan(5 * 1024 * 1024)
    const { skipped } = readSnapshotBody(encoded)
    expect(skipped.length).toBeGreaterThan(50)
    expect(skipped[0]).toEqual(file)
  })

  test('lists the first 10,000 skipped files', () => {
    const skipped = Array.from({ length: 10_001 }, (_, n) => ({
      path: Buffer.from(`/${n}`),
      reason: 'vanished' as const,
      detail: '',
    }))
    expect(readSnapshotBody(encodeSnapshotBody({ ...body, skipped })).skipped).toEqual(skipped.slice(0, 10_000))
  })
})
