import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openErrorManual, parseManualPage } from '../../../server/manual/error-manual.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-manual-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('a page is its code, its title and its sections', () => {
  const page = parseManualPage('# HF-BUSY: The box is busy\n\n## Cause\n\nMany at once.\n\n## What to do\n\n- Wait `5 s`.\n')
  expect(page).toEqual({
    code: 'HF-BUSY',
    title: 'The box is busy',
    sections: [
      { title: 'Cause', bodyHtml: '<p>Many at once.</p>\n' },
      { title: 'What to do', bodyHtml: '<ul>\n<li>Wait <code>5 s</code>.</li>\n</ul>\n' },
    ],
  })
})

test.each(['', 'The box is busy\n', '# The box is busy\n', '# hf-busy: The box is busy\n', '## HF-BUSY: The box is busy\n'])(
  '%j is no page',
  (text) => {
    expect(() => parseManualPage(text)).toThrow('a page begins with')
  },
)

test('a folder’s pages come in order of their codes; other files are left alone', async () => {
  const folder = folderWith({ 'HF-B.md': '# HF-B: Second\n', 'HF-A.md': '# HF-A: First\n', 'README.md': '# Not a page\n' })
  expect([...(await openErrorManual(folder)).keys()]).toEqual(['HF-A', 'HF-B'])
})

test('a page under another’s name stops the start', async () => {
  await expect(openErrorManual(folderWith({ 'HF-A.md': '# HF-B: Second\n' }))).rejects.toThrow('HF-A.md is headed HF-B')
})
