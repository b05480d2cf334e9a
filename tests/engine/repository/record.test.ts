import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeHeaderCrcs } from '../../../engine/format/record-header.ts'
import { type ChunkId, deriveKeys, openRecord, recordTypes } from '../../../engine/index.ts'
import { codecs } from '../../../engine/model/record-type.ts'
import { bytes } from '../arbitraries.ts'
import { faultOf, withBitFlipped } from '../expect-format-error.ts'
import { fixedBytes, keys, payloadOf, sealed, sealedPayload, secrets, toSeal } from './sealed-samples.ts'

const emptyFolder = Buffer.from('0000', 'hex')
const plaintext = Buffer.from('the quick brown fox')
const record = sealed({ type: recordTypes.data, plaintext })
const idOf = (content: Buffer) => keys.chunkId(recordTypes.data, content)

describe('a record', () => {
  test('opens to what was sealed, compressed or not', () => {
    const contents = fc.oneof(
      bytes({ max: 5_000 }),
      fc.tuple(bytes({ max: 40 }), fc.nat({ max: 200 })).map(([part, n]) => Buffer.concat(Array(n).fill(part))),
    )
    fc.assert(
      fc.property(contents, (content) => {
        const opened = openRecord(sealed({ type: recordTypes.data, plaintext: content }), keys)
        expect(opened.plaintext).toEqual(content)
        expect(opened.header.chunkId).toEqual(idOf(content))
      }),
    )
  })

  test('of each type opens', () => {
    expect(openRecord(sealed({ type: recordTypes.tree, plaintext: emptyFolder }), keys).refs).toEqual([])
    for (const type of [recordTypes.data, recordTypes.note, recordTypes.box]) {
      expect(openRecord(sealed({ type, plaintext }), keys)).toMatchObject({ plaintext, refs: [] })
    }
    const snapshot = { type: recordTypes.snapshot, plaintext, refs: [idOf(plaintext)], prefix: Buffer.from('envelope') }
    expect(openRecord(sealed(snapshot), keys, snapshot.prefix).refs).toEqual(snapshot.refs)
  })

  test('the same content of another type has another id', () => {
    const types = Object.values(recordTypes)
    expect(new Set(types.map((type) => keys.chunkId(type, plaintext).toString('hex'))).size).toBe(types.length)
  })

  test('with any bit flipped does not open', () => {
    for (let bit = 0; bit < record.length * 8; bit++) {
      expect(
        faultOf(() => openRecord(withBitFlipped(record, bit), keys)),
        `bit ${bit}`,
      ).toBe('record-damaged')
    }
  })

  test('with any bit flipped and its checksums made right does not open', () => {
    for (let bit = 0; bit < record.length * 8; bit++) {
      const changed = withBitFlipped(record, bit)
      if (bit >= 84 * 8 && bit < 92 * 8) continue // the checksums themselves
      writeHeaderCrcs(changed, 0, changed.length)
      faultOf(() => openRecord(changed, keys))
    }
  })

  test('cut off anywhere does not open', () => {
    for (let length = 0; length < record.length; length++) {
      expect(faultOf(() => openRecord(record.subarray(0, length), keys))).toBe('record-damaged')
    }
  })

  test('needs its key, its repository and its envelope', () => {
    const otherKeys = { ...secrets, encryptionKeys: [fixedBytes('a', 32), fixedBytes('b', 32)] }
    expect(faultOf(() => openRecord(record, deriveKeys(otherKeys)))).toBe('record-damaged')
    expect(faultOf(() => openRecord(record, deriveKeys({ ...secrets, uid: fixedBytes('c', 16) })))).toBe('record-damaged')
    expect(
      faultOf(() => openRecord(record, deriveKeys({ ...secrets, encryptionKeys: secrets.encryptionKeys.slice(0, 1) }))),
    ).toBe('wrong-key')
    expect(faultOf(() => openRecord(record, keys, Buffer.from('e')))).toBe('record-damaged')
    const snapshot = sealed({ type: recordTypes.snapshot, plaintext, refs: [idOf(plaintext)], prefix: Buffer.from('envelope') })
    expect(faultOf(() => openRecord(snapshot, keys, Buffer.from('Envelope')))).toBe('record-damaged')
  })

  test('of an older epoch opens with newer secrets', () => {
    const first = deriveKeys({ ...secrets, encryptionKeys: secrets.encryptionKeys.slice(0, 1) })
    const old = sealedPayload(payloadOf({ raw: 3, stored: 3 }, Buffer.from('old')), {
      chunkId: first.chunkId(recordTypes.data, Buffer.from('old')),
      epoch: 1,
    })
    expect(openRecord(old, keys).plaintext.toString()).toBe('old')
  })

  test('whose content is not its id is damaged, though rightly sealed', () => {
    const liar = sealedPayload(payloadOf({ raw: 19, stored: 19 }, plaintext), { chunkId: fixedBytes('another', 32) as ChunkId })
    expect(faultOf(() => openRecord(liar, keys))).toBe('record-damaged')
  })

  test.each([
    { title: 'too many children', refs: [idOf(plaintext)] },
    { title: 'other children', refs: [idOf(plaintext), idOf(emptyFolder)] },
  ])('that names $title is damaged', ({ refs }) => {
    expect(faultOf(() => openRecord(sealed({ type: recordTypes.tree, plaintext: emptyFolder, refs }), keys))).toBe(
      'record-damaged',
    )
  })

  test.each([
    { title: 'data with children', type: recordTypes.data, refs: [idOf(plaintext)] },
    { title: 'a note with children', type: recordTypes.note, refs: [idOf(plaintext)] },
    { title: 'a snapshot without a root', type: recordTypes.snapshot, refs: [] },
    { title: 'a snapshot of two roots', type: recordTypes.snapshot, refs: [idOf(plaintext), idOf(emptyFolder)] },
  ])('$title is damage that shows without a key', ({ type, refs }) => {
    const strange = sealed({ type, plaintext, refs })
    expect(faultOf(() => openRecord(strange, keys))).toBe('record-damaged')
    expect(faultOf(() => openRecord(strange, deriveKeys({ ...secrets, encryptionKeys: [] })))).toBe('record-damaged')
  })

  test.each([
    { title: 'a payload too short for its lengths', payload: Buffer.alloc(7) },
    { title: 'no payload', payload: Buffer.alloc(0) },
    { title: 'a stored length of 4 GiB', payload: payloadOf({ raw: 19, stored: 0xffffffff }, plaintext) },
    { title: 'a stored length that ends in the padding', payload: payloadOf({ raw: 20, stored: 20 }, Buffer.alloc(33)) },
    { title: 'a raw length that is not the stored one', payload: payloadOf({ raw: 18, stored: 19 }, plaintext) },
    { title: 'padding that is not zeros', payload: payloadOf({ raw: 19, stored: 19 }, plaintext, 1) },
  ])('with $title is damaged', ({ payload }) => {
    expect(faultOf(() => openRecord(sealedPayload(payload, { chunkId: idOf(plaintext) }), keys))).toBe('record-damaged')
  })

  test('of more than 8 MiB is neither opened nor sealed', () => {
    const payload = payloadOf({ raw: 0xffffffff, stored: 19 }, plaintext)
    expect(faultOf(() => openRecord(sealedPayload(payload, { chunkId: idOf(plaintext), codec: codecs.zstd }), keys))).toBe(
      'limit-exceeded',
    )
    expect(() => sealed({ type: recordTypes.data, plaintext: Buffer.alloc(8 * 1024 * 1024 + 1) })).toThrow(RangeError)
    expect(() =>
      sealed({ ...toSeal({ type: recordTypes.tree, plaintext: emptyFolder }), refs: Array(65_537).fill(idOf(plaintext)) }),
    ).toThrow(RangeError)
  })

  test('that says less than it decompresses to gives no more than it says', () => {
    const bomb = zstdCompressSync(Buffer.alloc(8 * 1024 * 1024))
    const payload = payloadOf({ raw: 100, stored: bomb.length }, bomb)
    expect(
      faultOf(() => openRecord(sealedPayload(payload, { chunkId: idOf(Buffer.alloc(100)), codec: codecs.zstd }), keys)),
    ).toBe('record-damaged')
  })

  test('of 8 MiB is sealed and opened', () => {
    const large = fixedBytes('large', 8 * 1024 * 1024)
    expect(openRecord(sealed({ type: recordTypes.data, plaintext: large }), keys).plaintext.equals(large)).toBe(true)
  })
})
