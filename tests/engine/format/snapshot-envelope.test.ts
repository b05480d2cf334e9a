import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEnvelope } from '../../../engine/format/snapshot-envelope.ts'
import {
  encodeEnvelope,
  parseChunkId,
  parseDeviceId,
  parseSnapshotFileName,
  parseSnapshotId,
  type SnapshotEnvelope,
  snapshotFileName,
} from '../../../engine/index.ts'
import { envelopes } from '../arbitraries.ts'
import { decodesOrRefuses, faultOf, withBitFlipped } from '../expect-format-error.ts'

const envelope: SnapshotEnvelope = {
  root: parseChunkId(Buffer.alloc(32, 1)),
  seq: 1,
  device: parseDeviceId('dev_1'),
  serverTimeMs: 0,
  previous: undefined,
}

describe('a snapshot envelope', () => {
  test('comes back', () => {
    fc.assert(
      fc.property(envelopes, (given) => {
        expect(readEnvelope(encodeEnvelope(given))).toEqual(given)
      }),
    )
  })

  test('has one spelling: whatever decodes is what would be written', () => {
    fc.assert(
      fc.property(envelopes, fc.nat(), (given, bit) => {
        const bytes = encodeEnvelope(given)
        const changed = withBitFlipped(bytes, bit % (bytes.length * 8))
        const decoded = decodesOrRefuses(() => readEnvelope(changed))
        if (decoded) expect(encodeEnvelope(decoded.value)).toEqual(changed)
      }),
      { numRuns: 1_000 },
    )
  })

  test('that is cut off or has something behind it is refused', () => {
    const bytes = encodeEnvelope(envelope)
    for (let length = 0; length < bytes.length; length++) faultOf(() => readEnvelope(bytes.subarray(0, length)))
    faultOf(() => readEnvelope(Buffer.concat([bytes, Buffer.alloc(1)])))
  })

  test.each([0, -1, 0.5, 10 ** 12, 2 ** 53])('does not take the number %d', (seq) => {
    expect(() => encodeEnvelope({ ...envelope, seq })).toThrow(RangeError)
  })

  test('that names the number 0 or one of 13 digits is damage', () => {
    for (const seq of [0n, 10n ** 12n, 2n ** 64n - 1n]) {
      const bytes = encodeEnvelope(envelope)
      bytes.writeBigUInt64LE(seq, 33)
      expect(faultOf(() => readEnvelope(bytes))).toBe('snapshot-damaged')
    }
  })

  test('of a later format says so', () => {
    const bytes = encodeEnvelope(envelope)
    bytes[0] = 2
    expect(faultOf(() => readEnvelope(bytes))).toBe('unsupported-version')
  })
})

describe('the name of a snapshot file', () => {
  test('comes back for every number an envelope takes', () => {
    fc.assert(
      fc.property(envelopes, ({ device, seq }) => {
        const name = { device, seq, id: parseSnapshotId('ab'.repeat(32)) }
        expect(parseSnapshotFileName(snapshotFileName(name))).toEqual(name)
      }),
    )
  })

  test.each(['.gone', '.pin', '.bin', '.note'])('%s is the name of a mark beside it', (suffix) => {
    const name = snapshotFileName({ device: envelope.device, seq: 1, id: parseSnapshotId('0'.repeat(64)) })
    expect(parseSnapshotFileName(name + suffix)).toBeUndefined()
  })
})
