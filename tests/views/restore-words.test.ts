/** What the pages that find and compare say, where it is easily said wrong. */
import { expect, test } from 'vitest'
import { pageContext, pageSamples } from './page-samples.ts'

const page = pageContext('/assets/v')
const wordsOf = async (name: keyof typeof pageSamples) =>
  String(await pageSamples[name](page))
    .replace(/^[\s\S]*<main/, '<main')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\u00a0]+/g, ' ')

test.each<{ page: keyof typeof pageSamples; says: readonly (string | RegExp)[]; not?: readonly (string | RegExp)[] }>([
  { page: 'restore-nothing', says: ['Nothing found', 'No name holds “zeppelin”.'] },
  {
    page: 'restore-nothing-so-far',
    says: ['Nothing so far', 'There is more to look at.'],
    not: ['No name holds', '1,234'],
  },
  { page: 'restore-found', says: ['About 4,812 files and folders', 'The same in later ones, the last today'] },
  { page: 'restore-newest', says: ['These are the first 2 versions. Choose a computer above'] },
  { page: 'history-file', says: ['Before the new accounts', 'Revert to'] },
  { page: 'history-chosen-twice', says: ['The same version is chosen twice.'] },
  { page: 'history-folder', says: ['A file then'] },
  { page: 'preview-text', says: ['Revert'] },
  { page: 'changes-many', says: ['At least 800 new, 150 changed, 50 deleted.'], not: ['More than'] },
  { page: 'changes-one-side', says: ['Not in this version'] },
  { page: 'restore-partly', says: ['EACCES: permission denied', 'Another version may have it whole'], not: ['chunk'] },
])('$page', async ({ page: name, says, not = [] }) => {
  const words = await wordsOf(name)
  for (const one of says) expect(words).toMatch(one)
  for (const one of not) expect(words).not.toMatch(one)
})
