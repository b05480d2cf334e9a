import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FormatError, newRepositorySecrets, PackScanner, readWholePackIndex } from '../../../engine/index.ts'
import { VersionWriter } from '../../support/version-writer.ts'

const secrets = newRepositorySecrets(randomBytes)

function samplePacks() {
  const writer = new VersionWriter(secrets)
  const files = Array.from({ length: 5 }, (_, index) => writer.file(`file ${index}`, randomBytes(300 + index * 700)))
  writer.tree(files)
  return writer.takePacks()
}

function scan(bytes: Buffer, pieceBytes: number) {
  const scanner = new PackScanner()
  for (let at = 0; at < bytes.length; at += pieceBytes) scanner.push(bytes.subarray(at, at + pieceBytes))
  return scanner.finish()
}

describe('a pack that passes by', () => {
  test.each([1, 2, 7, 31, 32, 33, 92, 500, 4096, 1_000_000])('in pieces of %i bytes has the index of the whole', (pieceBytes) => {
    for (const { bytes } of samplePacks()) expect(scan(bytes, pieceBytes)).toEqual(readWholePackIndex(bytes))
  })

  test('is refused with any flipped bit, and with any byte missing at its end', () => {
    for (const { bytes } of samplePacks()) {
      for (let at = 0; at < bytes.length; at++) {
        // The uid names the repository, and is for the caller to compare.
        if (at >= 16 && at < 32) continue
        const flipped = Buffer.from(bytes)
        flipped[at]! ^= 1 << (at % 8)
        expect(() => scan(flipped, 997), `byte ${at}`).toThrow(FormatError)
      }
      for (const missing of [1, 40, 48, 49, 200, bytes.length - 1])
        expect(() => scan(bytes.subarray(0, bytes.length - missing), 997), `${missing} missing`).toThrow(FormatError)
    }
  })

  test('is refused with bytes behind its end', () => {
    for (const { bytes } of samplePacks()) expect(() => scan(Buffer.concat([bytes, Buffer.alloc(1)]), 997)).toThrow(FormatError)
  })

  test('is refused when its index is sound but says something else than its records', () => {
    const [one, other] = [samplePacks()[0]!.bytes, samplePacks()[0]!.bytes]
    const entriesBytes = one.readUInt32LE(one.length - 44)
    const trailerAt = one.length - 48 - entriesBytes
    const mixed = Buffer.concat([one.subarray(0, trailerAt), other.subarray(other.length - 48 - entriesBytes)])
    expect(
      createHash('sha256')
        .update(mixed.subarray(trailerAt, mixed.length - 48))
        .digest(),
    ).toEqual(mixed.subarray(mixed.length - 40, mixed.length - 8))
    expect(() => scan(mixed, 997)).toThrow(FormatError)
  })
})
