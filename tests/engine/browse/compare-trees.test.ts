import { beforeAll, describe, expect, test } from 'vitest'
import {
  type ChunkId,
  chunkKey,
  compareTrees,
  openVersion,
  type PlaintextSource,
  plaintextSource,
} from '../../../engine/index.ts'
import { type TestRepository, testRepository } from '../../support/engine-repository.ts'

const many = Array.from({ length: 20_000 }, (_, index) => `file ${String(index).padStart(5, '0')}`)

describe('two versions of a folder', () => {
  let made: TestRepository
  let roots: readonly [ChunkId, ChunkId]
  let read: number

  beforeAll(async () => {
    made = await testRepository()
    const commit = (isLater: boolean) =>
      made.commit((writer) => {
        const content = (name: string) => Buffer.from(isLater && name === 'file 07777' ? 'changed' : name)
        const names = isLater ? [...many.filter((name) => name !== 'file 19900'), 'zzz'] : many
        const large = writer.tree(
          names.map((name) => writer.file(name, content(name))),
          500,
        )
        const deep = writer.tree([writer.file('inner', Buffer.from(isLater ? 'two' : 'one'))])
        const odd = isLater ? writer.directory('odd', writer.tree([])) : writer.file('odd', Buffer.from('x'))
        return writer.tree([
          writer.directory('deep', writer.tree([writer.directory('deeper', deep)])),
          writer.directory('large', large),
          odd,
          writer.directory('same', writer.tree([writer.file('a', Buffer.from('a'))])),
          ...(isLater ? [writer.directory('whole', deep)] : []),
        ])
      })
    roots = [await commit(false), await commit(true)]
  })

  const source = (): PlaintextSource => {
    const { readPlaintexts } = plaintextSource(made.repository, made.secrets)
    read = 0
    return {
      readPlaintexts: (ids) => {
        read += new Set(ids.map(chunkKey)).size
        return readPlaintexts(ids)
      },
    }
  }

  const differences = async (behind?: readonly string[]) => {
    const found: string[] = []
    const [before, after] = roots
    for await (const one of compareTrees(source(), { before, after, behind: behind?.map((name) => Buffer.from(name)) })) {
      if (one.before === undefined && one.after === undefined) continue
      const sign = one.before === undefined ? '+' : one.after === undefined ? '-' : '~'
      found.push(`${sign} ${one.path.join('/')}`)
    }
    return found
  }

  const all = ['~ deep/deeper/inner', '~ large/file 07777', '- large/file 19900', '+ large/zzz', '~ odd', '+ whole']

  test('differ where they differ, in the order of a walk', async () => {
    expect(await differences()).toEqual(all)
  })

  test('are read only where they differ, in a large folder too', async () => {
    await differences()
    // Forty parts on each side, of which two differ.
    expect(read).toBeLessThan(24)
  })

  test('can be gone on with behind any of them', async () => {
    for (const [index, one] of all.entries()) expect(await differences(one.slice(2).split('/'))).toEqual(all.slice(index + 1))
    expect(await differences(['large', 'file 10000'])).toEqual(all.slice(2))
    expect(await differences(['large'])).toEqual(all.slice(4))
    expect(await differences(['zzzz'])).toEqual([])
  })

  test('a folder that is on one side only is one difference', async () => {
    const version = openVersion(source(), roots[1])
    const large = await version.stat(Buffer.from('large'))
    const found = []
    for await (const one of compareTrees(source(), {
      before: undefined,
      after: large?.type === 'directory' ? large.tree : undefined,
    }))
      found.push(one)
    expect(found).toHaveLength(20_000)
    expect(found.every(({ before, after }) => before === undefined && after !== undefined)).toBe(true)
  })
})
