// Every decoder on bytes that nobody promised anything about: an answer or a FormatError, soon, in little memory.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../../engine/format/bytes.ts'
import { readGoneFile } from '../../../engine/format/gone-file.ts'
import { readEnvelope } from '../../../engine/format/snapshot-envelope.ts'
import { writeLeafHead } from '../../../engine/format/tree.ts'
import { writeTreeEntry } from '../../../engine/format/tree-entry.ts'
import {
  encodeEnvelope,
  encodeKeySlotFile,
  encodeRepositoryFile,
  encodeSnapshotBody,
  encodeSnapshotFile,
  openKeySlot,
  openRecord,
  PackScanner,
  parseRepositoryUid,
  readHeader,
  readKeySlotFile,
  readListNode,
  readRepositoryFile,
  readSnapshotBody,
  readSnapshotFile,
  readTreeNode,
  readWholePackIndex,
  recordTypes,
  salvageRecords,
  sealKeySlot,
} from '../../../engine/index.ts'
import { bytes, envelopes, snapshotBodies } from '../arbitraries.ts'
import { decodesOrRefuses } from '../expect-format-error.ts'
import { fixedBytes, keys, packOf, sealed, secrets } from '../repository/sealed-samples.ts'

const slotKey = fixedBytes('slot key', 32)
const slot = sealKeySlot({ id: 'a', kind: 'device', salt: fixedBytes('slot salt', 32) }, slotKey, secrets)
const [envelope] = fc.sample(envelopes, { numRuns: 1, seed: 1 })
const [body] = fc.sample(snapshotBodies, { numRuns: 1, seed: 1 })
const envelopeBytes = encodeEnvelope(envelope!)
const snapshot = sealed({
  type: recordTypes.snapshot,
  plaintext: encodeSnapshotBody(body!),
  refs: [envelope!.root],
  prefix: envelopeBytes,
})
const data = { type: recordTypes.data, plaintext: fixedBytes('data', 300) }

function scanned(pack: Buffer): unknown {
  const scanner = new PackScanner()
  scanner.push(pack)
  return scanner.finish()
}

const decoders: readonly { name: string; decode: (given: Buffer) => unknown; sample: Buffer }[] = [
  { name: 'tree', decode: readTreeNode, sample: Buffer.from('00000001', 'hex') },
  { name: 'tree index', decode: readTreeNode, sample: Buffer.concat([Buffer.from('01010161', 'hex'), Buffer.alloc(32)]) },
  { name: 'list', decode: readListNode, sample: Buffer.concat([Buffer.from('000102', 'hex'), Buffer.alloc(32)]) },
  { name: 'record header', decode: (given) => readHeader(given), sample: sealed(data) },
  { name: 'record', decode: (given) => openRecord(given, keys), sample: sealed(data) },
  { name: 'pack', decode: readWholePackIndex, sample: packOf('data', [data]) },
  { name: 'pack passing by', decode: scanned, sample: packOf('data', [data]) },
  { name: 'salvage', decode: (given) => [...salvageRecords(given)], sample: packOf('data', [data]) },
  { name: 'snapshot file', decode: readSnapshotFile, sample: encodeSnapshotFile(envelopeBytes, snapshot) },
  { name: 'envelope', decode: readEnvelope, sample: envelopeBytes },
  { name: 'snapshot body', decode: readSnapshotBody, sample: encodeSnapshotBody(body!) },
  {
    name: 'gone file',
    decode: readGoneFile,
    sample: Buffer.concat([Buffer.from([envelopeBytes.length, 0, 0, 0]), envelopeBytes, Buffer.alloc(32)]),
  },
  {
    name: 'key slot',
    decode: (given) => openKeySlot(readKeySlotFile(given), secrets.uid, slotKey),
    sample: encodeKeySlotFile(slot),
  },
  {
    name: 'repository.json',
    decode: readRepositoryFile,
    sample: encodeRepositoryFile({ uid: parseRepositoryUid(secrets.uid), createdMs: 1 }),
  },
]

describe.each(decoders)('$name', ({ decode, sample }) => {
  test('answers or refuses random bytes', () => {
    fc.assert(
      fc.property(bytes({ max: 400 }), (given) => {
        decodesOrRefuses(() => decode(given))
      }),
      { numRuns: 500 },
    )
  })

  test('answers or refuses real bytes that were cut, changed, doubled and joined', () => {
    const parts = fc.array(
      fc.oneof(
        fc
          .tuple(fc.nat({ max: sample.length }), fc.nat({ max: sample.length }))
          .map(([a, b]) => sample.subarray(Math.min(a, b), Math.max(a, b))),
        fc.constant(sample),
        bytes({ max: 20 }),
      ),
      { maxLength: 4 },
    )
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 6 })
    fc.assert(
      fc.property(parts, changes, (pieces, overwritten) => {
        const given = Buffer.concat(pieces)
        for (const [place, value] of overwritten) if (given.length > 0) given[place % given.length] = value
        decodesOrRefuses(() => decode(given))
      }),
      { numRuns: 1_000 },
    )
  })
})

/** 1 MiB of the shortest entries there are: symbolic links with names of three bytes. */
function leafOfSmallLinks(count: number): Buffer {
  const to = new ByteWriter()
  writeLeafHead(to, count)
  const common = { type: 'symlink', mode: 0, uid: 0, gid: 0, mtimeNs: 0n, target: Buffer.from('t'), extensions: [] } as const
  for (let n = 0; n < count; n++) {
    writeTreeEntry(to, { ...common, name: Buffer.from([0x30 + (n >>> 12), 0x30 + ((n >>> 6) & 63), 0x30 + (n & 63)]) })
  }
  return Buffer.from(to.view())
}

test('the leaf of the smallest entries is one that is read', () => {
  expect(readTreeNode(leafOfSmallLinks(55_000))).toMatchObject({ kind: 'leaf' })
})

describe('8 MiB made to cost as much as they can', () => {
  const size = 8 * 1024 * 1024
  const repeat = (hex: string) => Buffer.alloc(size, Buffer.from(hex, 'hex'))
  test.each([
    { title: 'a leaf of the smallest entries', decode: readTreeNode, given: leafOfSmallLinks(55_000) },
    { title: 'an index', decode: readTreeNode, given: Buffer.concat([Buffer.from('018020', 'hex'), repeat('0161')]) },
    {
      title: 'a list of the smallest holes',
      decode: readListNode,
      given: Buffer.concat([Buffer.from('008020', 'hex'), repeat('03')]),
    },
    { title: 'brackets', decode: readSnapshotBody, given: Buffer.alloc(size, '[') },
    { title: 'small objects', decode: readSnapshotBody, given: Buffer.from(`{"skipped":[${'{},'.repeat(size / 3 - 10)}{}]}`) },
    { title: 'magic words', decode: (given: Buffer) => [...salvageRecords(given)], given: Buffer.alloc(size, 'HFR1') },
    {
      title: 'headers but for their checksums',
      decode: (given: Buffer) => [...salvageRecords(given)],
      given: repeat('4846523101010000010000000000000000000000'),
    },
    {
      title: 'magic words after a pack head',
      decode: scanned,
      given: Buffer.concat([packOf('data', [data]).subarray(0, 32), Buffer.alloc(size, 'HFR1')]),
    },
  ])('$title', ({ decode, given }) => {
    const before = { ms: performance.now(), rss: process.memoryUsage().rss }
    decodesOrRefuses(() => decode(given))
    expect(performance.now() - before.ms).toBeLessThan(30_000)
    expect(process.memoryUsage().rss - before.rss).toBeLessThan(512 * 1024 * 1024)
  })
})
