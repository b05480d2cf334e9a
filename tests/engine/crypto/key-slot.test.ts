import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keySlotKinds } from '../../../engine/crypto/key-slot.ts'
import {
  encodeKeySlotFile,
  type KeySlot,
  managedSlotKey,
  openKeySlot,
  readKeySlotFile,
  recoverySlotKey,
  sealKeySlot,
} from '../../../engine/index.ts'
import { bytes } from '../arbitraries.ts'
import { decodesOrRefuses, faultOf, withBitFlipped } from '../expect-format-error.ts'
import { fixedBytes, secrets } from '../repository/sealed-samples.ts'

const key = fixedBytes('key-encryption key', 32)
const slot = sealKeySlot({ id: 'recovery-1', kind: 'recovery', salt: fixedBytes('slot salt', 32) }, key, secrets)

describe('a key slot', () => {
  test('gives back any secrets, of any number of epochs, to its key', () => {
    const anySecrets = fc.record({
      uid: bytes({ min: 16, max: 16 }),
      dedupKey: bytes({ min: 32, max: 32 }),
      encryptionKeys: fc.array(bytes({ min: 32, max: 32 }), { minLength: 1, maxLength: 5 }),
    })
    fc.assert(
      fc.property(anySecrets, fc.constantFrom(...keySlotKinds), (given, kind) => {
        const sealed = sealKeySlot({ id: 'a', kind, salt: fixedBytes('another salt', 32) }, key, given)
        expect(openKeySlot(readKeySlotFile(encodeKeySlotFile(sealed)), given.uid, key)).toEqual(given)
      }),
    )
  })

  test('tells a wrong key from damage', () => {
    expect(faultOf(() => openKeySlot(slot, secrets.uid, fixedBytes('another key', 32)))).toBe('wrong-key')
    expect(faultOf(() => openKeySlot({ ...slot, sealed: withBitFlipped(slot.sealed, 9) }, secrets.uid, key))).toBe(
      'key-slot-damaged',
    )
  })

  test.each([
    { title: 'its id', changed: { id: 'recovery-2' } },
    { title: 'its kind', changed: { kind: 'managed' as const } },
  ])('is bound to $title', ({ changed }) => {
    expect(faultOf(() => openKeySlot({ ...slot, ...changed }, secrets.uid, key))).toBe('key-slot-damaged')
  })

  test('is bound to its repository', () => {
    expect(faultOf(() => openKeySlot(slot, fixedBytes('another repository', 16), key))).toBe('key-slot-damaged')
  })

  test('shows every flipped bit and every cut of its bytes', () => {
    for (const field of ['salt', 'commitment', 'sealed'] as const) {
      for (let bit = 0; bit < slot[field].length * 8; bit++) {
        faultOf(() => openKeySlot({ ...slot, [field]: withBitFlipped(slot[field], bit) }, secrets.uid, key))
      }
      for (let length = 0; length < slot[field].length; length++) {
        faultOf(() => openKeySlot({ ...slot, [field]: slot[field].subarray(0, length) }, secrets.uid, key))
      }
    }
  })

  test.each([
    { title: 'no epoch', encryptionKeys: [] },
    { title: 'a key of 31 bytes', encryptionKeys: [Buffer.alloc(31)] },
  ])('with $title holds no secrets', ({ encryptionKeys }) => {
    const strange = sealKeySlot({ id: 'a', kind: 'device', salt: slot.salt }, key, { ...secrets, encryptionKeys })
    expect(faultOf(() => openKeySlot(strange, secrets.uid, key))).toBe('key-slot-damaged')
  })
})

describe('the file of a key slot', () => {
  const file = encodeKeySlotFile(slot)

  test('opens with any bit flipped only where nothing but spaces or unknown fields changed', () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const opened = decodesOrRefuses(() => openKeySlot(readKeySlotFile(withBitFlipped(file, bit)), secrets.uid, key))
      if (opened) expect(opened.value).toEqual(secrets)
    }
  })

  const json = () => JSON.parse(file.toString('utf8'))
  test.each([
    { title: 'not JSON', value: '{', fault: 'key-slot-damaged' },
    { title: 'null', value: null, fault: 'key-slot-damaged' },
    { title: 'of a later format', value: { ...json(), format: 2 }, fault: 'unsupported-version' },
    { title: 'of an unknown kind', value: { ...json(), kind: 'spare' }, fault: 'key-slot-damaged' },
    { title: 'without an id', value: { ...json(), id: undefined }, fault: 'key-slot-damaged' },
    { title: 'with a path for an id', value: { ...json(), id: '../x' }, fault: 'key-slot-damaged' },
    { title: 'with a short salt', value: { ...json(), salt: 'AAAA' }, fault: 'key-slot-damaged' },
    { title: 'with a salt that is no text', value: { ...json(), salt: 5 }, fault: 'key-slot-damaged' },
    { title: 'with another spelling of base64', value: { ...json(), sealed: `${json().sealed}\n` }, fault: 'key-slot-damaged' },
    { title: 'of more than 1 MiB', value: { ...json(), note: 'a'.repeat(1024 * 1024) }, fault: 'limit-exceeded' },
  ])('is refused when it is $title', ({ value, fault }) => {
    expect(faultOf(() => readKeySlotFile(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))))).toBe(fault)
  })
})

test('keys of slots are different for each purpose, slot and repository', () => {
  const [one, other] = [fixedBytes('uid 1', 16), fixedBytes('uid 2', 16)]
  const derived = [
    managedSlotKey(key, one, 'managed-1'),
    managedSlotKey(key, one, 'managed-2'),
    managedSlotKey(key, other, 'managed-1'),
    recoverySlotKey(key, one),
    recoverySlotKey(key, other),
  ]
  expect(new Set(derived.map((bytes) => bytes.toString('hex'))).size).toBe(derived.length)
})

test('a slot needs its salt to be its own', () => {
  const other: KeySlot = { ...slot, salt: fixedBytes('another', 32) }
  expect(faultOf(() => openKeySlot(other, secrets.uid, key))).toBe('wrong-key')
})
