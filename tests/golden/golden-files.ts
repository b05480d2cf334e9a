// The golden files, as today's code writes them from fixed secrets, salts and contents. golden.test.ts holds them against the bytes
// that are kept here; scripts/write-golden-files.ts writes those, once for each format.

import { createHash } from 'node:crypto'
import { ByteWriter } from '../../engine/format/bytes.ts'
import { encodeGoneFile } from '../../engine/format/gone-file.ts'
import { writeListChildren, writeListItems } from '../../engine/format/list.ts'
import { writeLeafHead, writeTreeIndex } from '../../engine/format/tree.ts'
import { writeTreeEntry } from '../../engine/format/tree-entry.ts'
import {
  type ChunkId,
  deriveKeys,
  encodeEnvelope,
  encodeKeySlotFile,
  encodeNoteFile,
  encodeRepositoryFile,
  encodeSnapshotBody,
  encodeSnapshotFile,
  keySlotFileName,
  managedSlotKey,
  type PackKind,
  parseDeviceId,
  parseRepositoryUid,
  type RepositorySecrets,
  readSnapshotFile,
  recordTypes,
  recoverySlotKey,
  refsOfPlaintext,
  type SnapshotBody,
  sealKeySlot,
  sealRecord,
  snapshotFileName,
  type TreeEntry,
} from '../../engine/index.ts'
import type { RecordType } from '../../engine/model/record-type.ts'
import { PackWriter } from '../../engine/repository/pack-writer.ts'
import type { RecordToSeal } from '../../engine/repository/record.ts'

const fixed = (words: string, length = 32) => createHash('shake256', { outputLength: length }).update(`golden ${words}`).digest()

export const goldenSecrets: RepositorySecrets = {
  uid: fixed('uid', 16),
  dedupKey: fixed('DRK'),
  encryptionKeys: [fixed('ERK 1'), fixed('ERK 2')],
}
export const goldenMasterKey = fixed('master key')
export const goldenRecoverySecret = fixed('recovery secret')
export const goldenDeviceKey = fixed('device key')
export const goldenKeys = deriveKeys(goldenSecrets)

function plaintext(write: (to: ByteWriter) => void): Buffer {
  const to = new ByteWriter(64)
  write(to)
  return Buffer.from(to.view())
}

function toSeal(type: RecordType, content: Buffer, refs = refsOfPlaintext(type, content)): RecordToSeal {
  const chunkId = goldenKeys.chunkId(type, content)
  return { type, plaintext: content, chunkId, refs, compression: 'default', salt: fixed(`salt ${chunkId.toString('hex')}`) }
}

const words = Buffer.from('A file of more than 512 bytes, which compresses well. '.repeat(40))
const noise = fixed('noise', 2_000)
const chunks = { words: toSeal(recordTypes.data, words), noise: toSeal(recordTypes.data, noise) }
const item = (chunk: RecordToSeal) => ({ kind: 'data' as const, length: chunk.plaintext.length, id: chunk.chunkId })

/** 20 runs: more than an entry may name. */
const runs = Array.from({ length: 10 }, () => [item(chunks.noise), { kind: 'hole' as const, length: 2 ** 32 }]).flat()
const runsBytes = runs.reduce((sum, run) => sum + run.length, 0)
const list = toSeal(
  recordTypes.list,
  plaintext((to) => writeListItems(to, runs)),
)
const listAbove = toSeal(
  recordTypes.list,
  plaintext((to) => writeListChildren(to, 1, [{ length: runsBytes, id: list.chunkId }])),
)

const common = { mode: 0o640, uid: 1000, gid: 100, mtimeNs: 1_700_000_000_123_456_789n, extensions: [] }
const file = { ...common, type: 'file' as const }
const folder = (name: string, tree: ChunkId): TreeEntry => ({
  ...common,
  name: Buffer.from(name),
  mode: 0o755,
  type: 'directory',
  tree,
})
const leaf = (entries: readonly TreeEntry[]) =>
  toSeal(
    recordTypes.tree,
    plaintext((to) => {
      writeLeafHead(to, entries.length)
      for (const entry of entries.toSorted((a, b) => Buffer.compare(a.name, b.name))) writeTreeEntry(to, entry)
    }),
  )

const wordsContent = { kind: 'chunks' as const, items: [item(chunks.words)] }
const kinds = leaf([
  { ...file, name: Buffer.from('empty'), size: 0, content: { kind: 'empty' }, mtimeNs: -1n },
  { ...file, name: Buffer.from('inline'), size: 5, content: { kind: 'inline', bytes: Buffer.from('short') } },
  { ...file, name: Buffer.from('ca\xf1on', 'latin1'), size: words.length, content: wordsContent },
  { ...file, name: Buffer.from('large'), size: runsBytes, content: { kind: 'list', id: listAbove.chunkId } },
  {
    ...file,
    type: 'hardlink',
    name: Buffer.from('one name'),
    size: words.length,
    content: wordsContent,
    device: 2n,
    inode: 2n ** 64n - 1n,
  },
  { ...common, type: 'symlink', name: Buffer.from('link'), mode: 0o777, target: Buffer.from('../Übung') },
  { ...common, type: 'special', name: Buffer.from('pipe'), special: 'fifo', deviceNumber: 0 },
  {
    ...file,
    name: Buffer.from('attributed'),
    size: 0,
    content: { kind: 'empty' },
    extensions: [{ key: Buffer.from('xattr:user.mood'), value: Buffer.from('good') }],
  },
])
const noEntries = leaf([])
const firstLeaf = leaf([folder('a', noEntries.chunkId), folder('b', kinds.chunkId)])
const secondLeaf = leaf([folder('c', noEntries.chunkId)])
const root = toSeal(
  recordTypes.tree,
  plaintext((to) =>
    writeTreeIndex(to, 1, [
      { firstName: Buffer.from('a'), id: firstLeaf.chunkId },
      { firstName: Buffer.from('c'), id: secondLeaf.chunkId },
    ]),
  ),
)

const body: SnapshotBody = {
  job: 'documents',
  startedMs: 1_700_000_000_000,
  finishedMs: 1_700_000_001_000,
  takenMs: 1_700_000_000_000,
  verdict: 'partial',
  isCheckpoint: false,
  counts: {
    files: 6,
    directories: 3,
    symlinks: 1,
    others: 1,
    bytes: 42,
    skipped: 1,
    newFiles: 6,
    changedFiles: 0,
    unchangedFiles: 0,
    addedBytes: 42,
    addedStoredBytes: 64,
  },
  skipped: [{ path: Buffer.from('/ca\xf1on', 'latin1'), reason: 'unreadable', detail: 'EACCES: permission denied' }],
  sources: [Buffer.from('/a'), Buffer.from('/b')],
  excludes: ['*.tmp'],
  host: 'büro-pc',
  platform: 'linux',
  agentVersion: '0.1.0',
  tags: ['golden'],
  parent: undefined,
}

/** What somebody wrote about the version. */
export const goldenNote = {
  name: 'Vor dem großen Aufräumen',
  note: 'Everything as it was.\nThe old layout, too.',
  writtenMs: 1_700_000_300_000,
  by: 'ann@office.example',
}

function snapshotFile(): { name: string; bytes: Buffer; note: Buffer } {
  const place = { device: parseDeviceId('dev_golden'), seq: 7 }
  const envelope = encodeEnvelope({ ...place, root: root.chunkId, serverTimeMs: 1_700_000_002_000, previous: undefined })
  const record = sealRecord(goldenKeys, {
    ...toSeal(recordTypes.snapshot, encodeSnapshotBody(body), [root.chunkId]),
    prefix: envelope,
  })
  const bytes = encodeSnapshotFile(envelope, record)
  const { id } = readSnapshotFile(bytes)
  const note = encodeNoteFile(goldenKeys, { version: id, ...goldenNote }, fixed('salt of the note'))
  return { name: snapshotFileName({ ...place, id }), bytes, note }
}

function pack(kind: PackKind, records: readonly RecordToSeal[]): readonly [string, Buffer] {
  const writer = new PackWriter(Buffer.alloc(64 * 1024), goldenKeys, kind)
  for (const record of records) writer.add(record)
  const { id, bytes } = writer.finish()
  return [`${id.slice(0, 2)}/${id}`, Buffer.from(bytes)]
}

function slots(): readonly (readonly [string, Buffer])[] {
  const { uid } = goldenSecrets
  const given = [
    [{ id: 'managed-1', kind: 'managed' }, managedSlotKey(goldenMasterKey, uid, 'managed-1')],
    [{ id: 'recovery-1', kind: 'recovery' }, recoverySlotKey(goldenRecoverySecret, uid)],
    [{ id: 'device-1', kind: 'device' }, goldenDeviceKey],
  ] as const
  return given.map(([slot, key]) => {
    const sealed = sealKeySlot({ ...slot, salt: fixed(`salt of ${slot.id}`) }, key, goldenSecrets)
    return [`repository/${keySlotFileName(slot.id)}`, encodeKeySlotFile(sealed)]
  })
}

/** By name: a whole repository under repository/, and single records of each type under records/. */
export function goldenFiles(): ReadonlyMap<string, Buffer> {
  const snapshot = snapshotFile()
  const treePack = pack('tree', [list, listAbove, noEntries, kinds, firstLeaf, secondLeaf, root])
  const dataPack = pack('data', [chunks.words, chunks.noise])
  const record = (name: string, toBeSealed: RecordToSeal) =>
    [`records/${name}`, Buffer.from(sealRecord(goldenKeys, toBeSealed))] as const
  return new Map([
    [
      'repository/repository.json',
      encodeRepositoryFile({ uid: parseRepositoryUid(goldenSecrets.uid), createdMs: 1_700_000_000_000 }),
    ],
    ...slots(),
    [`repository/packs/${dataPack[0]}`, dataPack[1]],
    [`repository/packs/${treePack[0]}`, treePack[1]],
    [`repository/packs2/${treePack[0]}`, treePack[1]],
    [`repository/${snapshot.name}`, snapshot.bytes],
    [`repository/${snapshot.name}.note`, snapshot.note],
    ['records/gone', encodeGoneFile(readSnapshotFile(snapshot.bytes))],
    record('data', chunks.noise),
    record('data-zstd', chunks.words),
    record('list', listAbove),
    record('tree', secondLeaf),
    record('note', toSeal(recordTypes.note, Buffer.from('before the big tidy-up'))),
    record('box', toSeal(recordTypes.box, fixed('box', 100))),
  ])
}

/** Compressed ones are the same bytes only with the same zstd; which one, `zstd-version` says. */
export const zstdVersionFile = 'zstd-version'
