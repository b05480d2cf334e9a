/** How much is selected and what it meets, over trees in memory; and what a computer is told of a version that is damaged. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../../engine/format/bytes.ts'
import { writeTreeEntry } from '../../../engine/format/tree-entry.ts'
import {
  type ChunkId,
  chunkKey,
  deriveKeys,
  FormatError,
  type PlaintextSource,
  StorageError,
  type TreeEntry,
} from '../../../engine/index.ts'
import { TreeBuilder } from '../../../engine/repository/tree-builder.ts'
import { createRestorePlans } from '../../../server/restore-orders/plan-restores.ts'
import { restoreProblems } from '../../../server/restore-orders/restore-problems.ts'
import { restoreTask } from '../../../server/restore-orders/restore-task.ts'
import { estimateAgainst, selectionFacts } from '../../../server/restore-orders/selection-facts.ts'
import { parseId } from '../../../server/runtime/ids.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import { type Folder, fileEntry, folderEntry } from '../../support/store-tree.ts'

const keys = deriveKeys({ uid: randomBytes(16), dedupKey: randomBytes(32), encryptionKeys: [randomBytes(32)] })
const records = new Map<string, Buffer>()
const spoiled = new Map<string, Error>()
const source: PlaintextSource = {
  readPlaintexts: async (ids) => {
    for (const id of ids) if (spoiled.has(chunkKey(id))) throw spoiled.get(chunkKey(id))!
    return new Map(ids.map((id) => [chunkKey(id), records.get(chunkKey(id))!]))
  },
}

function tree(folder: Folder): ChunkId {
  const builder = new TreeBuilder(keys, (id, plaintext) => records.set(chunkKey(id), Buffer.from(plaintext)))
  for (const [name, entry] of [...folder].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const to = new ByteWriter()
    writeTreeEntry(to, { name: Buffer.from(name), ...entry } as TreeEntry)
    builder.add(Buffer.from(name), Buffer.from(to.view()))
  }
  return builder.finish()
}

const files = (names: readonly string[], words = 'the same') =>
  new Map(names.map((name) => [name, fileEntry(name.startsWith('changed') ? `${words} ${name}` : name)] as const))
const rootOf = (home: ChunkId) => tree(new Map([['home', folderEntry(home)]]))
const home = [[Buffer.from('home')]]
const always = () => true
const many = Array.from({ length: 30_000 }, (_, index) => `file ${index}`)
const large = { root: rootOf(tree(files([...many, 'changed', 'missing']))) }
const now = { root: rootOf(tree(files([...many, 'changed', 'extra'], 'another'))) }

describe('what is selected', () => {
  test('is counted to its end, however much it is', async () => {
    expect(await selectionFacts(source, large, { paths: home, goesOn: always })).toMatchObject({
      ...{ files: 30_002, folders: 1, isWhole: true },
      found: home,
    })
  })

  test('that takes too long is said to be more', async () => {
    let left = 100
    const goesOn = () => left-- > 0
    expect(await selectionFacts(source, large, { paths: home, goesOn })).toMatchObject({ files: 99, isWhole: false })
  })

  test('is compared by what differs, so that a large folder is compared whole', async () => {
    const selected = await selectionFacts(source, large, { paths: home, goesOn: always })
    const compare = (goesOn: () => boolean) =>
      estimateAgainst(source, { version: large, newest: now, selected }, { paths: home, goesOn })
    expect(await compare(always)).toEqual({ different: 1, missing: 1, extra: 1, same: 30_000, isWhole: true })
    expect(await compare(() => false)).toMatchObject({ isWhole: false })
  })

  test.each([
    { title: 'a folder that is gone', newer: files(['a']), expect: { missing: 1, extra: 0 } },
    {
      title: 'a folder that has come',
      newer: new Map([['new', folderEntry(tree(files(['x', 'y'])))]]),
      expect: { missing: 2, extra: 2 },
    },
  ])('$title counts by its files', async ({ newer, expect: wanted }) => {
    const version = { root: rootOf(tree(new Map([...files(['a']), ['old', folderEntry(tree(files(['b'])))]]))) }
    const newest = { root: rootOf(tree(newer)) }
    const selected = await selectionFacts(source, version, { paths: home, goesOn: always })
    const estimate = await estimateAgainst(source, { version, newest, selected }, { paths: home, goesOn: always })
    expect(estimate).toMatchObject(wanted)
  })
})

describe('of a version that is damaged', () => {
  const inner = tree(files(['a', 'b']))
  const version = {
    root: tree(
      new Map([
        ['whole', fileEntry('x')],
        ['home', folderEntry(inner)],
      ]),
    ),
  }
  const paths = [[Buffer.from('home'), Buffer.from('a')], [Buffer.from('whole')], [Buffer.from('never')]]
  const snapshot = { ...version, id: parseId('snap', `snap_${'a'.repeat(20)}`) } as Snapshot
  const wish = {
    ...({ mode: 'revert', place: { kind: 'original' }, rule: 'replace-all', paths } as const),
    restoreId: parseId('rst', `rst_${'a'.repeat(20)}`),
  }
  const task = () => restoreTask({ source, version: snapshot }, wish)

  test('what lies behind the damage is neither there nor absent: the computer is told so', async () => {
    spoiled.set(chunkKey(inner), new FormatError('record-damaged', 'spoiled'))
    const { items, absent, lost } = await task()
    expect(items).toHaveLength(1)
    expect([absent, lost].map((list) => list.map(String))).toEqual([['never'], ['home/a']])
    expect(await selectionFacts(source, version, { paths, goesOn: always })).toMatchObject({
      ...{ files: 1, isWhole: false },
      found: paths.slice(0, 2),
    })
  })

  test('a disk that is away says nothing of what the version has', async () => {
    spoiled.set(chunkKey(inner), new StorageError('unreachable', 'away'))
    await expect(task()).rejects.toMatchObject({ fault: 'unreachable' })
    const plans = createRestorePlans({
      repositories: { find: async () => ({}) },
      plaintexts: { source: () => source },
    } as unknown as Parameters<typeof createRestorePlans>[0])
    const refused = await plans.taskOf(snapshot, wish).catch((error: unknown) => error)
    // The computer waits, and asks again.
    expect(restoreProblems(refused)).toMatchObject({ code: 'HF-NOT-READY' })
  })
})
