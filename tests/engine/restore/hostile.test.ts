// Whoever has a repository's key can put any tree into a version: another computer of the same customer, taken over by somebody else.
// Nothing of that may reach out of the folder that a person restores into.

import { mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ChunkId, RecordSource, TreeEntry } from '../../../engine/index.ts'
import { testRepository } from '../../support/engine-repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { VersionWriter } from '../../support/version-writer.ts'

/** A folder with a destination and something outside of it that must stay as it is. */
function scene() {
  const folder = temporaryFolder()
  const outside = join(folder.path, 'outside')
  const destination = join(folder.path, 'destination')
  mkdirSync(outside)
  mkdirSync(destination)
  writeFileSync(join(outside, 'precious'), 'precious')
  return {
    ...{ outside, destination },
    expectUntouched() {
      expect(readdirSync(outside)).toEqual(['precious'])
      expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious')
      expect(readdirSync(folder.path).sort()).toEqual(['destination', 'outside'])
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

describe('a tree that no backup made', () => {
  const badNames = ['..', '.', '', 'a/b', '../outside/x', '/etc/x', 'a\0b']
  test.each(badNames)('with a file called %j loses the folder it stands in, no more', async (name) => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => {
      const bad = writer.leaf([writer.file(name, Buffer.from('evil'))])
      return writer.tree([writer.directory('bad', bad), writer.file('good', Buffer.from('good'))])
    })
    const result = await repository.restore(root, place.destination, { overwrite: 'always' })
    expect(result.failed.map(({ path, code }) => `${path} ${code}`)).toEqual(['/bad tree-damaged'])
    expect(readdirSync(place.destination).sort()).toEqual(['bad', 'good'])
    expect(readdirSync(join(place.destination, 'bad'))).toEqual([])
    place.expectUntouched()
  })

  const wrongOrders: { title: string; tree: (writer: VersionWriter, outside: string) => ChunkId }[] = [
    {
      title: 'a link and a folder of the same name in one record',
      tree: (writer, outside) =>
        writer.leaf([
          writer.symlink('x', outside),
          writer.directory('x', writer.tree([writer.file('evil', Buffer.from('evil'))])),
        ]),
    },
    {
      title: 'a link and a folder of the same name in two records',
      tree: (writer, outside) => {
        const folder = writer.directory('x', writer.tree([writer.file('evil', Buffer.from('evil'))]))
        return writer.tree([writer.symlink('x', outside), folder], 1)
      },
    },
    {
      title: 'names out of order',
      tree: (writer) => writer.leaf([writer.file('b', Buffer.from('b')), writer.file('a', Buffer.from('a'))]),
    },
  ]
  test.each(wrongOrders)('with $title is refused', async ({ tree }) => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => writer.tree([writer.directory('bad', tree(writer, place.outside))]))
    const result = await repository.restore(root, place.destination, { overwrite: 'always' })
    expect(result.failed.map(({ path, code }) => `${path} ${code}`)).toEqual(['/bad tree-damaged'])
    place.expectUntouched()
  })

  test('with chunks that are longer or shorter than the file says costs these files', async () => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => {
      const id = writer.data(Buffer.from('ten bytes!'))
      const file = (name: string, length: number): TreeEntry => {
        const content = { kind: 'chunks', items: [{ kind: 'data', length, id }] } as const
        return { ...writer.file(name, Buffer.alloc(0)), size: length, content } as TreeEntry
      }
      return writer.tree([file('right', 10), file('short', 9), file('long', 11)])
    })
    const result = await repository.restore(root, place.destination)
    expect(result.failed.map(({ path, code }) => `${path} ${code}`).sort()).toEqual(['/long tree-damaged', '/short tree-damaged'])
    expect(readdirSync(place.destination)).toEqual(['right'])
  })

  test('with a chunk longer than any is refused with its folder', async () => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => {
      const items = [{ kind: 'data', length: 2 ** 33, id: writer.data(Buffer.from('ten bytes!')) }] as const
      const endless = {
        ...writer.file('endless', Buffer.alloc(0)),
        size: 2 ** 33,
        content: { kind: 'chunks', items },
      } as TreeEntry
      return writer.tree([writer.directory('bad', writer.leaf([endless])), writer.file('good', Buffer.from('good'))])
    })
    const result = await repository.restore(root, place.destination)
    expect(result.failed.map(({ path, code }) => `${path} ${code}`)).toEqual(['/bad limit-exceeded'])
    expect(readdirSync(place.destination).sort()).toEqual(['bad', 'good'])
  })

  test('with a list that does not add up costs that file', async () => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => {
      const list = writer.list([{ kind: 'data', length: 4, id: writer.data(Buffer.from('four')) }])
      const large = { ...writer.file('large', Buffer.alloc(0)), size: 5, content: { kind: 'list', id: list } } as TreeEntry
      return writer.tree([large, writer.file('other', Buffer.from('other'))])
    })
    const result = await repository.restore(root, place.destination)
    expect(result.failed.map(({ path, code }) => `${path} ${code}`)).toEqual(['/large tree-damaged'])
    expect(readdirSync(place.destination)).toEqual(['other'])
  })
})

describe('links', () => {
  test('that point anywhere come back as they were, and nothing goes through them', async () => {
    using place = scene()
    const repository = await testRepository()
    const first = await repository.commit((writer) =>
      writer.tree([writer.symlink('x', place.outside), writer.symlink('y', '../outside/precious')]),
    )
    await repository.restore(first, place.destination)
    expect(readlinkSync(join(place.destination, 'x'))).toBe(place.outside)
    // a later version has a folder and a file of these names
    const second = await repository.commit((writer) => {
      const folder = writer.tree([writer.file('precious', Buffer.from('evil')), writer.file('new', Buffer.from('evil'))])
      return writer.tree([writer.directory('x', folder), writer.file('y', Buffer.from('evil'))])
    })
    for (const overwrite of ['never', 'older', 'both', 'changed', 'always'] as const) {
      const result = await repository.restore(second, place.destination, { overwrite })
      expect(result.failed).toEqual([])
      place.expectUntouched()
    }
    expect(readFileSync(join(place.destination, 'x/precious'), 'utf8')).toBe('evil')
    expect(readFileSync(join(place.destination, 'y'), 'utf8')).toBe('evil')
  })

  test('that lie on the way to what is restored are not followed', async () => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => {
      const inner = writer.tree([writer.file('evil', Buffer.from('evil'))])
      return writer.tree([writer.directory('home', writer.tree([writer.directory('ann', inner)]))])
    })
    symlinkSync(place.outside, join(place.destination, 'home'))
    for (const overwrite of ['never', 'older'] as const) {
      const result = await repository.restore(root, place.destination, { overwrite, selection: [Buffer.from('/home/ann')] })
      expect(result.files).toBe(0)
      place.expectUntouched()
    }
    await repository.restore(root, place.destination, { overwrite: 'changed', selection: [Buffer.from('/home/ann')] })
    expect(readFileSync(join(place.destination, 'home/ann/evil'), 'utf8')).toBe('evil')
    place.expectUntouched()
  })
})

describe('a folder that somebody swaps for a link while its files are on the way', () => {
  test('keeps what is written into it; nothing lands where the link points', async () => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => {
      const files = Array.from({ length: 20 }, (_, index) => writer.file(`file ${index}`, Buffer.alloc(2000, index)))
      return writer.tree([writer.directory('folder', writer.tree(files))])
    })
    const attacked = join(place.destination, 'folder')
    let isSwapped = false
    const records: RecordSource = {
      async *readRecords(ids) {
        for await (const record of repository.repository.readRecords(ids)) {
          yield record
        }
        if (ids.length > 1 && !isSwapped) {
          // the folder is there and open to us, its files are not
          isSwapped = true
          renameSync(attacked, join(place.destination, 'moved'))
          symlinkSync(place.outside, attacked)
        }
      },
    }
    const result = await repository.restore(root, place.destination, { records })
    expect(isSwapped).toBe(true)
    place.expectUntouched()
    expect(result.files + result.failedCount).toBe(20)
  })
})

describe('temporary names', () => {
  test('do not hang on the length of a name, and none is left', async () => {
    using place = scene()
    const repository = await testRepository()
    const names = ['x'.repeat(255), 'ä'.repeat(127), 'y'.repeat(256)]
    const root = await repository.commit((writer) => writer.tree(names.map((name) => writer.file(name, Buffer.from(name)))))
    const result = await repository.restore(root, place.destination)
    expect(result.failed.map(({ code }) => code)).toEqual(['ENAMETOOLONG'])
    expect(readdirSync(place.destination).sort()).toEqual(names.slice(0, 2).sort())
  })
})

describe('what was selected', () => {
  test('and is not in the version, is reported', async () => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => writer.tree([writer.file('a', Buffer.from('a'))]))
    const selection = [Buffer.from('/a'), Buffer.from('/../../etc'), Buffer.from('/a/b'), Buffer.from('/nothing')]
    const result = await repository.restore(root, place.destination, { selection })
    expect(result.files).toBe(1)
    expect(result.failed.map(({ path, code }) => `${path} ${code}`)).toEqual([
      '/../../etc not-in-version',
      '/nothing not-in-version',
    ])
  })

  test('twice by the same name cannot be put side by side', async () => {
    using place = scene()
    const repository = await testRepository()
    const root = await repository.commit((writer) => {
      const folder = writer.tree([writer.file('report', Buffer.from('a'))])
      return writer.tree([writer.directory('2024', folder), writer.directory('2025', folder)])
    })
    const selection = [Buffer.from('/2024/report'), Buffer.from('/2025/report')]
    const destination = { kind: 'folder', path: Buffer.from(place.destination), strip: true } as const
    await expect(repository.restore(root, '', { selection, destination })).rejects.toMatchObject({ fault: 'ambiguous-selection' })
    expect(readdirSync(place.destination)).toEqual([])
  })
})
