// What people and programs do in the folders that are being restored into, between the plan and the rename; and what the source does.

import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type ByPath,
  type ChunkId,
  type OverwriteRule,
  plaintextSource,
  type RecordSource,
  type RestoreSettings,
  type RevertResult,
  readHeader,
  recordTypes,
  revert,
  StorageError,
  selectFrom,
  type TreeEntry,
} from '../../../engine/index.ts'
import { setModifiedTimeAt } from '../../../engine/system/posix.ts'
import { countingRecords, type TestRepository, testRepository } from '../../support/engine-repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { VersionWriter } from '../../support/version-writer.ts'

const versionNs = 1_700_000_000_123_456_789n
const olderNs = versionNs - 1_000_000_000n

/** Calls `happens` once, before the first record that `when` says yes to is given. */
function interrupted(records: RecordSource, when: (record: Buffer) => boolean, happens: () => void): RecordSource {
  let isOver = false
  return {
    async *readRecords(ids, signal) {
      for await (const record of records.readRecords(ids, signal)) {
        if (!isOver && when(record)) {
          isOver = true
          happens()
        }
        yield record
      }
    },
  }
}

const isData = (record: Buffer) => readHeader(record).type === recordTypes.data

interface Scene {
  readonly repository: TestRepository
  readonly place: string
  run(
    tree: (writer: VersionWriter) => readonly TreeEntry[],
    overwrite: OverwriteRule,
    happens: () => void,
    when?: (record: Buffer) => boolean,
  ): ReturnType<TestRepository['restore']>
}

async function inScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  using base = temporaryFolder()
  const repository = await testRepository()
  const place = base.path
  await work({
    ...{ repository, place },
    async run(tree, overwrite, happens, when = isData) {
      const root = await repository.commit((writer) => writer.tree(tree(writer)))
      const records = interrupted(repository.repository, when, happens)
      const result = await repository.restore(root, place, { overwrite, records, verify: true })
      expect(readdirSync(place).filter((name) => name.startsWith('.holdfast'))).toEqual([])
      return result
    },
  })
}

function write(path: string, text: string | Buffer, mtimeNs: bigint): void {
  writeFileSync(path, text)
  setModifiedTimeAt(path, mtimeNs)
}

const reasons = ({ kept }: Awaited<ReturnType<Scene['run']>>) => kept.map(({ path, reason }) => `${path} ${reason}`)

describe('a file that is saved while its older version is on the way', () => {
  const bytes = Buffer.from('of the version')

  test('stays, under the rule "older"', () =>
    inScene(async ({ place, run }) => {
      const path = join(place, 'a')
      write(path, 'older', olderNs)
      const result = await run(
        (writer) => [writer.file('a', bytes)],
        'older',
        () => writeFileSync(path, 'saved'),
      )
      expect(readFileSync(path, 'utf8')).toBe('saved')
      expect(reasons(result)).toEqual(['/a not-older'])
      expect(result).toMatchObject({ files: 0, failedCount: 0, takenCount: 0 })
    }))

  test('stays when it was swapped for another file, and gives way when that is older as well', () =>
    inScene(async ({ place, run }) => {
      const path = join(place, 'a')
      write(path, 'older', olderNs)
      const result = await run(
        (writer) => [writer.file('a', bytes)],
        'older',
        () => {
          write(join(place, 'b'), 'other', olderNs)
          renameSync(join(place, 'b'), path)
        },
      )
      expect(readFileSync(path, 'utf8')).toBe('of the version')
      expect(result).toMatchObject({ files: 1, replaced: 1, keptCount: 0, verified: { files: 1 } })
    }))

  test('and gone, is there again', () =>
    inScene(async ({ place, run }) => {
      write(join(place, 'a'), 'older', olderNs)
      const result = await run(
        (writer) => [writer.file('a', bytes)],
        'older',
        () => rmSync(join(place, 'a')),
      )
      expect(readFileSync(join(place, 'a'), 'utf8')).toBe('of the version')
      expect(result).toMatchObject({ files: 1, keptCount: 0 })
    }))

  const saves: readonly [string, (path: string) => void][] = [
    ['over itself', (path) => writeFileSync(path, 'saved')],
    [
      'by a new one',
      (path) => {
        writeFileSync(`${path} new`, 'saved')
        renameSync(`${path} new`, path)
      },
    ],
  ]
  test.each(saves)('stays when bytes of it are used again: saved %s', (_, save) =>
    inScene(async ({ place, run }) => {
      const path = join(place, 'a')
      const large = Buffer.concat([Buffer.alloc(2000, 'a'), Buffer.alloc(2000, 'b')])
      write(path, Buffer.concat([large.subarray(0, 2000), Buffer.from('older')]), olderNs)
      const file = (writer: VersionWriter) => [writer.file('a', large, { chunkBytes: 2000 })]
      const result = await run(file, 'older', () => save(path))
      expect(readFileSync(path, 'utf8')).toBe('saved')
      expect(reasons(result)).toEqual(['/a not-older'])
      expect(result.failedCount).toBe(0)
    }),
  )

  test('stays when it would become a second name of a file', () =>
    inScene(async ({ place, run }) => {
      const path = join(place, 'b')
      write(path, 'older', olderNs)
      const names = (writer: VersionWriter) =>
        ['a', 'b'].map((name) => ({ ...writer.file(name, bytes), type: 'hardlink', device: 1n, inode: 1n }) as TreeEntry)
      const result = await run(names, 'older', () => writeFileSync(path, 'saved'))
      expect(readFileSync(join(place, 'a'), 'utf8')).toBe('of the version')
      expect(readFileSync(path, 'utf8')).toBe('saved')
      expect(reasons(result)).toEqual(['/b not-older'])
    }))
})

describe('a name that is taken while its file is on the way', () => {
  test.each(['never', 'older', 'always'] as const)('costs the file, and is not the rule: %s', (overwrite) =>
    inScene(async ({ place, run }) => {
      const path = join(place, 'a')
      const file = (writer: VersionWriter) => [writer.file('a', Buffer.from('of the version'))]
      const result = await run(file, overwrite, () => writeFileSync(path, 'mine'))
      expect(readFileSync(path, 'utf8')).toBe('mine')
      expect(reasons(result)).toEqual(['/a taken'])
      expect(result).toMatchObject({ files: 0, keptCount: 1, takenCount: 1 })
    }),
  )

  test('has another beside it where both are kept', () =>
    inScene(async ({ place, run }) => {
      writeFileSync(join(place, 'a.txt'), 'mine')
      const files = (writer: VersionWriter) => [
        writer.file('a.txt', Buffer.from('a of the version')),
        writer.file('a (restored).txt', Buffer.from('restored before')),
      ]
      const result = await run(files, 'both', () => undefined)
      const names = readdirSync(place)
      const contents = names.map((name) => readFileSync(join(place, name), 'utf8')).sort()
      expect(contents).toEqual(['a of the version', 'mine', 'restored before'])
      expect(result).toMatchObject({ files: 2, keptCount: 0, failedCount: 0 })
      expect(result.besideCount).toBeGreaterThanOrEqual(1)
    }))

  test('in a folder that was made for it: file, link and folder', () =>
    inScene(async ({ place, run }) => {
      const inside = join(place, 'made')
      const tree = (writer: VersionWriter) => {
        const below = writer.tree([writer.file('deep', Buffer.from('deep'))])
        const entries = [
          writer.file('File', Buffer.from('of the version')),
          writer.symlink('Link', 'there'),
          writer.directory('Folder', below),
        ]
        return [writer.directory('made', writer.tree(entries))]
      }
      // As a file system does that takes `file` and `File` for one name.
      const happens = () => {
        writeFileSync(join(inside, 'File'), 'mine')
        writeFileSync(join(inside, 'Link'), 'mine')
        mkdirSync(join(inside, 'Folder'))
        writeFileSync(join(inside, 'Folder', 'mine'), 'mine')
      }
      const result = await run(tree, 'both', happens, () => existsSync(inside))
      expect(readdirSync(inside).sort()).toEqual(['File', 'File (restored)', 'Folder', 'Link', 'Link (restored)'])
      expect(readdirSync(join(inside, 'Folder')).sort()).toEqual(['deep', 'mine'])
      expect(readlinkSync(join(inside, 'Link (restored)'))).toBe('there')
      expect(result).toMatchObject({ besideCount: 2, keptCount: 0, failedCount: 0 })
    }))
})

describe('what both are kept of, a second time', () => {
  test('is not put beside it again, whatever it is', () =>
    inScene(async ({ place, repository }) => {
      const root = await repository.commit((writer) => {
        const below = writer.tree([writer.file('deep', Buffer.from('deep'))])
        const bytes = Buffer.from('of the version')
        return writer.tree([
          ...[
            writer.directory('folder over file', below),
            writer.file('file over folder', bytes),
            writer.file('file over link', bytes),
          ],
          {
            ...writer.symlink('pipe', ''),
            type: 'special',
            special: 'fifo',
            deviceNumber: 0,
            mode: 0o600,
          } as unknown as TreeEntry,
        ])
      })
      writeFileSync(join(place, 'folder over file'), 'mine')
      writeFileSync(join(place, 'pipe'), 'mine')
      mkdirSync(join(place, 'file over folder'))
      symlinkSync('nowhere', join(place, 'file over link'))
      const first = await repository.restore(root, place, { overwrite: 'both' })
      expect(first).toMatchObject({ files: 3, others: 1, failedCount: 0, keptCount: 0 })
      const names = readdirSync(place).sort()
      expect(names).toHaveLength(8)
      const again = await repository.restore(root, place, { overwrite: 'both' })
      expect(readdirSync(place).sort()).toEqual(names)
      expect(readdirSync(join(place, 'folder over file (restored)'))).toEqual(['deep'])
      expect(again).toMatchObject({ files: 0, directories: 0, others: 0, unchanged: 4, failedCount: 0 })
    }))
})

/** As `revert` is called: `now` is what the version made before holds of the folder, `wanted` what the other one does. */
async function reverting(
  { place, repository }: Scene,
  now: (writer: VersionWriter) => readonly TreeEntry[],
  wanted: (writer: VersionWriter) => readonly TreeEntry[],
  more: { readonly records?: RecordSource; readonly onEnded?: (result: RevertResult) => void } = {},
  // Right after the last change of a test: whatever is changed from then on is touched.
  startedAtMs = Math.ceil(Math.max(...readdirSync(place).map((name) => lstatSync(join(place, name)).ctimeMs))) + 51,
): Promise<RevertResult> {
  const above = place.split('/').slice(1)
  const rootOf = (entries: (writer: VersionWriter) => readonly TreeEntry[]) =>
    repository.commit((writer) =>
      above.reduceRight((tree, name) => writer.tree([writer.directory(name, tree)]), writer.tree(entries(writer))),
    )
  const [before, root] = [await rootOf(now), await rootOf(wanted)]
  const source = plaintextSource(repository.repository, repository.secrets)
  const { items, absent } = await selectFrom(source, root, [Buffer.from(place)])
  const common = { records: repository.repository, secrets: repository.secrets, verify: true, randomBytes }
  return revert({ ...common, items, absent, before: { root: before, startedAtMs }, ...more })
}

describe('a revert', () => {
  test('takes away every name of a file, and replaces every name of one', () =>
    inScene(async (scene) => {
      const { place } = scene
      const bytes = Buffer.from('now')
      const replaced = ['one', 'two', 'three', 'four', 'five', 'six']
      const names = ['gone 1', 'gone 2', ...replaced, 'same']
      write(join(place, 'gone 1'), bytes, versionNs)
      for (const name of names.slice(1)) linkSync(join(place, 'gone 1'), join(place, name))
      const linked = (writer: VersionWriter) =>
        names.map((name) => ({ ...writer.file(name, bytes), type: 'hardlink', device: 1n, inode: 1n }) as TreeEntry)
      const wanted = (writer: VersionWriter) => [
        ...replaced.map((name) => writer.file(name, Buffer.from(name))),
        writer.file('same', bytes, { mode: 0o600, mtimeNs: olderNs }),
      ]
      const result = await reverting(scene, linked, wanted)
      expect(result).toMatchObject({
        removed: 2,
        leftCount: 0,
        keptCount: 0,
        files: 6,
        replaced: 6,
        unchanged: 1,
        failedCount: 0,
      })
      expect(replaced.map((name) => readFileSync(join(place, name), 'utf8'))).toEqual(replaced)
      expect(lstatSync(join(place, 'same'), { bigint: true }).mtimeNs).toBe(olderNs)
    }))

  test('leaves what is saved while its older version is on the way', () =>
    inScene(async (scene) => {
      const path = join(scene.place, 'a')
      write(path, 'now', versionNs)
      const file = (text: string) => (writer: VersionWriter) => [writer.file('a', Buffer.from(text))]
      const records = interrupted(scene.repository.repository, isData, () => writeFileSync(path, 'saved'))
      const result = await reverting(scene, file('now'), file('wanted'), { records })
      expect(readFileSync(path, 'utf8')).toBe('saved')
      expect(reasons(result)).toEqual([`${path} not-held`])
    }))

  test('that the source leaves in the middle is an error, and tells what it had taken away', () =>
    inScene(async (scene) => {
      const { place, repository } = scene
      const listed = Buffer.from('a file of seventeen and more chunks')
      write(join(place, 'a'), listed, versionNs)
      write(join(place, 'b'), 'b', versionNs)
      const now = (writer: VersionWriter) => [writer.file('a', listed, { chunkBytes: 1 }), writer.file('b', Buffer.from('b'))]
      const records = interrupted(
        repository.repository,
        (record) => readHeader(record).type === recordTypes.list,
        () => {
          throw new StorageError('unreachable', 'the box is away')
        },
      )
      let told: RevertResult | undefined
      const onEnded = (result: RevertResult) => {
        told = result
      }
      await expect(reverting(scene, now, () => [], { records, onEnded })).rejects.toThrow(StorageError)
      expect(told).toMatchObject({ removed: 1, leftCount: 0, files: 0 })
      expect(readdirSync(place)).toEqual(['a'])
    }))

  test('reads nothing of what it knows to be the same', () =>
    inScene(async (scene) => {
      const { place } = scene
      // A file of the size and time that the backup saw, and other bytes: a look at them would find that out.
      write(join(place, 'a'), 'other bytes.', versionNs)
      const entries = (writer: VersionWriter) => [writer.file('a', Buffer.from('known bytes.'))]
      const { ctimeNs } = lstatSync(join(place, 'a'), { bigint: true })
      expect(await reverting(scene, entries, entries)).toMatchObject({ files: 0, unchanged: 1, keptCount: 0 })
      expect(lstatSync(join(place, 'a'), { bigint: true }).ctimeNs).toBe(ctimeNs)
    }))
})

describe('a folder that both versions of a revert share', () => {
  test('is read once less, and loses nothing', () =>
    inScene(async (scene) => {
      const { place, repository } = scene
      for (const name of ['shared/deep', 'shared']) mkdirSync(join(place, name), { recursive: true })
      for (const name of ['shared/deep/file', 'shared gone', 'shared.gone']) write(join(place, name), 'now', versionNs)
      let tree: ChunkId | undefined
      const shared = (writer: VersionWriter) => {
        tree = writer.tree([writer.directory('deep', writer.tree([writer.file('file', Buffer.from('now'))]))])
        return writer.directory('shared', tree)
      }
      const gone = (writer: VersionWriter) => ['shared gone', 'shared.gone'].map((name) => writer.file(name, Buffer.from('now')))
      const records = countingRecords(repository.repository)
      const now = (writer: VersionWriter) => [shared(writer), ...gone(writer)]
      expect(await reverting(scene, now, (writer) => [shared(writer)], { records })).toMatchObject({
        ...{ removed: 2, leftCount: 0, files: 0, unchanged: 1, failedCount: 0 },
      })
      expect(readdirSync(place)).toEqual(['shared'])
      expect(readFileSync(join(place, 'shared/deep/file'), 'utf8')).toBe('now')
      // To know what is there, and to restore; not for what is wanted.
      expect(records.asked.filter((id) => id.equals(tree!))).toHaveLength(2)
    }))
})

describe('a source that goes away while a list is read', () => {
  const listed = Buffer.from('a file of seventeen and more chunks')
  const options: Partial<RestoreSettings & ByPath> = { overwrite: 'always' }

  test('ends the restore, and is no failure of that file', () =>
    inScene(async ({ place, repository }) => {
      const root = await repository.commit((writer) => writer.tree([writer.file('a', listed, { chunkBytes: 1 })]))
      writeFileSync(join(place, 'a'), 'something else')
      const records = interrupted(
        repository.repository,
        (record) => readHeader(record).type === recordTypes.list,
        () => {
          throw new StorageError('unreachable', 'the box is away')
        },
      )
      await expect(repository.restore(root, place, { ...options, records })).rejects.toThrow(StorageError)
      expect(readFileSync(join(place, 'a'), 'utf8')).toBe('something else')
    }))
})
