import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { deriveKeys, FormatError, newRepositorySecrets, recordTypes, sealRecord } from '../../../engine/index.ts'
import { splitRecords } from '../../../engine/repository/record-stream.ts'

const keys = deriveKeys(newRepositorySecrets(randomBytes))
const seal = (bytes: number) => {
  const plaintext = randomBytes(bytes)
  const chunkId = keys.chunkId(recordTypes.data, plaintext)
  return sealRecord(keys, { type: recordTypes.data, chunkId, plaintext, refs: [], compression: 'fast', salt: randomBytes(32) })
}

async function split(bytes: Buffer, pieceBytes: number): Promise<readonly Buffer[]> {
  async function* pieces() {
    // Pieces of their own, as a socket gives them: they are released once the next one comes.
    for (let at = 0; at < bytes.length; at += pieceBytes) yield Uint8Array.from(bytes.subarray(at, at + pieceBytes))
  }
  const records: Buffer[] = []
  for await (const record of splitRecords(pieces())) records.push(Buffer.from(record))
  return records
}

describe('a stream of records', () => {
  const records = [10, 70_000, 0, 3_000_000, 512, 5].map(seal)
  const stream = Buffer.concat(records)

  test.each([13, 91, 92, 93, 16_384, 65_536, 1_000_000, 10_000_000])(
    'comes apart from pieces of %i bytes',
    async (pieceBytes) => {
      const got = await split(stream, pieceBytes)
      expect(got.length).toBe(records.length)
      expect(got.every((record, index) => record.equals(records[index]!))).toBe(true)
    },
  )

  test('of nothing has no record', async () => {
    expect(await split(Buffer.alloc(0), 10)).toEqual([])
  })

  test.each([1, 50, 91, 200])('that ends %i bytes early is damaged', async (missing) => {
    await expect(split(stream.subarray(0, stream.length - missing), 65_536)).rejects.toThrow(FormatError)
  })

  test('that is no stream of records is damaged', async () => {
    await expect(split(randomBytes(1000), 100)).rejects.toThrow(FormatError)
  })
})
