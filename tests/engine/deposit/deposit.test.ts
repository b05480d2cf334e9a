import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { findCut } from '../../../engine/chunker/fast-cdc.ts'
import { cutChunks } from '../../../engine/deposit/cut-chunks.ts'
import { DepositedFile, depositedFolder, folderTree } from '../../../engine/deposit/deposited-entry.ts'
import { sealPack } from '../../../engine/deposit/seal-pack.ts'
import { readWholePackIndex } from '../../../engine/format/pack.ts'
import { readTreeNode } from '../../../engine/format/tree.ts'
import { deriveKeys, newRepositorySecrets } from '../../../engine/index.ts'
import { chunkMaxBytes } from '../../../engine/model/limits.ts'
import { recordTypes } from '../../../engine/model/record-type.ts'
import { openRecord } from '../../../engine/repository/record.ts'

const keys = deriveKeys(newRepositorySecrets(randomBytes))
const bytes = randomBytes(19 * 1024 ** 2 + 3)

/** As a file on a disk is cut. */
function cutWhole(): readonly number[] {
  const lengths: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = findCut(bytes, at, bytes.length, keys.gear)
    lengths.push(length)
    at += length
  }
  return lengths
}

describe('bytes that come piece by piece', () => {
  const windows = [chunkMaxBytes, chunkMaxBytes + 1, 5_000_000, 8 * 1024 ** 2, bytes.length]
  test.each(windows)('in windows of %d bytes are cut where a file would be', (windowBytes) => {
    const lengths: number[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + windowBytes)
      const { chunks, usedBytes } = cutChunks(bytes.subarray(at, end), keys, { isEnd: end === bytes.length })
      expect(usedBytes).toBe(chunks.reduce((sum, { length }) => sum + length, 0))
      expect(end - at - usedBytes).toBeLessThan(chunkMaxBytes)
      lengths.push(...chunks.map(({ length }) => length))
      at += usedBytes
    }
    expect(lengths).toEqual(cutWhole())
  })

  test('nothing is cut that might end elsewhere', () => {
    expect(cutChunks(bytes.subarray(0, chunkMaxBytes - 1), keys, { isEnd: false })).toEqual({ chunks: [], usedBytes: 0 })
    expect(cutChunks(Buffer.alloc(0), keys, { isEnd: true })).toEqual({ chunks: [], usedBytes: 0 })
  })
})

test('a pack holds each record once, and every one opens under its id', () => {
  const plaintexts = [Buffer.from('one'), randomBytes(300_000), Buffer.from('one')]
  const records = plaintexts.map((plaintext) => ({
    type: recordTypes.data,
    id: keys.chunkId(recordTypes.data, plaintext),
    plaintext,
  }))
  const pack = sealPack(keys, { kind: 'data', records, compression: 'default', randomBytes })
  const { entries } = readWholePackIndex(pack.bytes)
  expect(entries).toHaveLength(2)
  expect(entries.reduce((sum, { length }) => sum + length, 0)).toBe(pack.recordBytes)
  for (const [index, { offset, length }] of entries.entries())
    expect(openRecord(pack.bytes.subarray(offset, offset + length), keys).plaintext.equals(plaintexts[index]!)).toBe(true)
  expect(() => sealPack(keys, { kind: 'data', records: [], compression: 'default', randomBytes })).toThrow(RangeError)
})

test('a folder lists what lies in it in the order of bytes, whatever the order it came in', () => {
  const nodes = new Map<string, Buffer>()
  const emit = (id: Buffer, plaintext: Buffer) => void nodes.set(id.toString('hex'), Buffer.from(plaintext))
  const files = ['b', 'ä', 'a', 'B'].map((name) => {
    const file = new DepositedFile(keys, emit, { name: Buffer.from(name), changedMs: 1_790_000_000_000.7 })
    file.setInline(Buffer.from(name))
    return file.finish()
  })
  const tree = folderTree(keys, files, emit)
  const node = readTreeNode(nodes.get(tree.toString('hex'))!)
  if (node.kind !== 'leaf') throw new Error('four names are one leaf')
  expect(node.entries.map(({ name }) => name.toString())).toEqual(['B', 'a', 'b', 'ä'])
  expect(node.entries[0]).toMatchObject({ type: 'file', mode: 0o644, uid: 0, size: 1, mtimeNs: 1_790_000_000_000_000_000n })
  expect(depositedFolder({ name: Buffer.from('in'), changedMs: 0, tree })).toMatchObject({ type: 'directory', mode: 0o755, tree })
  const large = new DepositedFile(keys, emit, { name: Buffer.from('x'), changedMs: 0 })
  expect(() => large.setInline(Buffer.alloc(513))).toThrow(RangeError)
})
