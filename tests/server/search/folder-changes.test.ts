import { expect, test } from 'vitest'
import type { TreeDifference } from '../../../engine/index.ts'
import { changesPage } from '../../../server/search/folder-changes.ts'

const file = { name: Buffer.from('x'), type: 'special' } as unknown as TreeDifference['after']

test.each([
  { title: 'a page whose changes nobody counts reads one behind it', isCounted: false, read: 8, counts: undefined },
  {
    title: 'the first page is counted on',
    isCounted: true,
    read: 100,
    counts: { added: 100, changed: 0, removed: 0, isWhole: true },
  },
])('$title', async ({ isCounted, read, counts }) => {
  let given = 0
  async function* differences() {
    for (; given < 100; ) {
      given += 1
      yield { path: [Buffer.from(String(given))], before: undefined, after: file }
    }
  }
  const page = await changesPage(differences(), { limit: 7, isCounted })
  expect(page.changes).toHaveLength(7)
  expect(page.next).toEqual([Buffer.from('7')])
  expect(page.counts).toEqual(counts)
  expect(given).toBe(read)
})
