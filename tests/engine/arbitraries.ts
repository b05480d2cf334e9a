// What may stand in repository format 1, for fast-check: every value that an encoder must take and a decoder must give back.

import fc from 'fast-check'
import type { ByteWriter } from '../../engine/format/bytes.ts'
import { skipReasons, verdicts } from '../../engine/format/snapshot-body.ts'
import { type Extension, specialKinds } from '../../engine/format/tree-entry.ts'
import type {
  ChunkId,
  ContentItem,
  DeviceId,
  FileContent,
  SnapshotBody,
  SnapshotEnvelope,
  SnapshotId,
  TreeEntry,
} from '../../engine/index.ts'
import { rawRecordMaxBytes } from '../../engine/model/limits.ts'

/** Most bits at the edges: 0, 127, 128, 2^32, 2^53 - 1 and their neighbours. */
export const varints = fc.oneof(
  fc.maxSafeNat(),
  fc.tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -2, max: 2 })).map(([bits, off]) => clampSafe(2 ** bits + off)),
)

export const bytes = (limits: { min?: number; max?: number } = {}) =>
  fc.uint8Array({ minLength: limits.min ?? 0, maxLength: limits.max ?? 64 }).map((array) => Buffer.from(array))

export const chunkIds = bytes({ min: 32, max: 32 }) as fc.Arbitrary<Buffer> as fc.Arbitrary<ChunkId>

export const names = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text)),
    bytes({ min: 1, max: 40 }),
  )
  .map((name) => Buffer.from(name.map((byte) => (byte === 0 || byte === 0x2f ? 0x5f : byte))))
  .filter((name) => !['.', '..'].includes(name.toString('latin1')))

export const items: fc.Arbitrary<ContentItem> = fc.oneof(
  fc.record({ kind: fc.constant('data' as const), length: fc.integer({ min: 1, max: rawRecordMaxBytes }), id: chunkIds }),
  fc.record({ kind: fc.constant('hole' as const), length: fc.integer({ min: 1, max: 2 ** 45 }) }),
)

const fileContents: fc.Arbitrary<{ size: number; content: FileContent }> = fc.oneof(
  fc.constant({ size: 0, content: { kind: 'empty' as const } }),
  bytes({ min: 1, max: 512 }).map((inline) => ({ size: inline.length, content: { kind: 'inline' as const, bytes: inline } })),
  fc.array(items, { minLength: 1, maxLength: 16 }).map((list) => ({
    size: list.reduce((sum, item) => sum + item.length, 0),
    content: { kind: 'chunks' as const, items: list },
  })),
  fc.tuple(varints, chunkIds).map(([size, id]) => ({ size, content: { kind: 'list' as const, id } })),
)

const extensions: fc.Arbitrary<Extension[]> = fc
  .uniqueArray(fc.record({ key: bytes({ min: 1, max: 30 }), value: bytes({ max: 40 }) }), {
    maxLength: 4,
    selector: ({ key }) => key.toString('latin1'),
  })
  .map((list) => list.toSorted((a, b) => Buffer.compare(a.key, b.key)))

const common = {
  name: names,
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.nat({ max: 0xffffffff }),
  gid: fc.nat({ max: 0xffffffff }),
  mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  extensions,
}
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

export const entries: fc.Arbitrary<TreeEntry> = fc.oneof(
  fc.tuple(fc.record(common), fileContents).map(([base, file]) => ({ ...base, type: 'file' as const, ...file })),
  fc
    .tuple(fc.record({ ...common, device: u64, inode: u64 }), fileContents)
    .map(([base, file]) => ({ ...base, type: 'hardlink' as const, ...file })),
  fc.record({ ...common, type: fc.constant('directory' as const), tree: chunkIds }),
  fc.record({
    ...common,
    type: fc.constant('symlink' as const),
    target: bytes({ min: 1, max: 100 }).map((target) => Buffer.from(target.map((byte) => byte || 1))),
  }),
  fc.record({
    ...common,
    type: fc.constant('special' as const),
    special: fc.constantFrom(...(Object.keys(specialKinds) as (keyof typeof specialKinds)[])),
    deviceNumber: varints,
  }),
)

/** A directory: entries with names of their own, in order. */
export const directories = fc
  .uniqueArray(entries, { maxLength: 12, selector: ({ name }) => name.toString('latin1') })
  .map((list) => list.toSorted((a, b) => Buffer.compare(a.name, b.name)))

const hexIds = bytes({ min: 32, max: 32 }).map((id) => id.toString('hex') as SnapshotId)

export const envelopes: fc.Arbitrary<SnapshotEnvelope> = fc.record({
  root: chunkIds,
  seq: fc.integer({ min: 1, max: 10 ** 12 - 1 }),
  device: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/) as fc.Arbitrary<string> as fc.Arbitrary<DeviceId>,
  serverTimeMs: fc.maxSafeInteger(),
  previous: fc.option(hexIds, { nil: undefined }),
})

const texts = fc.string({ unit: 'grapheme', maxLength: 20 })
const counts = fc.maxSafeNat()

export const snapshotBodies: fc.Arbitrary<SnapshotBody> = fc.record({
  job: texts,
  startedMs: fc.maxSafeInteger(),
  finishedMs: fc.maxSafeInteger(),
  takenMs: fc.maxSafeInteger(),
  verdict: fc.constantFrom(...verdicts),
  isCheckpoint: fc.boolean(),
  counts: fc.record({
    files: counts,
    directories: counts,
    symlinks: counts,
    others: counts,
    bytes: counts,
    skipped: counts,
    newFiles: counts,
    changedFiles: counts,
    unchangedFiles: counts,
    addedBytes: counts,
    addedStoredBytes: counts,
  }),
  skipped: fc.array(fc.record({ path: bytes(), reason: fc.constantFrom(...skipReasons), detail: texts }), { maxLength: 5 }),
  sources: fc.array(bytes(), { maxLength: 3 }),
  excludes: fc.array(texts, { maxLength: 3 }),
  host: texts,
  platform: texts,
  agentVersion: texts,
  tags: fc.array(texts, { maxLength: 3 }),
  parent: fc.option(hexIds, { nil: undefined }),
})

/** What a writer was given, copied out. */
export function written(writer: ByteWriter): Buffer {
  return Buffer.from(writer.view())
}

function clampSafe(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, value))
}
